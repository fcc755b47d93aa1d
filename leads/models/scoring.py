"""How leads are scored: the rules and thresholds an admin sets, and what came of them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import BusinessRow, History
from leads.decisions.rules import mistakes_in
from leads.decisions.values import Rule, Thresholds
from leads.models.leads import Temperature


class RuleKind(models.TextChoices):
    """What a rule looks at."""

    SLOT_KNOWN = "slot_known", _("A slot is known")
    SLOT_MATCHES = "slot_matches", _("A slot says one of these words")
    BUDGET_AT_LEAST = "budget_at_least", _("The budget is at least")
    INTENT_SEEN = "intent_seen", _("The contact wanted this")
    REPLIED_WITHIN = "replied_within", _("The contact answered us within some minutes")
    LANGUAGE_IS = "language_is", _("The contact writes in this language")
    SOURCE_IS = "source_is", _("The lead came from this source")
    TAG_IS = "tag_is", _("The lead has this tag")


class ScoreRule(BusinessRow):
    """Points for something we know of a lead, and the sentence that explains them."""

    name = models.CharField(max_length=80, help_text=_("Short, e.g. Budget known. Shown beside the points."))
    when = models.CharField(max_length=20, choices=RuleKind.choices)
    params = models.JSONField(
        default=dict,
        blank=True,
        help_text=_(
            'What the rule looks for. A slot is known: {"slot": "budget"}. A slot says one of these words: '
            '{"slot": "business_type", "any_of": ["restaurant", "hotel"]}. Budget: {"slot": "budget", '
            '"amounts": {"USD": "3000"}}. Wanted: {"intent": "ask_price"}. Answered: {"minutes": 5}. '
            'Language: {"language": "es"}. Source: {"source": "whatsapp"}. Tag: {"tag": "vip"}. '
            'With a slot you may add "min_confidence": 0.6.'
        ),
    )
    points = models.SmallIntegerField(
        validators=[MinValueValidator(-100), MaxValueValidator(100)],
        help_text=_("From -100 to 100. The score is the sum of all rules that hold, kept between 0 and 100."),
    )
    because = models.CharField(
        max_length=200,
        help_text=_('The reason people read. {value} is what was found: "Told us the budget: {value}".'),
    )
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0, help_text=_("Reasons are shown in this order."))
    history = History()

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="score_rule_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.points:+d})"

    def clean(self) -> None:
        """Refuse settings that could never hold, and say how to mend them."""
        mistakes = mistakes_in(self.when, self.params)
        if mistakes:
            raise ValidationError({"params": mistakes})

    def as_rule(self) -> Rule:
        """The plain value the judgement reads."""
        return Rule(self.name, self.when, self.params, self.points, self.because)


class ScoreRun(models.Model):
    """A score as it was once: what, when, because of what. Never changed."""

    id = models.BigAutoField(primary_key=True)
    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="score_runs")
    score = models.PositiveSmallIntegerField()
    temperature = models.CharField(max_length=4, choices=Temperature.choices)
    reasons = models.JSONField(default=list)  # [{rule, points, because}]
    caused_by = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["lead", "-at"], name="score_run_of_lead")]

    def __str__(self) -> str:
        return f"{self.score} ({self.temperature})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Written once; a second save is a mistake of the caller."""
        if not self._state.adding:
            raise ValueError("a score run is never changed")
        super().save(*args, **kwargs)


class Handover(models.TextChoices):
    """Who gets a lead that is handed over."""

    ROUND_ROBIN = "round_robin", _("Whoever waited longest")
    NOBODY = "nobody", _("Nobody: it waits unassigned")


class LeadSettings(BusinessRow):
    """The thresholds of one workspace."""

    hot_from = models.PositiveSmallIntegerField(
        default=70, validators=[MaxValueValidator(100)], help_text=_("A lead is hot from this score on.")
    )
    warm_from = models.PositiveSmallIntegerField(
        default=40,
        validators=[MaxValueValidator(100)],
        help_text=_("A lead is warm from this score on; below it is cold."),
    )
    qualify_from = models.PositiveSmallIntegerField(
        default=60,
        validators=[MaxValueValidator(100)],
        help_text=_("From this score on, a lead with all required slots is handed over to a person."),
    )
    handover = models.CharField(
        max_length=20,
        choices=Handover.choices,
        default=Handover.ROUND_ROBIN,
        help_text=_("Members who are available and may reply take turns; sales reps come first."),
    )
    history = History()

    class Meta:
        verbose_name_plural = "lead settings"
        constraints = [models.UniqueConstraint(fields=["workspace"], name="lead_settings_once")]

    def __str__(self) -> str:
        return str(_("Scoring thresholds"))

    def clean(self) -> None:
        """Warm must come before hot."""
        if self.warm_from >= self.hot_from:
            raise ValidationError({"warm_from": _("Must be lower than the score from which a lead is hot.")})

    def as_thresholds(self) -> Thresholds:
        """The plain value the judgement reads."""
        return Thresholds(self.hot_from, self.warm_from, self.qualify_from)


class ScoringVersion(BusinessRow):
    """All rules and thresholds as they were published once, or as somebody drafts them. What counts now are the
    rules and thresholds themselves; versions are what one can go back to."""

    number = models.PositiveIntegerField(default=0)  # 0: a draft
    is_draft = models.BooleanField(default=False)
    rules = models.JSONField(default=list)
    thresholds = models.JSONField(default=dict)
    author = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "number"],
                name="scoring_version_once",
                condition=models.Q(is_draft=False),
            ),
            models.UniqueConstraint(
                fields=["workspace"], name="scoring_draft_once", condition=models.Q(is_draft=True)
            ),
        ]

    def __str__(self) -> str:
        return str(_("Draft")) if self.is_draft else str(_("Version %(n)d") % {"n": self.number})
