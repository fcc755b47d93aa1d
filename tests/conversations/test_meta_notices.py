"""What Meta tells of the account, and bodies with many updates: each to its place, each once, in any order."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations import decisions, selectors, services
from conversations.channels.port import InboundNotice
from conversations.channels.whatsapp_meta import reading
from conversations.channels.whatsapp_meta.files import file_name_of, hex_of
from conversations.models import (
    ChannelNotice,
    Consent,
    InboundDelivery,
    InboundItem,
    Message,
    MessageTemplate,
)
from crm.models import Alert, Contact
from tests.conversations.hooks import deliver, post, status, text, webhook
from tests.factories.conversations import receive

AT = 1_795_150_800
WABA = "104500000000021"


def told(field: str, value: dict[str, Any], *, at: int | None = AT, waba: str = WABA) -> bytes:
    """A delivery of one notice."""
    entry: dict[str, Any] = {"id": waba, "changes": [{"field": field, "value": value}]}
    return json.dumps({"entry": [entry | ({"time": at} if at else {})]}).encode()


def template(event: str, *, at: int) -> bytes:
    """News of one template."""
    named = {"message_template_name": "promo", "message_template_language": "id", "reason": None}
    return told("message_template_status_update", named | {"event": event}, at=at)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_late_news_of_a_template_does_not_undo_newer(channel, order):
    # when news of a template comes in any order
    steps = [template("APPROVED", at=AT), template("PAUSED", at=AT + 9), template("REINSTATED", at=AT + 20)]
    deliver(channel, *[steps[place] for place in order])

    # then the newest stands, and each is on record
    assert MessageTemplate.objects.get().status == "REINSTATED"
    assert ChannelNotice.objects.count() == 3


def test_the_same_notice_twice_is_one_and_alerts_once(channel, admin, viewer):
    # when Meta repeats itself, then there is one notice, and one alert for whoever may change settings
    for _ in range(2):
        deliver(channel, template("PAUSED", at=AT))
    assert ChannelNotice.objects.count() == 1
    assert [alert.user for alert in Alert.objects.all()] == [admin.user]


@pytest.mark.parametrize(
    ("field", "value", "level"),
    [
        ("account_update", {"event": "DISABLED_UPDATE"}, "problem"),
        ("account_update", {"event": "VERIFIED_ACCOUNT"}, "info"),
        ("account_review_update", {"decision": "REJECTED"}, "problem"),
        ("account_alerts", {"alert_type": "OBA_APPROVED", "alert_severity": "CRITICAL"}, "problem"),
        ("phone_number_quality_update", {"event": "DOWNGRADE", "current_limit": "TIER_1K"}, "warning"),
        ("phone_number_quality_update", {"event": "UPGRADE", "current_limit": "TIER_10K"}, "info"),
        ("security", {"event": "PIN_CHANGED"}, "warning"),
    ],
)
def test_how_much_a_notice_matters(field, value, level):
    # when Meta tells of the account, then it is as grave as it sounds
    [thing] = reading.read(told(field, value)).things
    assert isinstance(thing, InboundNotice)
    assert thing.level == level


def test_a_notice_goes_to_the_business_it_names(channel, strangers_channel):
    # given two businesses of one app, each with its own account
    for one, waba in ((channel, WABA), (strangers_channel, "104500000000099")):
        one.settings["waba_id"] = waba
        one.save()

    # when news of the second, and of one that is nobody's, come to the first one's address
    value = {"message_template_name": "promo", "message_template_language": "id", "event": "APPROVED"}
    for waba in ("104500000000099", "104500000000000"):
        deliver(channel, told("message_template_status_update", value, waba=waba))

    # then the second has its own, and the other is kept dead with the reason
    assert MessageTemplate.objects.get().channel == strangers_channel
    dead = InboundItem.objects.get(state="dead")
    assert (dead.reason, dead.channel) == ("unknown_account", channel)


def test_a_field_nobody_knows_is_ignored_with_the_reason(channel):
    deliver(channel, told("telepathy", {"a": 1}))
    item = InboundItem.objects.get()
    assert (item.state, item.error) == ("ignored", "Notices of kind 'telepathy' are kept, not worked.")


def test_an_account_error_beside_messages_is_heard(channel):
    # when an error of the account comes in the same value as a message
    body = json.loads(webhook(text("hi", id="wamid.1", at=AT)))
    body["entry"][0]["changes"][0]["value"]["errors"] = [{"code": 130429, "title": "Rate limit hit"}]
    deliver(channel, json.dumps(body).encode())

    # then both count
    channel.refresh_from_db()
    assert (Message.objects.count(), ChannelNotice.objects.get().code) == (1, "130429")
    assert channel.throttled_until is not None


@pytest.mark.parametrize("choice", ["stop", "resume"])
def test_the_last_choice_counts_however_late_it_is_heard(channel, choice):
    # given somebody who switched offers off and on again, heard of in the wrong order
    other = "resume" if choice == "stop" else "stop"
    for value, at in ((choice, AT + 9), (other, AT)):
        given = {"wa_id": "62811", "category": "marketing_messages", "value": value, "timestamp": at}
        metadata = {"phone_number_id": channel.settings["phone_number_id"]}
        deliver(channel, told("user_preferences", {"metadata": metadata, "user_preferences": [given]}))

    # then what they chose last holds
    contact = Contact.objects.get()
    assert selectors.has_opted_out(contact.pk, channel.pk) == (choice == "stop")


def test_offers_wait_and_answers_do_not(channel):
    # given a contact for whom offers are held back, and an offer and a service template
    talk = receive(channel, "halo").conversation
    for name, category in (("promo", "MARKETING"), ("jadwal", "UTILITY")):
        MessageTemplate.objects.create(
            workspace_id=channel.workspace_id,
            channel=channel,
            name=name,
            language="id",
            category=category,
            status="APPROVED",
        )
    now = datetime.now(UTC)
    held = Consent.objects.create(
        workspace_id=channel.workspace_id,
        contact=talk.contact,
        channel=channel,
        purpose="marketing",
        choice="held",
        source="error",
        at=now,
        until=now + timedelta(hours=24),
    )

    # then the offer waits, with the time, and everything else may be sent
    refused = selectors.can_use_template(talk, "promo", "id")
    assert (refused.ok, refused.code) == (False, "held_back")
    assert f"{held.until:%Y-%m-%d %H:%M}" in refused.reason
    assert selectors.can_use_template(talk, "jadwal", "id").ok


@pytest.mark.parametrize(
    ("payload", "title", "is_out"),
    [
        ("STOP_PROMO", "Berhenti promo", True),
        ("x", "STOP", True),
        ("x", "Unsubscribe", True),
        ("x", "No más ofertas", True),
        ("BAJA", "Ok", True),
        ("CONFIRM", "Non-stop service", True),
        ("CONFIRM", "Stopwatch", False),
        ("CONFIRM", "Ya, saya datang", False),
    ],
)
def test_which_buttons_say_no_more(payload, title, is_out):
    assert decisions.is_opt_out(payload, title) == is_out


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("RFQ 2026/11 – Café.pdf", "RFQ 2026-11 – Café.pdf"),
        ("../../etc/passwd", "-..-etc-passwd"),
        ("C:\\a\\b.doc", "C--a-b.doc"),
        ("..hidden", "hidden"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("", ""),
    ],
)
def test_file_names_are_fit_to_be_shown_and_saved(given, name):
    assert file_name_of(given) == name


@pytest.mark.parametrize(
    ("given", "digest"),
    [
        ("aA" * 32, "aa" * 32),
        ("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=", "aa" * 32),
        ("short", ""),
        ("", ""),
    ],
)
def test_digests_come_in_two_spellings(given, digest):
    assert hex_of(given) == digest


def test_a_thousand_updates_are_a_thousand_results(channel):
    # given a thousand updates of every sort in one body, some of them broken, in no order
    receipts = [status(f"wamid.out-{n}", state, at=AT + n) for n in range(480) for state in ("sent", "read")]
    messages = [text(f"m{n}", id=f"wamid.in-{n}", at=AT + n, sender=f"62811{n % 5:06d}") for n in range(20)]
    messages += [{"id": f"wamid.bad-{n}", "type": "text", "timestamp": "x"} for n in range(10)]
    react = {"message_id": "wamid.in-1", "emoji": "👍"}
    messages += [
        {**text("", id=f"wamid.re-{n}", at=AT + 50 + n), "type": "reaction", "reaction": react}
        for n in range(10)
    ]

    # when it is read, then each is a result of its own, and each broken one is dead by itself
    post(channel, webhook(*messages[::-1], statuses=receipts[::-1]))
    keys = services.read_delivery(delivery_id=InboundDelivery.objects.get().pk)
    kinds = Counter(InboundItem.objects.values_list("kind", "state"))
    assert kinds == {
        ("receipt", "new"): 960,
        ("message", "new"): 20,
        ("change", "new"): 10,
        ("unreadable", "dead"): 10,
    }

    # and when workers take the people's, each is in order, whatever stands beside it
    for channel_id, key in [pair for pair in keys if pair[1].startswith("from:")]:
        services.work_off(channel_id=channel_id, conversation_key=key)
    for sender in range(5):
        rows = Message.objects.filter(payload__from=f"62811{sender:06d}").order_by("sequence")
        assert [m.text for m in rows] == [f"m{n}" for n in range(sender, 20, 5)]
    assert Message.objects.get(provider_id="wamid.in-1").reactions == [{"by": "contact", "emoji": "👍"}]
    assert len(keys) == 480 + 6


def test_a_notice_that_names_nothing_is_kept_dead(channel):
    # when a body has a notice without what a notice needs, then that part is dead, with its reason
    deliver(channel, told("message_template_status_update", {"event": "APPROVED"}))
    assert InboundItem.objects.get().reason == "unreadable_part"
    assert not MessageTemplate.objects.exists()
