"""What the collection of Meta's deliveries expects, entry by entry: signed, through the hook and the workers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from agents import services as agent_services
from agents.models import Turn
from conversations import selectors, services, tasks
from conversations.channels.port import Template
from conversations.errors import CannotSendError
from conversations.models import (
    Channel,
    ChannelNotice,
    Consent,
    Conversation,
    InboundDelivery,
    InboundItem,
    Media,
    Message,
    MessageChange,
    MessageReceipt,
    MessageTemplate,
)
from conversations.services.claiming import claim_next
from crm.core.actors import system_actor
from crm.models import Alert, Contact
from leads import services as lead_services
from leads.models import Lead
from tests.agents.floor.stage import answer, said_by_bot
from tests.conversations.hooks import EXPECTED, body_of, post, signature_of
from tests.factories.conversations import receive

NOW = datetime(2026, 11, 20, 5, 20, tzinfo=UTC)  # minutes after what is told in the collection
NO_WEBHOOKS = "wa_flow_"  # a form's definition, and what a form asks an endpoint
CHECKS: dict[str, Callable[["World"], None]] = {}


def expects(*names: str) -> Callable[[Callable[["World"], None]], Callable[["World"], None]]:
    """This function checks what these payloads should do."""

    def keep(check: Callable[["World"], None]) -> Callable[["World"], None]:
        CHECKS.update({f"{name}.json": check for name in names})
        return check

    return keep


@dataclass
class World:
    """Two workspaces under one app, their agents at work, and one payload on its way."""

    name: str
    channel: Channel  # the number ...11
    other: Channel  # the number ...12, of another workspace
    nudges: list[Any]
    capture: Any
    admin: Any
    stranger: Any

    def deliver(self, *names: str) -> None:
        """Each signed as it was made; then workers do what they are nudged to, turns apart."""
        for name in names or [self.name]:
            with self.capture(execute=True):
                assert post(self.channel, body_of(name), signature_of(name)).status_code == 200
            self.work()

    def work(self) -> None:
        """What was nudged, until nothing is."""
        while due := [n for n in self.nudges if not n[0].startswith("agents.")]:
            self.nudges[:] = [n for n in self.nudges if n not in due]
            for name, arguments in due:
                with self.capture(execute=True):
                    current_app.tasks[name](**arguments)

    @property
    def expect(self) -> dict[str, Any]:
        """What the collection says."""
        found: dict[str, Any] = EXPECTED[self.name]["expect"]
        return found

    @property
    def value(self) -> dict[str, Any]:
        """The first change's value, as Meta wrote it."""
        value: dict[str, Any] = json.loads(body_of(self.name))["entry"][0]["changes"][0]["value"]
        return value

    def message(self) -> Message:
        """The one bubble there is, filed as Meta wrote it."""
        message = Message.objects.get()
        given = self.value["messages"][0]
        assert (message.provider_id, message.payload) == (given["id"], given)
        assert moment_of(message) == at(given["timestamp"])
        assert InboundItem.objects.get().state == "done"
        return message

    def answers(self, message: Message) -> list[str]:
        """What the agent says to it."""
        answer(message.conversation_id)
        return said_by_bot(message.conversation_id)

    def is_quiet(self, message: Message) -> bool:
        """The agent owes nothing."""
        return agent_services.schedule_turn(conversation_id=message.conversation_id) is None

    def ours(self) -> Message:
        """A message of ours that Meta knows by the id of the payload's first status."""
        given = self.value["statuses"][0]
        return self.sent(given["id"], before=at(given["timestamp"]))

    def sent(self, provider_id: str, *, before: datetime) -> Message:
        """A message of ours that was sent some seconds before."""
        number = self.value["metadata"]["phone_number_id"]
        channel = next(c for c in (self.channel, self.other) if c.settings["phone_number_id"] == number)
        wrote = receive(channel, "halo", at=before - timedelta(minutes=3))
        actor = self.admin.actor() if channel == self.channel else self.stranger.actor()
        row = services.send_message(actor=actor, conversation_id=wrote.conversation_id, text="Baik kak")
        Message.objects.filter(pk=row.pk).update(
            status="sent", provider_id=provider_id, sent_at=before - timedelta(seconds=5)
        )
        return row


def at(seconds: Any) -> datetime:
    """Meta's time."""
    return datetime.fromtimestamp(int(seconds), tz=UTC)


def moment_of(message: Message) -> datetime:
    """When Meta says it was written."""
    assert message.provider_time is not None
    return message.provider_time


def fresh(row: Any) -> Any:
    """As it is now."""
    return type(row).objects.get(pk=row.pk)


@pytest.fixture
def world(
    channel, strangers_channel, nudges, admin, stranger, time_machine, django_capture_on_commit_callbacks
):
    time_machine.move_to(NOW, tick=False)
    for one in (channel, strangers_channel):
        system = system_actor(one.workspace_id, via="command")
        lead_services.set_up_leads(actor=system)
        agent_services.set_up_agent(actor=system)
    nudges.clear()
    capture = django_capture_on_commit_callbacks

    def make(name: str) -> World:
        return World(name, channel, strangers_channel, nudges, capture, admin, stranger)

    return make


@pytest.mark.parametrize("name", [n for n in EXPECTED if n.startswith("wa_") and NO_WEBHOOKS not in n])
def test_what_the_collection_expects(world, name):
    # when the payload is delivered, then it does what is written beside it
    CHECKS[name](world(name))


def test_there_are_as_many_as_the_collection_has():
    # no entry of Meta's is left out, and none is checked that is not there
    assert len(CHECKS) == 61
    assert CHECKS.keys() == {n for n in EXPECTED if n.startswith("wa_") and NO_WEBHOOKS not in n}


# --- texts


@expects("wa_text_id_new_lead")
def _new_lead(world: World) -> None:
    world.deliver()
    message, contact = world.message(), Contact.objects.get()
    assert (contact.name, contact.identities.count()) == ("Budi Santoso", 2)
    talk = Conversation.objects.get()
    assert talk.window_expires_at == moment_of(message) + timedelta(hours=24)
    assert selectors.can_send(talk).ok
    assert Lead.objects.get().source == "whatsapp"
    assert world.answers(message)


@expects("wa_text_es_ctwa_ad")
def _from_an_ad(world: World) -> None:
    world.deliver()
    message, talk = world.message(), Conversation.objects.get()
    assert Lead.objects.get().source == world.expect["lead_source"]
    assert talk.attribution[world.expect["attribution"]] == "ARAkexampleCLICKID0001"
    assert talk.attribution["source_id"] == "120210000000000731"
    assert message.facts["referral"]["headline"] == "Escríbenos por WhatsApp"

    # the free 72 hours begin with our answer, and only with one within 24 hours
    assert selectors.free_entry_until(talk) is None
    row = services.send_message(actor=world.stranger.actor(), conversation_id=talk.pk, text="¡Hola!")
    for late, until in ((25, None), (2, moment_of(message) + timedelta(hours=2 + 72))):
        Message.objects.filter(pk=row.pk).update(sent_at=moment_of(message) + timedelta(hours=late))
        assert selectors.free_entry_until(talk) == until


@expects("wa_text_en_contextual_reply")
def _quoting(world: World) -> None:
    world.deliver()
    assert world.message().reply_to == world.expect["reply_to"]


@expects("wa_text_forwarded_many_times")
def _forwarded(world: World) -> None:
    world.deliver()
    assert (world.message().reply_to, world.message().is_forwarded) == ("", True)


@expects("wa_text_product_enquiry")
def _product(world: World) -> None:
    world.deliver()
    assert world.message().facts["product"] == {"id": world.expect["product"], "catalog": "990000000000777"}
    assert world.message().reply_to == ""


@expects("wa_text_4096_chars")
def _long(world: World) -> None:
    world.deliver()
    assert len(world.message().text) == world.expect["len"]


@expects("wa_text_emoji_zwj_rtl")
def _odd_letters(world: World) -> None:
    world.deliver()
    given = world.value["messages"][0]["text"]["body"]
    assert world.message().text == given
    assert "\u202e" in given
    assert "\u202e" not in Contact.objects.get().name


@expects("wa_text_empty_body")
def _nothing_said(world: World) -> None:
    world.deliver()
    assert (world.message().text, world.message().kind) == ("", "text")
    assert world.is_quiet(world.message())
    assert Conversation.objects.get().unread_count == 1


@expects("wa_text_without_contacts_array", "wa_text_legacy_without_bsuid")
def _by_number(world: World) -> None:
    world.deliver()
    contact, given = world.message().conversation.contact, world.value["messages"][0]
    assert list(contact.identities.values_list("kind", "value")) == [("wa_id", given["from"])]
    assert contact.name == ("" if "without_contacts" in world.name else "Budi Santoso")


@expects("wa_text_username_no_phone")
def _username(world: World) -> None:
    world.deliver("wa_text_es_ctwa_ad", "wa_text_username_no_phone")
    contact = Contact.objects.get()
    talk = Conversation.objects.get()
    assert (talk.contact, talk.last_sequence) == (contact, 2)
    assert contact.identities.get(kind="username").value == "camila.restrepo"

    # replies go to the user id alone
    services.send_message(actor=world.stranger.actor(), conversation_id=talk.pk, text="¡Sí!")
    claim = claim_next(talk.pk)
    assert claim is not None
    assert (claim.outgoing.to.kind, claim.outgoing.to.value) == ("bsuid", "CO.77120099341288450011")


# --- media


@expects("wa_image_with_caption", "wa_audio_voice_note", "wa_audio_file", "wa_video", "wa_document_pdf")
def _file(world: World) -> None:
    world.deliver()
    message, media = world.message(), Media.objects.get()
    given = world.value["messages"][0]
    part = given[given["type"]]
    assert (media.message, media.channel, media.workspace_id) == (
        message,
        message.channel,
        message.workspace_id,
    )
    assert (media.provider_id, media.url, media.mime_type) == (part["id"], part["url"], part["mime_type"])
    assert media.sha256 == "c2fa9731eea7ee7d56d33a61bcb3e82e3facfcdb4aaa6af7cd9ed8cd33fbc452"
    assert (media.state, media.expires_at) == ("pending", moment_of(message) + timedelta(days=7))
    assert media.is_voice == ("voice_note" in world.name)  # what is to be transcribed
    assert media.mime_type.startswith(world.expect.get("media", ""))
    shown = part.get("caption") or {True: "Voice message", False: "Audio file"}[media.is_voice]
    assert (message.text, message.words) == (shown, part.get("caption", ""))
    is_document = world.name == "wa_document_pdf.json"
    assert media.file_name == ("RFQ 2026-11 – Café chairs (final) v3.pdf" if is_document else "")


@expects("wa_sticker_animated")
def _sticker(world: World) -> None:
    world.deliver()
    assert (world.message().text, Media.objects.get().mime_type) == ("Sticker", "image/webp")
    assert world.is_quiet(world.message())


@expects("wa_media_too_big_131052")
def _too_big(world: World) -> None:
    world.deliver()
    assert (world.message().kind, world.message().facts["errors"]) == ("too_big", [131052])
    assert not Media.objects.exists()
    [said] = [text for text in world.answers(world.message()) if "100 MB" in text]
    assert said


# --- structured


@expects("wa_location_pin")
def _place(world: World) -> None:
    world.deliver()
    assert world.message().text == "Kedai Senja, Jl. Contoh No. 1, Bandung"
    assert world.message().facts["location"]["latitude"] == -6.914744


@expects("wa_contacts_card")
def _card(world: World) -> None:
    world.deliver()
    [card] = world.message().facts["contacts"]
    assert card["wa_ids"] == [world.expect["new_contact_suggestion"]]
    assert (card["name"], card["company"]) == ("Lucía Gómez", "Panadería Sol")
    assert Contact.objects.get().name == "Javier Ortega"


@expects("wa_interactive_button_reply", "wa_interactive_list_reply")
def _tap(world: World) -> None:
    world.deliver()
    message = world.message()
    assert message.facts["button"] == {"id": world.expect["payload"], "title": message.text}
    assert message.text in {"Sen 10.00", "Talla M"}


@expects("wa_interactive_flow_nfm_reply", "wa_interactive_flow_without_token")
def _form(world: World) -> None:
    world.deliver()
    form = world.message().facts["form"]
    assert form["token"] == world.expect["flow_token"]
    assert form["asked_in"] == "wamid.HBgNb3V0LTgyMDAwMDAwMBUCABEYEgH8eFC+NgT3Qd0="
    assert form["answers"]["date"] == "2026-11-26"
    assert form["answers"].get("slot") == ("16:00" if form["token"] else None)
    assert "flow_token" not in form["answers"]


@expects("wa_template_quick_reply_button")
def _stop_button(world: World) -> None:
    world.deliver()
    message = world.message()
    consent = Consent.objects.get()
    assert (consent.contact, consent.choice, consent.source) == (
        message.conversation.contact,
        "out",
        "button",
    )
    assert consent.message == message
    assert consent.at == message.provider_time
    assert selectors.has_opted_out(consent.contact_id, world.channel.pk)


@expects("wa_order_from_catalog")
def _order(world: World) -> None:
    world.deliver()
    order = world.message().facts["order"]
    assert (order["total"], order["currency"]) == (world.expect["order_total"], "COP")
    assert [line["product"] for line in order["items"]] == ["SKU-CAM-0042", "SKU-GOR-0007"]
    assert world.message().words == "Para regalo por favor"


@expects("wa_unsupported_poll", "wa_unknown_future_type")
def _not_passed_on(world: World) -> None:
    world.deliver()
    message = world.message()  # stored raw: see there
    assert (message.words, bool(message.text)) == ("", True)
    assert len(world.answers(message)) >= 1
    assert any("escri" in text or "write" in text or "type" in text for text in world.answers(message))


@expects("wa_unsupported_edited_message")
def _edited_unseen(world: World) -> None:
    world.deliver()
    assert world.message().text == "The customer edited a message"
    assert world.is_quiet(world.message())


@expects("wa_group_message")
def _group(world: World) -> None:
    world.deliver()
    item = InboundItem.objects.get()
    assert (item.state, item.payload["group_id"]) == ("ignored", world.value["messages"][0]["group_id"])
    assert item.error == "Group messages are not filed into a contact's conversation."
    assert not Conversation.objects.exists()
    assert not Contact.objects.exists()


# --- what is done to messages


@expects("wa_reaction_added")
def _reacted(world: World) -> None:
    given = world.value["messages"][0]
    row = world.sent(given["reaction"]["message_id"], before=at(given["timestamp"]))
    before = Conversation.objects.values().get()
    world.deliver()
    assert fresh(row).reactions == [{"by": "contact", "emoji": "❤️"}]
    assert Conversation.objects.values().get() == before  # nothing unread, no window opened
    assert Message.objects.count() == 2
    assert world.is_quiet(row)


@expects("wa_reaction_removed")
def _unreacted(world: World) -> None:
    given = world.value["messages"][0]
    row = world.sent(given["reaction"]["message_id"], before=at(given["timestamp"]))
    world.deliver("wa_reaction_added", "wa_reaction_removed")
    assert fresh(row).reactions == []
    assert list(MessageChange.objects.order_by("at").values_list("text", flat=True)) == ["❤️", ""]


@expects("wa_edit_text")
def _edited(world: World) -> None:
    world.deliver("wa_text_forwarded_many_times", "wa_edit_text")
    message = Message.objects.get()
    assert message.provider_id == world.expect["update"]
    assert message.text == "Maaf salah kirim 🙏 abaikan ya"
    assert message.original_text == "INFO PROMO!!! sebarkan ke 10 grup ya"
    assert message.edited_at == at(1795151290)
    assert Conversation.objects.get().last_message_text == message.text


@expects("wa_revoke_deleted")
def _deleted(world: World) -> None:
    world.deliver("wa_text_forwarded_many_times", "wa_revoke_deleted")
    message = Message.objects.get()
    assert message.provider_id == world.expect["tombstone"]
    assert (message.text, message.deleted_at) == ("", at(1795151300))
    assert message.original_text == "INFO PROMO!!! sebarkan ke 10 grup ya"
    assert world.is_quiet(message)


@expects("wa_system_number_changed")
def _moved(world: World) -> None:
    world.deliver("wa_text_id_new_lead", "wa_system_number_changed")
    contact = Contact.objects.get()
    now = contact.identities.filter(former_since__isnull=True).values_list("kind", "value")
    then = contact.identities.filter(former_since=at(1795151260)).values_list("kind", "value")
    assert set(now) == {("wa_id", "628110000909"), ("bsuid", "ID.66601190023417750094")}
    assert set(then) == {("wa_id", "628110000101"), ("bsuid", "ID.13491208655302741918")}
    assert Conversation.objects.get().recipient_value == "628110000909"


@expects("wa_smb_message_echo")
def _echo(world: World) -> None:
    receive(world.channel, "halo kak?", at=NOW - timedelta(minutes=6))
    talk = Conversation.objects.get()
    assert talk.owner_kind == "agent"
    agent_services.schedule_turn(conversation_id=talk.pk)
    world.deliver()
    message = Message.objects.get(direction="out")
    assert (message.status, message.author_kind, message.author_id) == ("sent", "person", "phone")
    assert message.text.startswith("Siap kak")
    talk.refresh_from_db()
    assert (talk.owner_kind, talk.assignee, talk.unread_count, talk.waiting_since) == (
        "person",
        None,
        0,
        None,
    )
    assert claim_next(talk.pk) is None  # never sent again
    assert world.is_quiet(message)
    assert said_by_bot(talk.pk) == []


# --- statuses


@expects("wa_status_sent", "wa_status_delivered", "wa_status_sent_to_bsuid")
def _status(world: World) -> None:
    row = world.ours()
    world.deliver()
    assert fresh(row).status == world.expect.get("to", world.expect.get("final"))
    assert MessageReceipt.objects.get().message_id == row.pk


@expects("wa_status_read_then_delivered_then_sent")
def _backwards(world: World) -> None:
    row = world.ours()
    world.deliver()
    row = fresh(row)
    assert row.status == world.expect["final"]
    stamps = [at(status["timestamp"]) for status in world.value["statuses"]]
    assert [row.read_at, row.delivered_at] == stamps[:2]
    assert set(MessageReceipt.objects.values_list("at", flat=True)) == set(stamps)


@expects("wa_status_read_only", "wa_status_played_voice")
def _implied(world: World) -> None:
    row = world.ours()
    world.deliver()
    row, told = fresh(row), at(world.value["statuses"][0]["timestamp"])
    assert (row.status, row.delivered_at, row.read_at) == (world.expect["final"], told, told)
    assert row.played_at == (told if row.status == "played" else None)


@expects("wa_status_failed_131047_window_closed")
def _window_closed(world: World) -> None:
    row = world.ours()
    world.deliver()
    talk = fresh(row).conversation
    assert (fresh(row).status, fresh(row).error_code) == ("failed", "131047")
    assert talk.window_expires_at == at(1795151630)
    assert selectors.can_send(talk).code == "window_closed"
    assert selectors.can_send(talk, template=("anything", "id")).ok  # the way out
    assert claim_next(talk.pk) is None


@expects("wa_status_failed_131026_undeliverable")
def _unreachable(world: World) -> None:
    row = world.ours()
    world.deliver()
    assert (fresh(row).status, fresh(row).error_code) == ("failed", "131026")
    assert fresh(row).conversation.unreachable_since == at(1795151640)
    receive(world.channel, "here I am", at=NOW)
    assert fresh(row).conversation.unreachable_since is None


@expects("wa_status_failed_131049_ecosystem")
def _held_back(world: World) -> None:
    row = world.ours()
    world.deliver()
    talk = fresh(row).conversation
    assert (fresh(row).status, claim_next(talk.pk)) == ("failed", None)
    assert selectors.held_until(talk.contact_id, talk.channel_id) == at(1795151650) + timedelta(hours=24)
    assert not selectors.has_opted_out(talk.contact_id, talk.channel_id)


@expects("wa_status_failed_after_delivered")
def _contradiction(world: World) -> None:
    row = world.ours()
    world.deliver()
    assert (fresh(row).status, fresh(row).error_code) == (world.expect["final"], "")
    assert MessageReceipt.objects.filter(error_code="131000").count() == 1


@expects("wa_status_unknown_message_id")
def _orphan(world: World) -> None:
    world.deliver()
    receipt = MessageReceipt.objects.get()
    assert (receipt.message, receipt.status) == (None, "delivered")


# --- notices


def notice_of(world: World, level: str) -> ChannelNotice:
    """The one notice, on the channel it came to; admins are alerted of what is more than information."""
    notice = ChannelNotice.objects.get()
    assert (notice.channel, notice.level) == (world.channel, level)
    alerted = list(Alert.objects.values_list("user", "kind", "body"))
    alert = (world.admin.user.pk, "channel", notice.detail)
    assert alerted == ([] if level == "info" else [alert])
    return notice


@expects("wa_template_approved")
def _approved(world: World) -> None:
    world.deliver()
    template = MessageTemplate.objects.get()
    assert (str(template), template.status) == (world.expect["template"], world.expect["status"])
    assert (template.category, template.reason) == ("UTILITY", "")
    notice_of(world, "info")


@expects("wa_template_rejected_invalid_format")
def _rejected(world: World) -> None:
    world.deliver()
    template = MessageTemplate.objects.get()
    assert template.status == world.expect["status"]
    assert template.reason.startswith("Your template has parameters placed next to each other")
    assert notice_of(world, "warning").detail == f"{template.reason} {template.advice}"
    assert template.advice == "Separate parameters with descriptive text."


@expects("wa_template_paused")
def _paused(world: World) -> None:
    talk = receive(world.channel, "halo", at=NOW).conversation
    world.deliver("wa_template_approved", "wa_template_paused")
    assert MessageTemplate.objects.get().status == world.expect["status"]
    notice = ChannelNotice.objects.get(level="warning")
    assert Alert.objects.get().title == f"{world.channel}: {notice.title}"

    # nothing is sent by it any more, and a sender is told why
    template = Template("konfirmasi_jadwal", "id")
    with pytest.raises(CannotSendError) as refusal:
        services.send_message(
            actor=world.admin.actor(), conversation_id=talk.pk, text="Jadwal", template=template
        )
    assert refusal.value.code == "template_unusable"
    assert "paused for 3 hours" in refusal.value.message
    assert not Message.objects.filter(direction="out").exists()


@expects("wa_template_category_will_change")
def _dearer(world: World) -> None:
    world.deliver()
    template = MessageTemplate.objects.get()
    assert (template.category, template.next_category) == ("UTILITY", "MARKETING")
    assert template.category_changes_at == at(world.expect["effective"])
    assert "may cost more" in notice_of(world, "warning").title


@expects("wa_template_quality_yellow")
def _quality(world: World) -> None:
    world.deliver()
    assert MessageTemplate.objects.get().quality == "YELLOW"
    assert notice_of(world, "warning").code == "YELLOW"


@expects("wa_user_preferences_stop")
def _stop_switch(world: World) -> None:
    world.deliver()
    consent = Consent.objects.get()
    assert (consent.choice, consent.source, consent.at) == ("out", "preference", at(1795151710))
    assert consent.contact.identities.filter(value="628110000102").exists()
    assert selectors.has_opted_out(consent.contact_id, world.channel.pk)
    assert not Message.objects.exists()


@expects("wa_phone_number_quality_update")
def _upgraded(world: World) -> None:
    world.deliver()
    notice = notice_of(world, "info")
    assert (notice.code, "TIER_UNLIMITED" in notice.detail) == ("THROUGHPUT_UPGRADE", True)


@expects("wa_account_error_130429")
def _too_fast(world: World) -> None:
    talk = receive(world.channel, "halo", at=NOW).conversation
    services.send_message(actor=world.admin.actor(), conversation_id=talk.pk, text="Halo")
    world.deliver()
    assert notice_of(world, "problem").code == "130429"
    world.channel.refresh_from_db()
    assert world.channel.throttled_until == NOW + timedelta(seconds=60)
    assert claim_next(talk.pk) is None  # the sender waits
    assert Message.objects.get(direction="out").status == "queued"


# --- batches, repeats, broken ones


@expects("wa_batch_burst_same_user")
def _burst(world: World) -> None:
    world.deliver()
    rows = list(Message.objects.filter(direction="in").order_by("sequence"))
    assert len(rows) == world.expect["messages"]
    assert [f"<{m.kind}>" if m.kind != "text" else m.text for m in rows] == world.expect["order"]
    answer(rows[0].conversation_id)
    assert Turn.objects.filter(outcome="published").count() == world.expect["agent_turns"]


@expects("wa_batch_entries_changes_mixed")
def _mixed(world: World) -> None:
    world.deliver()
    assert Message.objects.count() == world.expect["messages"]
    assert MessageReceipt.objects.count() == world.expect["statuses"]
    assert MessageTemplate.objects.count() == world.expect["template_events"]
    assert InboundItem.objects.filter(state="ignored").count() == world.expect["ignored_fields"]
    assert len(set(Message.objects.values_list("workspace_id", flat=True))) == world.expect["tenants"]


@expects("wa_duplicate_delivery")
def _twice(world: World) -> None:
    world.deliver("wa_text_id_new_lead", "wa_duplicate_delivery")
    assert Message.objects.count() == world.expect["messages_after_both"]
    answer(Message.objects.get().conversation_id)
    assert Turn.objects.count() == 1


@expects("wa_malformed_truncated", "wa_malformed_not_an_object")
def _broken(world: World) -> None:
    # a 4xx would make Meta deliver it again for days: it is kept dead, with the reason, and answered with 200
    world.deliver()
    delivery = InboundDelivery.objects.get()
    assert (delivery.state, delivery.reason) == ("dead", "unreadable_body")
    assert bytes(delivery.body) == body_of(world.name)
    assert post(world.channel, body_of(world.name) + b" ", signature_of(world.name)).status_code == 401


@expects("wa_malformed_wrong_shapes")
def _mostly_broken(world: World) -> None:
    world.deliver()
    assert Message.objects.get().text == "pesan valid setelah sampah"
    assert InboundItem.objects.filter(state="dead", reason="unreadable_part").count() == 5


# --- sequences


def test_a_message_from_the_new_number_is_the_same_contact(world):
    # given Budi, who has changed his number
    here = world("wa_system_number_changed.json")
    here.deliver("wa_text_id_new_lead", "wa_system_number_changed")

    # when he writes from the new one
    new = receive(here.channel, "ini nomor baru saya", phone="628110000909", at=NOW, external_id="wamid.new")

    # then it is he, in the conversation he had
    assert new.conversation.contact == Contact.objects.get()
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("name", ["wa_text_id_new_lead", "wa_reaction_added", "wa_smb_message_echo"])
def test_one_changed_byte_is_refused(world, name):
    # when a byte was changed on the way, then it is refused and nothing is kept
    body = bytearray(body_of(name))
    body[40] ^= 1
    assert post(world(f"{name}.json").channel, bytes(body), signature_of(name)).status_code == 401
    assert not InboundDelivery.objects.exists()


def test_a_sweep_does_what_a_nudge_did_not(world):
    # when every nudge is lost, then the sweep finds a delivery with each kind of item in it
    here = world("wa_edit_text.json")
    for name in ("wa_text_forwarded_many_times", "wa_edit_text", "wa_template_approved"):
        post(here.channel, body_of(name), signature_of(name))
    InboundDelivery.objects.update(received_at=NOW - timedelta(minutes=1), next_at=NOW - timedelta(minutes=1))
    tasks.sweep_intake()
    assert Message.objects.get().text == "Maaf salah kirim 🙏 abaikan ya"
    assert MessageTemplate.objects.get().status == "APPROVED"
