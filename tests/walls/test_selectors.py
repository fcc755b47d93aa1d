"""The first wall: every selector names the workspace itself. Row security is taken down here, so nothing helps it.

A new selector that takes an actor is walked as soon as it is there: what it takes is in GIVEN, or it has a line in
ELSEWHERE that says why it can show nothing of a stranger's.
"""

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Model, QuerySet
from django.utils import timezone

from conversations.models import Conversation
from conversations.selectors import ListFilters, Wanted
from crm.core import walls
from crm.core.conditions import EVERYTHING
from crm.core.dead_letters import source_of
from crm.core.errors import DomainError
from crm.selectors import AuditWish
from crm.selectors.dead_letters import Letters
from leads.models import Lead
from tests.walls.home import MARK, PHONE, Home, make_home

FLOORS = ("crm", "conversations", "leads", "agents")
# What a selector is given of the home, by the name of its parameter: an attribute of Home.
GIVEN = {
    "act_id": "act.pk",
    "agent_id": "knobs.agent.pk",
    "broadcast_id": "broadcast.pk",
    "canned_reply_id": "canned.pk",
    "channel": "channel",
    "channel_id": "channel.pk",
    "contact": "conversation.contact",
    "copy_id": "knobs.copy.pk",
    "contact_id": "conversation.contact_id",
    "conversation_id": "conversation.pk",
    "field_id": "field.pk",
    "folder_id": "folder.pk",
    "job_id": "job.pk",
    "label_id": "label.pk",
    "lead_id": "lead.pk",
    "letter": "letter",
    "media_id": "file.pk",
    "membership_id": "owner.member.pk",
    "message_id": "message.pk",
    "note_id": "note.pk",
    "run_id": "replay.pk",
    "slot_id": "knobs.slot.pk",
    "team_id": "knobs.team.pk",
    "user_id": "owner.user.pk",
    "view_id": "saved_view.pk",
}
MANY = {"contact_ids": "contact_id", "conversation_ids": "conversation_id", "message_ids": "message_id"}
OTHERS = {
    "refs": lambda home: [f"lead:{home.lead.pk}"],
    "source": lambda home: home.replay.source,
    "phone": lambda home: PHONE,
    "reason": lambda home: home.replay.reason,
    "text": lambda home: MARK,
    "typed": lambda home: home.canned.shortcut,
    "wish": lambda home: AuditWish(),
    "wanted": lambda home: Wanted("all", "newest", timezone.now(), ListFilters(), EVERYTHING),
    "limit": lambda home: 50,
    "tree": lambda home: EVERYTHING,
    "sort": lambda home: ["name"],
}
# Why some are not asked here. (floor, selector)
ELSEWHERE = {
    ("crm", "alert_choices"): "kinds of alerts, not rows",
    ("crm", "check_second_factor"): "about the actor",
    ("crm", "cleared_on"): "numbers of the actor's own acts (tests/crm/test_today.py)",
    ("crm", "configuration_file"): "plain values (tests/crm/test_configuration.py)",
    ("agents", "bots_of"): "plain values of agents; asks by the workspace",
    ("agents", "questions_of"): "plain texts; asks by the workspace",
    ("leads", "differences"): "takes a draft that was found before; asks live_scoring",
    ("leads", "impact_of"): "takes a draft that was found before; asks visible_leads",
    (
        "leads",
        "scoring_seen",
    ): "which version of the rules one looks at (tests/leads/test_scoring_settings.py)",
    ("leads", "live_scoring"): "plain values of rules (tests/leads/test_scoring_settings.py)",
    ("crm", "is_masked"): "about the actor",
    ("crm", "count_alike"): "takes a letter that was found before",
    ("crm", "note_of"): "takes a letter that was found before",
    ("crm", "shown_sentence"): "takes a letter that was found before",
    ("crm", "shown_text"): "takes a text that was found before",
    ("conversations", "acts_on_conversation"): "takes a page's address; asks visible_conversations",
    ("conversations", "acts_on_open"): "takes a page's address; asks visible_conversations",
    ("conversations", "consent_states"): "takes a contact that was found before",
    ("conversations", "story_of"): "takes a conversation that was found before",
    ("conversations", "filled_for"): "takes a conversation that was found before",
    ("leads", "acts_on_lead"): "takes a page's address; asks visible_leads",
    ("leads", "count_groups"): "takes rows that were found before",
    ("leads", "duplicates_of"): "takes a lead that was found before (tests/leads/test_duplicates.py)",
    ("leads", "lead_story"): "takes a lead that was found before",
    ("leads", "lead_timeline"): "takes a lead that was found before",
    ("leads", "slots_of"): "takes a lead that was found before",
    ("leads", "told_lead"): "takes a lead that was found before; asks by the workspace",
    ("leads", "told_leads"): "takes rows that were found before",
    ("leads", "vocabulary_of"): "names of slots and colours of tags, no rows",
}
# What may be empty for those who work there, too, so that only the stranger's side says anything.
EMPTY = {
    ("conversations", "drafts_of"): "nobody is writing",
    ("conversations", "audience"): "nobody has agreed to offers",
    ("conversations", "maybe_the_same"): "nobody is much the same",
    ("conversations", "unseen_mentions"): "the admin is mentioned nowhere",
    ("crm", "running_replay"): "the replay is through",
    ("crm", "audit_lines"): "lines of a file; as audit_page",
    ("leads", "own_fields"): "columns by name, no rows",
    ("agents", "turn_notes"): "no bot has answered",
    ("agents", "turns_of"): "no bot has answered",
}


def selectors() -> Iterator[tuple[str, str, Any]]:
    """(floor, name, function) of those whose first argument is who asks."""
    for floor in FLOORS:
        room = importlib.import_module(f"{floor}.selectors")
        for name in sorted(room.__all__):
            function = getattr(room, name)
            if (
                inspect.isfunction(function)
                and next(iter(inspect.signature(function).parameters), "") == "actor"
            ):
                yield floor, name, function


ASKED = [(floor, name) for floor, name, _ in selectors() if (floor, name) not in ELSEWHERE]


def arguments(home: Any, function: Any) -> dict[str, Any]:
    """What it must be given besides the actor, all of it the home's."""
    found = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if parameter.default is parameter.empty:
            found[name] = [_of(home, MANY[name])] if name in MANY else _of(home, name)
    if function.__name__ == "winner_of":
        found["lead_id"] = home.lead_merge.loser_id
    if function.__name__ == "dead_rows":
        found["source"] = source_of(str(found["source"]))
    return found


def _of(home: Any, name: str) -> Any:
    if name in OTHERS:
        return OTHERS[name](home)
    if name not in GIVEN:
        raise AssertionError(f"tests/walls/test_selectors.py does not know what to give as '{name}'")
    for step in GIVEN[name].split("."):
        home = getattr(home, step)
    return home


def told(found: Any, home: Home) -> list[Any]:
    """What an answer says of the home: its rows, their ids, its words, and a yes or a number that is the answer."""
    if isinstance(found, Model):
        return [found] if getattr(found, "workspace_id", None) == home.conversation.workspace_id else []
    if isinstance(found, UUID):
        return [found] if found in {_of(home, name) for name in GIVEN} else []
    if isinstance(found, str):
        return [found] if MARK in found else []
    if isinstance(found, bool | int):
        return [found] if found else []
    if isinstance(found, dict):
        return [*told(list(found), home), *told(list(found.values()), home)]
    if isinstance(found, Letters):
        return told(found.order_by("letter_since", "letter")[:50], home)
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        parts = [getattr(found, field.name) for field in dataclasses.fields(found)]
        return told([part for part in parts if not isinstance(part, bool | int)], home)
    if isinstance(found, SimpleNamespace):
        return told([part for part in vars(found).values() if not isinstance(part, bool | int)], home)
    if isinstance(found, QuerySet | list | tuple | set | frozenset):
        return [one for each in found for one in told(each, home)]
    return []


def ask(function: Any, actor: Any, given: dict[str, Any], home: Home) -> list[Any]:
    """What this actor is told of the home; a refusal tells nothing."""
    with walls.everywhere():
        try:
            return told(function(actor, **given), home)
        except DomainError:
            return []


@pytest.fixture
def home(owner, admin, channel, system, nudges) -> Home:
    """The home of the matrix, with something in it that waits for people."""
    made = make_home(owner, admin, channel, system)
    Conversation.objects.filter(pk=made.conversation.pk).update(waiting_since=timezone.now())
    Lead.objects.filter(pk=made.lead.pk).update(next_step_on=timezone.localdate())
    return made


def test_a_selector_shows_a_stranger_nothing_although_the_walls_are_down(home, owner, admin, stranger):
    # given a home with one row of each kind, two who work there, and the admin of another workspace
    asked = [(one, getattr(importlib.import_module(f"{one[0]}.selectors"), one[1])) for one in ASKED]
    ours, theirs = [owner.actor(), admin.actor()], [stranger.actor()]

    def shown(actors):
        """What each selector tells these of the home."""
        return {
            one: [part for actor in actors for part in ask(function, actor, arguments(home, function), home)]
            for one, function in asked
        }

    # then no selector tells the stranger of it, and each tells somebody there
    assert {one: parts for one, parts in shown(theirs).items() if parts} == {}
    assert {one for one, parts in shown(ours).items() if not parts} <= set(EMPTY)


def test_the_lists_say_nothing_of_selectors_that_are_gone():
    there = {(floor, name) for floor, name, _ in selectors()}

    assert (set(ELSEWHERE) | set(EMPTY)) - there == set()
    assert len(ASKED) > 60
