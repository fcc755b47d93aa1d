"""Settings, Scoring: a draft is looked at over real leads, then published; every version can come back."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import services as crm_services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import EventRecord, Role
from crm.services import Known
from leads import selectors, services, tasks
from leads.decisions.rule_words import as_words, read_words
from leads.decisions.rules import EXAMPLES, mistakes_in
from leads.errors import NoScoringDraftError
from leads.models import Chore, Lead, LeadSettings, ScoreRule, ScoringVersion, Slot

LIMITS = {"hot_from": 70, "warm_from": 40, "qualify_from": 60, "handover": "round_robin"}


def rule(name="VIP", when="tag_is", points=50, **changes):
    """A rule as a draft has it."""
    given_ = {"name": name, "when": when, "params": {"tag": "vip"}, "points": points, "because": "It is"}
    return {**given_, "is_active": True, **changes}


@pytest.fixture
def leads(system, workspace, nudges):
    """Ayu and Budi have the tag, Citra has not; all are scored by the rules a workspace begins with."""
    services.set_up_leads(actor=system)
    made = {}
    for number, name in enumerate(("Ayu", "Budi", "Citra")):
        contact = crm_services.create_contact(
            actor=system, name=name, knowns=[Known("phone", f"6281100000{number}")]
        )
        row = services.capture_lead(actor=system, contact_id=contact.pk, source="whatsapp")
        made[name] = row.pk
    for name in ("Ayu", "Budi"):
        services.tag_lead(actor=system, lead_id=made[name], add=["vip"])
    return made


def draft(admin, *rules, **limits):
    """As the page does."""
    return services.draft_scoring(actor=admin.actor(), rules=rules, thresholds={**LIMITS, **limits})


def scores():
    """Score and temperature of each lead, by its contact's name."""
    rows = Lead.objects.values_list("contact__name", "score", "temperature").order_by("contact__name")
    return [tuple(row) for row in rows]


BEFORE = [("Ayu", 0, "cold"), ("Budi", 0, "cold"), ("Citra", 0, "cold")]


def test_a_draft_changes_nothing_and_says_what_it_would_do(leads, admin):
    row = draft(admin, rule(points=80), rule("WhatsApp", "source_is", 5, params={"source": "whatsapp"}))

    impact = selectors.impact_of(admin.actor(), row)

    assert (impact.looked_at, impact.is_all, len(impact.found)) == (3, True, 3)
    assert impact.moves == {("cold", "hot"): 2}
    assert {shift.id for shift in impact.of("cold", "hot")} == {leads["Ayu"], leads["Budi"]}
    assert [(s.id, s.old, s.new) for s in impact.of()[2:]] == [(leads["Citra"], 0, 5)]
    assert scores() == BEFORE
    assert not ScoreRule.objects.filter(name="VIP").exists()


def test_a_preview_says_over_how_many_it_counted(leads, admin, monkeypatch):
    from leads.selectors import scoring_settings

    monkeypatch.setattr(scoring_settings, "LOOKED_AT", 2)
    impact = selectors.impact_of(admin.actor(), draft(admin, rule()))

    assert (impact.looked_at, impact.is_all) == (2, False)


def test_the_preview_costs_the_same_however_many_leads_there_are(leads, admin, django_assert_num_queries):
    row = draft(admin, rule())
    actor = admin.actor()

    with django_assert_num_queries(2):
        selectors.impact_of(actor, row)


def test_published_it_counts_and_the_leads_are_scored_as_the_preview_said(
    leads, admin, workspace, nudges, django_capture_on_commit_callbacks
):
    row = draft(admin, rule(points=80), hot_from=75)
    expected: dict[Any, tuple[int, str]] = {
        shift.id: (shift.new, shift.becomes) for shift in selectors.impact_of(admin.actor(), row).found
    }

    with django_capture_on_commit_callbacks(execute=True):
        made = services.publish_scoring(actor=admin.actor())
    chore = Chore.objects.get(kind="rescore")
    tasks.do_chore(chore_id=str(chore.pk))

    rows = Lead.objects.filter(pk__in=list(expected)).values_list("pk", "score", "temperature")
    assert {pk: (points, temperature) for pk, points, temperature in rows} == expected
    assert list(ScoreRule.objects.values_list("name", "points")) == [("VIP", 80)]
    assert LeadSettings.objects.get().hot_from == 75
    assert (made.number, made.author) == (2, admin.user.name)
    assert EventRecord.objects.get(name="leads.scoring_published").payload["number"] == 2
    assert ("leads.do_chore", {"chore_id": str(chore.pk)}) in nudges
    assert not Chore.objects.filter(kind="rescore").exists()
    assert selectors.scoring_draft(admin.actor()) is None


def test_every_version_can_come_back_also_the_one_before_the_first(leads, admin):
    rules, limits = selectors.live_scoring(admin.actor())
    draft(admin, rule(), hot_from=90)
    services.publish_scoring(actor=admin.actor())

    first = selectors.scoring_versions(admin.actor()).get(number=1)
    made = services.return_to_scoring(actor=admin.actor(), version_id=first.pk)

    assert selectors.live_scoring(admin.actor()) == (rules, limits)
    assert (made.number, made.is_draft) == (3, False)


def test_what_was_changed_beside_the_versions_is_kept_as_one(leads, admin):
    draft(admin, rule())
    services.publish_scoring(actor=admin.actor())
    ScoreRule.objects.filter(name="VIP").update(points=7)
    draft(admin, rule(points=9))

    services.publish_scoring(actor=admin.actor())

    kept = selectors.scoring_versions(admin.actor()).get(number=3)
    assert (kept.rules[0]["points"], kept.author) == (7, "")


def test_what_can_never_hold_is_refused_by_line_and_field(leads, admin):
    with pytest.raises(InvalidInputError) as refused:
        draft(
            admin,
            rule(),
            rule("vip", points=500),
            rule("Slot", "slot_known", params={"tag": "x"}),
            warm_from=80,
        )

    assert list(refused.value.fields) == ["rules.1.points", "rules.1.name", "rules.2.params", "warm_from"]
    assert not ScoringVersion.objects.exists()


def test_nothing_is_published_without_a_draft(leads, admin):
    draft(admin, rule())
    services.drop_scoring_draft(actor=admin.actor())
    services.drop_scoring_draft(actor=admin.actor())

    with pytest.raises(NoScoringDraftError):
        services.publish_scoring(actor=admin.actor())

    assert not ScoreRule.objects.filter(name="VIP").exists()
    assert not ScoringVersion.objects.exists()


@pytest.mark.parametrize("role", ["manager", "owner", "viewer"])
def test_others_may_not(leads, role, request):
    player = request.getfixturevalue(role)

    for change in (
        lambda: draft(player, rule()),
        lambda: services.publish_scoring(actor=player.actor()),
        lambda: selectors.live_scoring(player.actor()),
    ):
        with pytest.raises(NotAllowedError):
            change()

    assert player.page.get("/settings/scoring/").status_code == 403
    assert not ScoringVersion.objects.exists()


def test_another_workspaces_version_is_not_there(leads, admin, stranger):
    draft(admin, rule())
    made = services.publish_scoring(actor=admin.actor())

    with pytest.raises(NotFoundError):
        services.return_to_scoring(actor=stranger.actor(), version_id=made.pk)

    assert not ScoringVersion.objects.filter(workspace_id=stranger.member.workspace_id).exists()


def sent(answer, **changes):
    """The form of a page as it stands, with these changes."""
    lines, limits = answer.context["lines"], answer.context["form"]
    bound = [field for form in (lines.management_form, limits, *lines.forms) for field in form]
    values = {field.html_name: field.value() for field in bound}
    given_ = {name: value for name, value in values.items() if value is not None and value is not False}
    typed = {name: "on" if value is True else value for name, value in given_.items()}
    return {**typed, "seen": answer.context["seen"], **changes}


def button_of(html, testid):
    """What a press of a button of the preview sends."""
    [form] = [part for part in html.split("<form ") if f'data-testid="{testid}"' in part]
    return dict(re.findall(r'name="(seen)" value="([^"]*)"', form))


@pytest.mark.parametrize("button", ["publish-scoring", "drop-draft"])
def test_what_somebody_else_drafted_meanwhile_is_looked_at_first(leads, admin, button):
    # given an admin who looks at a draft, and another who saves a newer one
    address = "/settings/scoring/publish/" if button == "publish-scoring" else "/settings/scoring/drop/"
    draft(admin, rule(points=50))
    looked_at = admin.page.get("/settings/scoring/preview/").content.decode()
    draft(admin, rule(points=80))

    # when the first presses a button, then nothing happens but that the newer one is shown
    refused = admin.page.post(
        address, button_of(looked_at, button), headers={"referer": "http://testserver/settings/scoring/preview/"},
        follow=True,
    ).content.decode()  # fmt: skip
    assert "This was changed by somebody else meanwhile." in refused
    assert "+80" in refused
    assert not ScoreRule.objects.filter(name="VIP").exists()
    assert selectors.scoring_draft(admin.actor()) is not None

    # and what is seen now, can be pressed
    admin.page.post(address, button_of(refused, button))
    assert selectors.scoring_draft(admin.actor()) is None


def test_a_draft_is_not_saved_over_one_nobody_has_seen(leads, admin):
    # given a form that was opened before another draft was saved, and one before another version was published
    old = sent(admin.page.get("/settings/scoring/"), warm_from="30")
    draft(admin, rule(points=80))

    # then it is refused, and the newer draft stays
    admin.page.post("/settings/scoring/", old)
    assert ScoringVersion.objects.get(is_draft=True).rules[0]["points"] == 80
    again = sent(admin.page.get("/settings/scoring/"), warm_from="30")
    services.publish_scoring(actor=admin.actor())
    admin.page.post("/settings/scoring/", again)
    assert selectors.scoring_draft(admin.actor()) is None

    # when it is opened again, it is saved
    admin.page.post("/settings/scoring/", sent(admin.page.get("/settings/scoring/"), warm_from="30"))
    assert ScoringVersion.objects.get(is_draft=True).thresholds["warm_from"] == 30


def test_the_page_leads_to_the_numbers_and_each_number_to_its_leads(leads, admin):
    form = sent(admin.page.post("/settings/scoring/", sent(admin.page.get("/settings/scoring/"), more="1")))
    last = int(form["rules-TOTAL_FORMS"]) - 1
    form |= {
        f"rules-{last}-name": "VIP", f"rules-{last}-when": "tag_is", f"rules-{last}-looks_for": "vip",
        f"rules-{last}-points": "80", f"rules-{last}-because": "Tagged as {value}",
    }  # fmt: skip

    seen = admin.page.post("/settings/scoring/", form, follow=True).content.decode()
    picked = admin.page.get("/settings/scoring/preview/?was=cold&becomes=hot").content.decode()

    assert "?was=cold&amp;becomes=hot#picked" in seen
    assert "Counted over all 3 open leads." in seen
    assert [name in picked.split('data-testid="picked"')[1] for name in ("Ayu", "Budi", "Citra")] == [
        True, True, False,
    ]  # fmt: skip
    press = button_of(seen, "publish-scoring")
    said = admin.page.post("/settings/scoring/publish/", press, follow=True).content.decode()
    first = selectors.scoring_versions(admin.actor()).get(number=1)
    assert f'data-undo="/settings/scoring/versions/{first.pk}/return/"' in said
    assert ScoreRule.objects.count() == last + 1


def test_one_rule_more_keeps_what_was_typed_and_judges_nothing_yet(leads, admin):
    # given a rule and a threshold that were written over, the rule not to its end
    page = admin.page.get("/settings/scoring/")
    typed = sent(page, hot_from="85", **{"rules-0-name": "Half", "rules-0-because": ""})
    del typed["rules-1-is_active"]

    # when a line more is asked for
    answer = admin.page.post("/settings/scoring/", typed | {"more": "1"})

    # then everything stands as it was typed, with an empty line below, and nothing is kept or refused
    form = sent(answer)
    last = int(form["rules-TOTAL_FORMS"]) - 1
    assert last == int(typed["rules-TOTAL_FORMS"])
    assert [form[name] for name in ("hot_from", "rules-0-name", "rules-0-because")] == ["85", "Half", ""]
    assert "rules-1-is_active" not in form
    assert (f"rules-{last}-name" in form, "field-error" in answer.content.decode()) == (False, False)
    assert not ScoringVersion.objects.exists()

    # and an empty line does not become two
    again = admin.page.post("/settings/scoring/", form | {"more": "1"})
    assert int(sent(again)["rules-TOTAL_FORMS"]) - 1 == last


def test_the_page_says_what_is_wrong_beside_the_line(leads, admin):
    page = admin.page.get("/settings/scoring/")

    said = admin.page.post("/settings/scoring/", sent(page, warm_from="90")).content.decode()
    line = admin.page.post(
        "/settings/scoring/", sent(page, **{"rules-0-when": "replied_within", "rules-0-looks_for": "soon"})
    ).content.decode()

    assert "Must be lower than the score from which a lead is hot." in said
    assert "&quot;minutes&quot; must be a number above 0." in line
    assert not ScoringVersion.objects.exists()


@pytest.mark.parametrize("when", sorted(EXAMPLES))
def test_what_a_rule_looks_for_is_read_as_it_was_written(when):
    params = EXAMPLES[when]

    assert read_words(when, as_words(when, params)) == params
    if "slot" in params:
        assert read_words(when, as_words(when, {**params, "min_confidence": 0.6}))["min_confidence"] == 0.6


@given(st.sampled_from(sorted(EXAMPLES)), st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_in_words(when, line):
    params = read_words(when, line)

    wrong = mistakes_in(when, params)
    assert wrong or read_words(when, as_words(when, params)) == params


def test_what_a_workspace_starts_with_says_who_made_it(cast):
    for model in (Slot, ScoreRule, Role):
        rows = model.history.values_list("actor_kind", "via", "history_type")
        assert set(rows) == {("system", "command", "+")}, model
        assert len(rows) == model.objects.count()
