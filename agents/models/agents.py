"""Agents as an admin sets them up."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Channel
from crm.models import BusinessRow, History
from leads.models import Slot

LANGUAGES = [("en", "English"), ("es", "Español"), ("id", "Bahasa Indonesia")]


def all_languages() -> list[str]:
    """Every language the built-in engine speaks."""
    return [code for code, _name in LANGUAGES]


class PricingPolicy(models.TextChoices):
    """What the agent does when it is asked for a price. It never names one."""

    DEFER_ONCE = "defer_once", _("Say that a colleague gives the price; hand over when asked again")
    HAND_OVER = "hand_over", _("Hand over at once")
    NEVER = "never", _("Say that a colleague gives the price; hand over only when they insist")


class Agent(BusinessRow):
    """A configured bot: persona, languages, thresholds, and the channels it answers on."""

    name = models.CharField(max_length=60, default="Sarah")
    business_name = models.CharField(max_length=120, blank=True, help_text=_("For whom it speaks."))
    persona = models.TextField(blank=True, help_text=_("Who it is and how it talks; a model reads this."))
    tone = models.CharField(max_length=20, default="friendly")
    languages = ArrayField(models.CharField(max_length=5, choices=LANGUAGES), default=all_languages)
    default_language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    channels = models.ManyToManyField(
        Channel, blank=True, related_name="+", help_text=_("Empty: every channel of the workspace.")
    )
    pricing_policy = models.CharField(
        max_length=12, choices=PricingPolicy.choices, default=PricingPolicy.DEFER_ONCE
    )
    answer_threshold = models.FloatField(
        default=0.6,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("From this confidence on it acts on what it understood."),
    )
    clarify_threshold = models.FloatField(
        default=0.35,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Below this it says that it did not understand."),
    )
    max_asks_per_slot = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1)], help_text=_("Then a person takes over.")
    )
    max_misses = models.PositiveSmallIntegerField(
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_("Misses in a row before a person takes over."),
    )
    wait_complete = models.FloatField(
        _("wait after a complete message"),
        default=0.7,
        help_text=_("Seconds."),
        validators=[MinValueValidator(0)],
    )
    wait_fragment = models.FloatField(
        _("wait after a fragment"), default=1.3, help_text=_("Seconds."), validators=[MinValueValidator(0)]
    )
    wait_at_most = models.FloatField(
        _("wait at most"),
        default=4.0,
        help_text=_("Seconds from the first unanswered message."),
        validators=[MinValueValidator(0)],
    )
    history = History()

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse settings that contradict each other, and say how to mend them."""
        wrong = {}
        if self.default_language not in self.languages:
            wrong["default_language"] = _("Choose one of the languages it speaks.")
        if self.clarify_threshold > self.answer_threshold:
            wrong["clarify_threshold"] = _("Must not be above the confidence from which it acts.")
        if max(self.wait_complete, self.wait_fragment) > self.wait_at_most:
            wrong["wait_at_most"] = _("Must not be shorter than the other waits.")
        if wrong:
            raise ValidationError(wrong)


class AgentQuestion(BusinessRow):
    """The workspace's own words for asking a slot, in one language."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="questions")
    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=5, choices=LANGUAGES)
    text = models.CharField(max_length=300)
    history = History()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "slot", "language"], name="question_once")]

    def __str__(self) -> str:
        return self.text
