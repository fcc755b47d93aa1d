"""Every kind of delivery Meta makes: the right rows, nothing lost, nothing twice, never a fault of ours."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations.models import (
    Conversation,
    InboundDelivery,
    InboundItem,
    Message,
    MessageReceipt,
    MessageTemplate,
)
from crm.models import Contact, Identity
from tests.conversations.hooks import (
    EXPECTED,
    SIGNED,
    body_of,
    deliver,
    post,
    signature_of,
    text,
    webhook,
    work,
)

# payload -> (kind of the message's row, what people see of it)
SHOWN = {
    "wa_text_id_new_lead": (
        "text",
        "Halo kak, saya lihat katalognya di IG. Untuk paket branding kedai kopi harganya berapa ya? "
        "Rencana buka Januari di Bandung.",
    ),
    "wa_text_without_contacts_array": ("text", None),
    "wa_text_empty_body": ("text", ""),
    "wa_audio_voice_note": ("audio", "Voice message"),
    "wa_audio_file": ("audio", "Audio file"),
    "wa_sticker_animated": ("sticker", "Sticker"),
    "wa_location_pin": ("location", "Kedai Senja, Jl. Contoh No. 1, Bandung"),
    "wa_contacts_card": ("contacts", "Contact card: Lucía Gómez, +34 600 00 01 99, lucia@example.com"),
    "wa_order_from_catalog": (
        "order",
        "Para regalo por favor\nOrder: 2 × SKU-CAM-0042, 1 × SKU-GOR-0007. Total 224,800 COP",
    ),
    "wa_unsupported_poll": ("unsupported", "A poll, which WhatsApp doesn't pass on"),
    "wa_unsupported_edited_message": ("unsupported", "The customer edited a message"),
    "wa_media_too_big_131052": ("too_big", "A file that is too large for WhatsApp to pass on"),
    "wa_unknown_future_type": ("hologram", "A message of a kind not known yet (hologram)"),
    "wa_interactive_flow_nfm_reply": (
        "interactive",
        "service: site_visit\ndate: 2026-11-26\nslot: 16:00\nnotes: Parking? ✅",
    ),
    "wa_interactive_flow_without_token": ("interactive", "service: site_visit\ndate: 2026-11-26"),
}
# what the payload index calls a message but makes no bubble here: group chats, and reactions to what is not known
NO_BUBBLE = {"wa_group_message", "wa_reaction_added", "wa_reaction_removed"}


def given_of(name: str) -> dict[str, Any]:
    """The first message of a payload, as Meta wrote it."""
    document: dict[str, Any] = json.loads(body_of(name))
    message: dict[str, Any] = document["entry"][0]["changes"][0]["value"]["messages"][0]
    return message


@pytest.mark.parametrize("name", SIGNED)
def test_every_delivery_is_taken_and_comes_to_an_end(channel, strangers_channel, name):
    # when any delivery of the collection comes with the signature it was made with
    answer = post(channel, body_of(name), signature_of(name))
    work()

    # then it is answered with 200, and delivery and items are in a final state with a reason where one is needed
    assert answer.status_code == 200
    delivery = InboundDelivery.objects.get()
    assert delivery.state in {"done", "dead"}
    assert (delivery.state == "dead") == bool(delivery.error)
    items = list(InboundItem.objects.all())
    assert {i.state for i in items} <= {"done", "ignored", "dead"}
    assert all(i.error for i in items if i.state != "done")
    assert all(i.payload for i in items)
    assert delivery.state == "dead" or items


@pytest.mark.parametrize("name", [n for n in SIGNED if "messages" in EXPECTED[n]["expect"]])
def test_as_many_messages_as_the_payload_holds(channel, strangers_channel, name):
    # when it is delivered
    deliver(channel, body_of(name))

    # then it made that many bubbles and receipts, each once
    name = name.removesuffix(".json")
    expect = EXPECTED[f"{name}.json"]["expect"]
    assert Message.objects.count() == (0 if name in NO_BUBBLE else expect["messages"])
    assert MessageReceipt.objects.count() == expect.get("statuses", 0)
    assert Contact.objects.count() == Conversation.objects.count()


@pytest.mark.parametrize("name", SHOWN)
def test_what_people_see_of_it(channel, strangers_channel, name):
    # when it is delivered
    deliver(channel, body_of(name))

    # then the bubble says so, and what Meta wrote is kept beside it
    message = Message.objects.get()
    given = given_of(name)
    kind, shown = SHOWN[name]
    assert (message.kind, message.text) == (kind, given["text"]["body"] if shown is None else shown)
    assert message.payload == given
    assert message.provider_time == datetime.fromtimestamp(int(given["timestamp"]), tz=UTC)
    assert (message.provider_id, message.direction, message.status) == (given["id"], "in", "delivered")


@pytest.mark.parametrize(
    ("name", "part", "field"),
    [
        ("wa_image_with_caption", "image", "caption"),
        ("wa_video", "video", "caption"),
        ("wa_template_quick_reply_button", "button", "text"),
        ("wa_system_number_changed", "system", "body"),
        ("wa_text_emoji_zwj_rtl", "text", "body"),
        ("wa_text_4096_chars", "text", "body"),
    ],
)
def test_words_are_shown_byte_by_byte(channel, strangers_channel, name, part, field):
    # when it is delivered, then the words are exactly the customer's
    deliver(channel, body_of(name))
    assert Message.objects.get().text == given_of(name)[part][field]


@pytest.mark.parametrize(
    ("name", "part"),
    [("wa_interactive_button_reply", "button_reply"), ("wa_interactive_list_reply", "list_reply")],
)
def test_a_tap_reads_like_an_answer(channel, strangers_channel, name, part):
    # when the customer taps, then the button's title is the text
    deliver(channel, body_of(name))
    assert Message.objects.get().text == given_of(name)["interactive"][part]["title"]


def test_a_first_message_makes_contact_conversation_and_window(channel):
    # when somebody writes for the first time
    deliver(channel, body_of("wa_text_id_new_lead"))

    # then there are a contact with both ids, and an open conversation of the bot
    contact = Contact.objects.get()
    assert contact.name == "Budi Santoso"
    known = {("wa_id", "628110000101"), ("bsuid", "ID.13491208655302741918")}
    assert set(contact.identities.values_list("kind", "value")) == known
    row = Conversation.objects.get()
    assert (row.contact, row.channel, row.status, row.owner_kind) == (contact, channel, "open", "agent")
    assert (row.last_sequence, row.last_inbound_sequence, row.unread_count) == (1, 1, 1)
    assert (row.recipient_kind, row.recipient_value) == ("wa_id", "628110000101")

    # and the window counts from Meta's clock
    wrote = datetime.fromtimestamp(1795150800, tz=UTC)
    assert (row.last_inbound_at, row.window_expires_at) == (wrote, wrote + timedelta(hours=24))


def test_a_quoted_bubble_is_named(channel):
    # when the customer quotes one of ours, then its id is kept; forwarding quotes nothing
    deliver(channel, body_of("wa_text_en_contextual_reply"), body_of("wa_text_forwarded_many_times"))
    quoting = Message.objects.get(provider_id=given_of("wa_text_en_contextual_reply")["id"])
    forwarded = Message.objects.get(provider_id=given_of("wa_text_forwarded_many_times")["id"])
    assert quoting.reply_to == "wamid.HBgNb3V0LTc3MDAwMDAwMBUCABEYEtjM9go6FgXKK/E="
    assert forwarded.reply_to == ""


def test_a_username_without_a_number_is_the_same_person(strangers_channel):
    # given a contact known by number and user id
    deliver(strangers_channel, body_of("wa_text_es_ctwa_ad"))
    known = Contact.objects.get()

    # when she writes with her username alone
    deliver(strangers_channel, body_of("wa_text_username_no_phone"))

    # then she is the same contact in the same conversation, answered by her user id
    assert Contact.objects.get() == known
    row = Conversation.objects.get()
    assert (row.last_sequence, row.recipient_kind) == (2, "bsuid")
    assert row.recipient_value == "CO.77120099341288450011"


def test_without_the_contacts_list_the_number_names_the_person(channel):
    # when a message comes without names, then its sender is the contact, nameless
    deliver(channel, body_of("wa_text_without_contacts_array"))
    assert Contact.objects.get().name == ""
    assert Identity.objects.get().value == "628110000103"


def test_quiet_kinds_open_no_window_and_ask_for_nothing(channel):
    # when all that comes is a notice, then nothing is unread or waits for an answer, and no window is open
    deliver(channel, body_of("wa_system_number_changed"))
    row = Conversation.objects.get()
    assert (row.window_expires_at, row.waiting_since, row.unread_count) == (None, None, 0)
    assert row.last_sequence == 1


def test_a_burst_is_four_bubbles_in_the_order_they_were_written(channel):
    # when five messages come in one delivery, out of order, one of them twice
    deliver(channel, body_of("wa_batch_burst_same_user"))

    # then there are four, by Meta's time, and by arrival where the times are equal
    texts = list(Message.objects.order_by("sequence").values_list("sequence", "kind", "text"))
    assert texts == [
        (1, "text", "Kak"),
        (2, "text", "mau tanya paket lengkap"),
        (3, "text", "sama jasa foto produk"),
        (4, "image", "Photo"),
    ]


def test_a_mixed_batch_goes_where_it_belongs(channel, strangers_channel):
    # when two businesses' messages, a receipt, a template notice and a field of the future come at once
    deliver(channel, body_of("wa_batch_entries_changes_mixed"))

    # then each business has its own messages, and only those
    ours = set(Message.objects.filter(channel=channel).values_list("text", flat=True))
    theirs = set(Message.objects.filter(channel=strangers_channel).values_list("text", flat=True))
    assert (ours, theirs) == ({"oke deal kak", "stok warna hijau ada?"}, {"gracias!"})
    assert Message.objects.get(text="gracias!").workspace_id == strangers_channel.workspace_id
    assert Contact.objects.get(name="Camila Restrepo").workspace_id == strangers_channel.workspace_id

    # and the receipt is parked, the template's news noted, the rest kept raw with the reason
    assert MessageReceipt.objects.get().message is None
    template = MessageTemplate.objects.get()
    assert (str(template), template.status, template.reason) == (
        "promo_lebaran_v1/id",
        "PENDING_DELETION",
        "",
    )
    other = InboundItem.objects.get(kind="other")
    assert (other.state, other.payload["kind"]) == ("ignored", "some_future_field")
    assert other.error == "Notices of kind 'some_future_field' are kept, not worked."


def test_a_batch_for_a_business_we_do_not_have_is_kept_dead(channel):
    # given no channel with the second business's number, when the batch comes
    deliver(channel, body_of("wa_batch_entries_changes_mixed"))

    # then its message is kept with the reason, and our two are filed
    assert Message.objects.count() == 2
    dead = InboundItem.objects.get(state="dead")
    assert dead.error == "No channel of ours has the account '109900000000012'."
    assert dead.reason == "unknown_account"
    assert dead.payload["text"] == "gracias!"


def test_a_copied_number_takes_no_traffic(channel, strangers_channel):
    # given another workspace that wrote our number (and app secret) into its own channel
    strangers_channel.settings["phone_number_id"] = channel.settings["phone_number_id"]
    strangers_channel.save()

    # when one delivery comes to each of the two addresses
    deliver(channel, webhook(text("ours", id="wamid.1", at=1_795_150_800)))
    deliver(strangers_channel, webhook(text("theirs", id="wamid.2", at=1_795_150_800)))

    # then each is filed where it came to
    assert Message.objects.get(text="ours").workspace_id == channel.workspace_id
    assert Message.objects.get(text="theirs").workspace_id == strangers_channel.workspace_id


def test_another_apps_number_is_not_reached_by_our_secret(channel, strangers_channel):
    # given the other business under another app
    strangers_channel.settings["app_secret"] = "another-apps-secret"
    strangers_channel.save()

    # when our app's delivery names their number
    deliver(channel, body_of("wa_batch_entries_changes_mixed"))

    # then it is not filed with them
    assert not Message.objects.filter(channel=strangers_channel).exists()
    assert InboundItem.objects.get(state="dead").payload["text"] == "gracias!"


def test_the_same_message_in_other_bytes_is_one(channel):
    # when a message is delivered again, re-serialised
    deliver(channel, body_of("wa_text_id_new_lead"), body_of("wa_duplicate_delivery"))

    # then both deliveries are kept and the message is one
    assert InboundDelivery.objects.filter(state="done").count() == 2
    assert (Message.objects.count(), Conversation.objects.get().unread_count) == (1, 1)


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=30)])
def test_a_replay_has_no_second_effect(channel, later, time_machine):
    # given a day of messages and receipts
    time_machine.move_to(datetime.fromtimestamp(1795152000, tz=UTC))
    names = ["wa_text_id_new_lead", "wa_batch_burst_same_user", "wa_status_read_then_delivered_then_sent"]
    deliver(channel, *map(body_of, names))
    before = _picture()

    # when all of it is delivered again much later, the last first
    time_machine.shift(later)
    deliver(channel, *map(body_of, reversed(names)))

    # then nothing has changed
    assert _picture() == before
    assert InboundDelivery.objects.filter(state="done").count() == 6


def _picture() -> list[Any]:
    """Everything that a replay could change."""
    return [
        list(Message.objects.order_by("sequence").values()),
        list(Conversation.objects.values()),
        list(MessageReceipt.objects.values()),
        list(Contact.objects.values()),
        InboundItem.objects.count(),
    ]


def test_a_replay_after_the_items_were_tidied_away_is_still_one(channel):
    # given that old items are deleted some day
    deliver(channel, body_of("wa_text_id_new_lead"))
    InboundDelivery.objects.all().delete()

    # when Meta delivers once more, then the message itself remembers, and nothing goes wrong
    deliver(channel, body_of("wa_text_id_new_lead"))
    assert Message.objects.count() == 1
    assert InboundItem.objects.get().state == "done"


@pytest.mark.parametrize("name", ["wa_malformed_truncated", "wa_malformed_not_an_object"])
def test_what_is_signed_but_unreadable_is_kept_dead(channel, name):
    # when Meta signs something that is no webhook, then it gets its 200 and we keep it, with the reason
    assert post(channel, body_of(name), signature_of(name)).status_code == 200
    work()
    delivery = InboundDelivery.objects.get()
    assert (delivery.state, bytes(delivery.body)) == ("dead", body_of(name))
    assert delivery.reason == "unreadable_body"
    assert delivery.error.startswith(("JSONDecodeError", "ValueError: not a WhatsApp webhook"))
    assert not InboundItem.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\xfd",
        b'{"entry": NaN}',
        b'{"object": "x", "entry": [{"changes": [{"field": "a", "value": {"n": 1e999}}]}]}',
        b"[" * 100_000,
        b'{"entry": [' + b"9" * 5000 + b"]}",
        b'"text"',
        b"",
    ],
    ids=["not UTF-8", "NaN", "infinite", "deep", "long number", "a text", "empty"],
)
def test_what_json_should_not_be_is_kept_dead(channel, body):
    # when a body breaks what readers expect of JSON, then it ends dead, with a reason, on the first try
    assert post(channel, body).status_code == 200
    work()
    delivery = InboundDelivery.objects.get()
    assert (delivery.state, bool(delivery.error), delivery.attempts) == ("dead", True, 1)


def test_one_good_message_among_broken_ones_survives(channel):
    # when most of a delivery has wrong shapes
    deliver(channel, body_of("wa_malformed_wrong_shapes"))

    # then the good one is filed, and each broken part is kept with its reason
    assert Message.objects.get().text == "pesan valid setelah sampah"
    reasons = set(InboundItem.objects.filter(state="dead").values_list("error", flat=True))
    assert "an entry without a list of changes" in reasons
    assert "`messages` is not a list" in reasons
    assert "TypeError: text.body is not a text" in reasons
    assert len(reasons) >= 4
    assert set(InboundItem.objects.exclude(state="dead").values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize("poison", ["\x00", "\ud800", "a\x00b\udfff"])
def test_what_a_database_cannot_hold_takes_nobody_along(channel, poison):
    # given texts with NUL and half surrogates, in every place
    bad = text(
        f"hi{poison}", id="wamid.bad", at=1_795_150_800, context={"id": poison}, extra={poison: [poison]}
    )
    good = text("fine", id="wamid.good", at=1_795_150_801)

    # when they come with a neighbour, then both are filed
    deliver(channel, webhook(bad, good))
    assert InboundDelivery.objects.get().state == "done"
    assert Message.objects.filter(text="fine").count() == 1
    assert Message.objects.get(provider_id="wamid.bad").text.startswith("hi")


@pytest.mark.parametrize(
    "broken",
    [
        {"id": "x" * 251},
        {"id": ""},
        {"from": "6" * 400},
        {"from": ""},
        {"timestamp": "99999999999999999999"},
        {"timestamp": "-1e5"},
        {"type": None},
    ],
)
def test_values_too_large_for_us_end_dead_alone(channel, broken):
    # given a message with an impossible value beside a good one
    bad = text("bad", id="wamid.bad", at=1_795_150_800) | broken

    # when they come, then the good one is filed and the other kept with a reason
    deliver(channel, webhook(bad, text("fine", id="wamid.good", at=1_795_150_801)))
    assert Message.objects.get().text == "fine"
    assert InboundItem.objects.get(state="dead").error
    assert InboundItem.objects.get(state="dead").reason == "unreadable_part"


def test_a_status_of_the_future_is_kept_raw(channel):
    # when a receipt says something not known yet
    given = {"id": "wamid.out", "status": "pondered", "timestamp": "1795150800", "recipient_id": "62"}
    deliver(channel, webhook(statuses=[given]))

    # then it is kept, and is no failure
    item = InboundItem.objects.get()
    assert (item.state, item.payload["raw"]) == ("ignored", given)
    assert not MessageReceipt.objects.exists()


def test_names_carry_no_control_characters(channel):
    # given a name with a bidi override and a line feed
    body = json.loads(webhook(text("hi", id="wamid.1", at=1_795_150_800)))
    body["entry"][0]["changes"][0]["value"]["contacts"] = [
        {"profile": {"name": "Bu\u202edi\n\u2066"}, "wa_id": "628110000101"}
    ]

    # when they write, then lists show it straight
    deliver(channel, json.dumps(body).encode())
    assert Contact.objects.get().name == "Budi"
