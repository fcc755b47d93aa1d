"""The questions that are asked all the time are answered from an index, walls or not."""

# mypy: disable-error-code="union-attr"

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents import selectors as agents
from agents import services as agent_services
from agents.models import AgentSession
from conversations import selectors as conversations
from conversations import services as conversation_services
from conversations.models import Conversation, InboundDelivery, InboundItem, Message
from crm import bus
from crm import selectors as crm
from crm.core import walls
from crm.core.actors import system_actor
from crm.models import EventRecord
from leads import selectors as leads
from leads.models import Lead

LARGE = (
    "leads_lead",
    "crm_contact",
    "crm_identity",
    "crm_eventrecord",
    "conversations_conversation",
    "conversations_message",
    "conversations_inbounddelivery",
    "conversations_inbounditem",
    "agents_agentsession",
)
LEADS = 2_500


@pytest.fixture
def full(workspace, strangers_workspace):
    """Two workspaces with leads and messages, as bulk data is written; what is due is a small part."""
    for slug in ("elsewhere", "warung"):
        call_command("seed_volume", workspace=slug, leads=LEADS, messages=LEADS, verbosity=0)
    _fill_queues(workspace)
    with connection.cursor() as cursor:
        for table in LARGE:
            cursor.execute(f"ANALYZE {table}")
        for index in ("contact_name_trgm", "lead_search_trgm", "message_text_trgm", "event_refs"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])  # as its night does
    return workspace


def _fill_queues(workspace):
    """What happened, what was delivered, and whose turn it was: mostly done, a few of each due."""
    now = timezone.now()
    talks = list(Conversation.objects.filter(workspace=workspace)[:LEADS])
    done = [None if n % 100 == 0 else now for n in range(LEADS)]
    EventRecord.objects.bulk_create(
        EventRecord(
            workspace=workspace, name="nobody.listens", refs=[f"conversation:{talk.pk}"],
            actor_kind="system", actor_id="system", actor_label="System", via="task", occurred_at=now,
            delivered_at=at, next_at=now,
        )
        for talk, at in zip(talks, done, strict=True)
    )  # fmt: skip
    deliveries = InboundDelivery.objects.bulk_create(
        InboundDelivery(
            workspace=workspace, channel_id=talks[0].channel_id, body=b"{}",
            state="done" if at else "new", next_at=now, received_at=now,
        )
        for at in done
    )  # fmt: skip
    InboundItem.objects.bulk_create(
        InboundItem(
            workspace=workspace, channel_id=talks[0].channel_id, delivery=delivery, kind="message",
            external_id=str(delivery.pk), conversation_key=f"from:{delivery.pk % 500}", provider_time=now,
            state=delivery.state, next_at=now,
        )
        for delivery in deliveries
    )  # fmt: skip
    agent = agent_services.set_up_agent(actor=system_actor(workspace.pk, via="command"))
    AgentSession.objects.bulk_create(
        AgentSession(workspace=workspace, conversation=talk, agent=agent, due_at=None if at else now)
        for talk, at in zip(talks, done, strict=True)
    )


def plans_of(ask):
    """The plan of every statement that `ask` sends, as it is planned between these walls."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask()
    told = [
        re.sub(r"^((RELEASE )?SAVEPOINT [^;]*; )*(SELECT set_config\(.*?\); )?", "", query["sql"]).strip()
        for query in asked
    ]
    with connection.cursor() as cursor:
        return [
            _plan(cursor, statement)
            for statement in told
            if statement.startswith(("SELECT", "WITH", "(SELECT"))
        ]


def _plan(cursor, statement):
    cursor.execute(f"EXPLAIN {statement}")
    return statement + "\n" + "\n".join(row[0] for row in cursor.fetchall())


def read_whole(plans):
    """Plans that read a large table from its first row to its last."""
    return [plan for plan in plans if re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", plan)]


def used(plans):
    """Which indexes."""
    return set(re.findall(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)", "\n".join(plans)))


def test_hot_questions_are_answered_from_an_index(full, manager):
    """Lists and searches of a member; what sweeps and workers look for; and a question that no index answers."""
    with walls.within(full.pk):
        found = {index: plans_of(ask) for index, ask in lists_of(manager.actor()).items()}
        found["conversations_conversation_pkey"] = plans_of(claim_of(full))
        length = Message.objects.extra(where=["length(text) = 4711"])
        assert read_whole(plans_of(lambda: list(length))) != []
    with walls.everywhere():
        found |= {index: plans_of(ask) for index, ask in SWEEPS.items()}

    assert [plan for plans in found.values() for plan in read_whole(plans)] == []
    assert {index: used(plans) for index, plans in found.items() if index not in used(plans)} == {}


def test_several_words_are_one_walk_through_an_index(full, manager):
    with walls.within(full.pk):
        named = Lead.objects.filter(name_line__contains=" ").values_list("name_line", flat=True)[0]
        plans = plans_of(lambda: crm.find_everything(manager.actor(), named))

    walks = re.findall(r"Scan (?:using|on) (\w+)", "\n".join(plans))
    assert walks.count("lead_search_trgm") == 1


SWEEPS = {
    "event_due": lambda: bus.deliver_overdue(limit=5),
    "delivery_lane": conversations.overdue_deliveries,
    "message_lane": conversations.due_units,
    "session_due": agents.turns_due,
}


def lists_of(actor):
    """What a member's pages ask, by the index that answers."""
    talk = Conversation.objects.first()
    words = "zzqxzzqx"
    return {
        "lead_by_activity": lambda: list(leads.list_leads(leads.visible_leads(actor), with_count=False).rows),
        "conversation_newest": lambda: list(
            conversations.visible_conversations(actor).order_by("-last_message_at", "-id")[:50]
        ),
        "event_refs": lambda: list(crm.timeline_of(actor, [f"conversation:{talk.pk}"])),
        "lead_by_custom": lambda: list(
            leads.visible_leads(actor).filter(custom__contains={"size": words})[:50]
        ),
        "lead_search_trgm": lambda: list(leads.search_leads(leads.visible_leads(actor), words)[:50]),
        "contact_name_trgm": lambda: list(crm.visible_contacts(actor).filter(name__icontains=words)[:50]),
        "message_text_trgm": lambda: list(Message.objects.filter(text__icontains=words)[:50]),
    }


def claim_of(workspace):
    """A worker takes the next message of a conversation."""
    talk = Conversation.objects.filter(workspace=workspace).first()
    Message.objects.filter(conversation=talk).update(status="queued", direction="out", next_at=timezone.now())
    return lambda: conversation_services.claim_next(talk.pk)
