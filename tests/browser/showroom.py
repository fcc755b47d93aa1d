"""A working day in the demo workspace: what pictures of settings, broadcasts and Today are about.

Its own program beside the house (`stack.manage("shell", "-c", FILL)`): everything goes the way of the services; only
what takes a day (a window that closes soon, yesterday's work) is dated back. Prints what goes into the addresses.
"""

import json
import secrets
from datetime import timedelta

FILL = "from tests.browser.showroom import fill; fill()"
PEOPLE = (  # name, number, what they wrote last, whose it is
    ("Dewi Lestari", "62812300001", "Bisa lihat contoh katering untuk 80 orang?", "admin"),
    ("Marta Gómez", "57300300002", "¿Me pueden llamar hoy en la tarde?", "admin"),
    ("Jonas Weber", "49151300003", "Still waiting for the offer you promised me", "admin"),
    ("Putri Handayani", "62812300004", "Kak, saya mau bicara dengan orang", "nobody"),
    ("Sofía Herrera", "57300300005", "Quiero hablar con una persona, por favor", "nobody"),
    ("Liam O'Connor", "35387300006", "Next week is better for us", "snoozed"),
    ("Aisyah Rahmawati", "62812300007", "Baik, tolong kirim invoice", "failed"),
    ("Noah Fischer", "49151300008", "Could you change the logo, too?", "answered"),
)


def fill():
    """All of it, once in a house."""
    from crm import selectors
    from crm.models import Membership

    member = Membership.objects.select_related("user", "role").get(
        workspace=selectors.get_workspace("demo"), user__email="admin@demo.test"
    )
    admin = selectors.actor_for(member, via="command")
    talks = {}
    for name, number, words, whose in PEOPLE:
        talks[name] = _written(admin, name, number, words)
        _given(admin, talks[name], whose)
    rows = {"window": talks["Jonas Weber"].pk, "filled": talks["Dewi Lestari"].pk}
    _labels(admin, list(talks.values()))
    _broadcasts(admin, list(talks.values()))
    _leads(admin, list(talks.values()))
    _later(admin, talks["Dewi Lestari"])
    print(json.dumps(rows | _settings(admin), default=str))


def _written(admin, name, number, words):
    """Somebody wrote to the demo's number."""
    from django.utils import timezone

    from conversations import services
    from conversations.channels.port import Address, InboundMessage
    from conversations.models import Channel, Conversation

    channel = Channel.objects.get(key="demo-whatsapp")
    heard = services.receive_message(
        actor=admin,
        channel=channel,
        message=InboundMessage(
            external_id=f"wamid.{secrets.token_hex(8)}",
            account=channel.settings["phone_number_id"],
            senders=(Address("wa_id", number),),
            sender_name=name,
            kind="text",
            text=words,
            sent_at=timezone.now() - timedelta(minutes=1),
        ),
    )
    return Conversation.objects.get(pk=heard.conversation_id)


def _given(admin, talk, whose):
    """Whose turn it is; what takes hours is dated back."""
    from django.utils import timezone

    from conversations import services
    from conversations.models import Conversation

    now, row = timezone.now(), Conversation.objects.filter(pk=talk.pk)
    services.take_over(actor=admin, conversation_id=talk.pk)
    if whose == "nobody":
        row.update(owner_kind="nobody", assignee=None, owned_because="The customer asked for a person")
        row.update(waiting_since=now - timedelta(minutes=12))
    if whose == "admin":
        waits = timedelta(hours=22, minutes=50) if "Jonas" in str(talk.contact) else timedelta(minutes=35)
        row.update(waiting_since=now - waits, window_expires_at=now + timedelta(hours=24) - waits)
    if whose == "snoozed":
        services.snooze_conversation(actor=admin, conversation_id=talk.pk, until=now + timedelta(days=2))
    if whose == "failed":
        row.update(waiting_since=None, send_failed_at=now - timedelta(minutes=20))
    if whose == "answered":
        services.send_message(actor=admin, conversation_id=talk.pk, text="Of course. You have it tomorrow.")
        _dated_back("conversations.message_queued", talk)
        services.close_conversation(actor=admin, conversation_id=talk.pk)
        _dated_back("conversations.conversation_closed", talk)


def _dated_back(name, talk):
    """It was done yesterday."""
    from crm.models import EventRecord

    found = EventRecord.objects.filter(name=name, refs__contains=[f"conversation:{talk.pk}"])
    for event in found or EventRecord.objects.filter(name=name).order_by("-sequence")[:1]:
        EventRecord.objects.filter(pk=event.pk).update(occurred_at=event.occurred_at - timedelta(days=1))


def _labels(admin, talks):
    """Some in use, one merged, one put away."""
    from conversations import services

    colours = {"Catering": "green", "Wholesale": "blue", "Complaint": "red", "Waits for invoice": "amber"}
    labels = {
        name: services.create_label(actor=admin, name=name, colour=colour) for name, colour in colours.items()
    }
    for place, label in enumerate(labels.values()):
        for talk in talks[place : place + 3]:
            services.label_conversation(actor=admin, conversation_id=talk.pk, add=[label.pk])
    services.set_priority(actor=admin, conversation_id=talks[0].pk, priority="urgent")
    services.set_priority(actor=admin, conversation_id=talks[1].pk, priority="high")
    old = services.create_label(actor=admin, name="Trade fair 2025")
    same = services.create_label(actor=admin, name="Big buyers")
    services.merge_labels(actor=admin, label_id=same.pk, into_id=labels["Wholesale"].pk)
    services.delete_label(actor=admin, label_id=old.pk)


def _broadcasts(admin, talks):
    """One that is planned, one under way, one stopped, one done; and who agreed to them."""
    from django.utils import timezone

    from conversations import services
    from conversations.channels.port import Template
    from conversations.models import Broadcast, BroadcastRecipient, MessageTemplate

    channel = talks[0].channel
    for name in ("monthly_offers", "new_menu"):
        MessageTemplate.objects.create(
            workspace_id=channel.workspace_id,
            channel=channel,
            name=name,
            language="id",
            status="APPROVED",
            category="MARKETING",
        )
    for talk in talks:
        services.change_consent(
            actor=admin, contact_id=talk.contact_id, channel_id=channel.pk, choice="in", evidence="Said so"
        )
    people = [talk.contact_id for talk in talks]
    now = timezone.now()
    states = {
        "November offers": "done",
        "New menu": "running",
        "Black Friday": "stopped",
        "December": "planned",
    }
    for name, state in states.items():
        row = services.plan_broadcast(
            actor=admin,
            name=name,
            channel_id=channel.pk,
            template=Template("monthly_offers", "id", ("{{contact.first_name|friend}}",)),
            contact_ids=people,
            due_at=now + timedelta(days=3),
        )
        sent = {"done": 6, "running": 3, "stopped": 2}.get(state, 0)
        handed = (
            BroadcastRecipient.objects.filter(broadcast=row)
            .order_by("pk")
            .values_list("pk", flat=True)[:sent]
        )
        BroadcastRecipient.objects.filter(pk__in=list(handed)).update(state="queued")
        if state == "done":
            BroadcastRecipient.objects.filter(broadcast=row, state="waiting").update(
                state="skipped", why="Has not agreed to offers on this channel."
            )
        # In the future, so that no worker goes on with it while the picture is taken.
        Broadcast.objects.filter(pk=row.pk).update(state=state)


def _leads(admin, talks):
    """Steps that are late, due and to come; a qualified lead nobody has, and one that waits for an answer."""
    from django.utils import timezone

    from leads import services
    from leads.models import Lead

    today = timezone.localdate()
    leads = [
        services.capture_lead(actor=admin, contact_id=talk.contact_id, source="whatsapp") for talk in talks
    ]
    steps = (("Send the offer", -2), ("Call about the menu", 0), ("Meet at the fair", 2), ("Ask again", 4))
    known = Lead.objects.filter(workspace_id=admin.workspace_id, status="working").exclude(
        pk__in=[lead.pk for lead in leads]
    )
    for (step, days), lead in zip(steps, [*known[:2], *leads[5:8]], strict=False):
        services.assign_lead(actor=admin, lead_id=lead.pk, user_id=admin.user_id)
        services.change_lead(
            actor=admin,
            lead_id=lead.pk,
            changes={"next_step": step, "next_step_on": today + timedelta(days=days)},
        )


def _settings(admin):
    """People invited, a second bot, one more slot, another name, and two versions of the scoring."""
    from agents import services as agents
    from crm import services as crm
    from leads import selectors as lead_selectors
    from leads import services as leads

    for name in ("tari", "an.address.that.is.rather.long.for.a.column"):
        crm.invite_member(actor=admin, email=f"{name}@people.test", role_key="rep")
    agent = agents.add_agent(actor=admin, changes={"name": "Bima", "business_name": "Studio Senja"})
    agents.change_agent(actor=admin, agent_id=agent.pk, changes={"tone": "formal", "max_misses": 3})
    slot = leads.add_slot(
        actor=admin, key="event_date", label="Date of the event", kind="text", is_required=False
    )
    leads.change_slot(actor=admin, slot_id=slot.pk, changes={"label": "Day of the event"})
    rules, thresholds = lead_selectors.live_scoring(admin)
    leads.draft_scoring(actor=admin, rules=rules, thresholds={**thresholds, "hot_from": 65})
    leads.publish_scoring(actor=admin)
    louder = [{**rule, "points": rule["points"] + 15} for rule in rules]
    leads.draft_scoring(actor=admin, rules=louder, thresholds=thresholds)
    return {"agent_id": agent.pk, "slot_id": slot.pk}


def _later(admin, talk):
    """A reply that waits for the morning."""
    from django.utils import timezone

    from conversations import services

    services.schedule_message(
        actor=admin,
        conversation_id=talk.pk,
        text="Good morning! The sample menu is ready, may I send it?",
        due_at=timezone.now() + timedelta(hours=14),
    )
