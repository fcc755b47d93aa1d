"""/hooks/: who may deliver, and what is answered."""

import pytest

from conversations import services
from conversations.models import Channel, InboundDelivery, Message
from tests.conversations.door import knock
from tests.conversations.hooks import body_of, post, sign, signature_of, text, webhook, work
from tests.factories.conversations import VERIFY_TOKEN, ChannelFactory

HELLO = body_of("wa_text_id_new_lead")


@pytest.mark.parametrize("slash", ["/", ""])
def test_a_signed_delivery_is_kept_as_it_came(channel, slash):
    # when Meta delivers, with or without the slash at the end
    answer = post(
        None, HELLO, signature_of("wa_text_id_new_lead"), f"/hooks/whatsapp_meta/{channel.key}{slash}"
    )

    # then the bytes are kept and nothing is read yet
    assert answer.status_code == 200
    delivery = InboundDelivery.objects.get()
    assert (bytes(delivery.body), delivery.state, delivery.channel) == (HELLO, "new", channel)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        pytest.param(HELLO, None, id="unsigned"),
        pytest.param(HELLO, "", id="empty"),
        pytest.param(HELLO, "sha256=", id="no digest"),
        pytest.param(HELLO, sign(HELLO, "another secret"), id="another secret"),
        pytest.param(HELLO, sign(HELLO, ""), id="signed with nothing"),
        pytest.param(HELLO, sign(HELLO).removeprefix("sha256="), id="no scheme"),
        pytest.param(HELLO, "sha512=" + sign(HELLO)[7:], id="another scheme"),
        pytest.param(HELLO, sign(HELLO)[:-1], id="cut short"),
        pytest.param(HELLO[:-2] + b"]" + HELLO[-1:], sign(HELLO), id="one byte altered"),
        pytest.param(HELLO + b"\n", sign(HELLO), id="one byte more"),
        pytest.param(b"", sign(HELLO), id="no body"),
        pytest.param(HELLO, "sha256=" + "ü" * 64, id="not ASCII"),
    ],
)
def test_what_is_not_signed_is_refused_and_not_kept(channel, body, signature):
    # when a delivery comes that the app secret didn't sign, then it is refused and leaves no row
    assert post(channel, body, signature).status_code == 401
    assert not InboundDelivery.objects.exists()


@pytest.mark.parametrize("secret", ["", " ", ",", " , "])
def test_a_channel_without_a_secret_takes_nothing(workspace, secret):
    # given a channel whose secret was never set
    channel = ChannelFactory.create(workspace=workspace, settings={"app_secret": secret})

    # when somebody signs with that nothing, then it is refused
    assert post(channel, HELLO, sign(HELLO, secret)).status_code == 401
    assert post(channel, HELLO, sign(HELLO, "")).status_code == 401
    assert not InboundDelivery.objects.exists()


def test_while_a_secret_is_rotated_both_hold(channel):
    # given the new and the old secret
    channel.settings["app_secret"] = "new-secret, old-secret"
    channel.save()

    # then deliveries signed with either are kept, and with none of them are not
    assert post(channel, HELLO, sign(HELLO, "new-secret")).status_code == 200
    assert post(channel, HELLO, sign(HELLO, "old-secret")).status_code == 200
    assert post(channel, HELLO, sign(HELLO, "new-secret, old-secret")).status_code == 401
    assert InboundDelivery.objects.count() == 2


def test_only_the_channel_of_the_address_counts(channel, strangers_channel):
    # given two numbers under two apps
    strangers_channel.settings["app_secret"] = "another-apps-secret"
    strangers_channel.save()

    # when one app's signature comes to the other's address, then it is refused
    assert post(strangers_channel, HELLO, sign(HELLO)).status_code == 401
    assert not InboundDelivery.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/whatsapp_meta/nobody/",
        "/hooks/carrier_pigeon/warung-whatsapp/",
        "/hooks/simulator/warung-whatsapp/",
    ],
)
def test_an_unknown_channel_is_not_found(channel, path):
    # when a delivery comes to an address that is nobody's, then 404 and no row
    assert post(None, HELLO, path=path).status_code == 404
    assert not InboundDelivery.objects.exists()


def test_a_channel_that_was_switched_off_is_not_found(channel):
    # given a channel an admin switched off
    Channel.objects.filter(pk=channel.pk).update(is_active=False)

    # then its address is nobody's
    assert post(channel, HELLO).status_code == 404
    assert not InboundDelivery.objects.exists()


def test_metas_handshake(channel, client):
    # when Meta asks with the right token, then its challenge is answered in plain text
    given = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
    answer = client.get(f"/hooks/whatsapp_meta/{channel.key}/", given)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.verify_token": "guess"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.verify_token": "\udcff"},
    ],
)
def test_a_wrong_handshake_is_refused(channel, client, wrong):
    # when token or mode are wrong, then the challenge stays unanswered
    given = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN} | wrong
    given = {key: value.encode("utf-8", "surrogateescape") for key, value in given.items()}
    answer = client.get(f"/hooks/whatsapp_meta/{channel.key}/", given)
    assert answer.status_code == 403
    assert b"1158201444" not in answer.content


def test_without_a_verify_token_no_handshake(channel, client):
    # given a channel whose verify token was never set
    channel.settings["verify_token"] = ""
    channel.save()

    # then an empty token is no key
    given = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": ""}
    assert client.get(f"/hooks/whatsapp_meta/{channel.key}/", given).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD"])
def test_other_methods_are_refused(channel, method):
    # when somebody knocks otherwise, then 405 and no row
    path = f"/hooks/whatsapp_meta/{channel.key}/"
    answer = knock(path, HELLO, method=method, x_hub_signature_256=sign(HELLO))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert not InboundDelivery.objects.exists()


def test_there_is_one_way_in_for_deliveries(channel, client):
    # when a delivery reaches Django's own address, then it is refused there: only the short way keeps
    path = f"/hooks/whatsapp_meta/{channel.key}/"
    answer = client.post(
        path, HELLO, content_type="application/json", headers={"X-Hub-Signature-256": sign(HELLO)}
    )
    assert answer.status_code == 405
    assert not InboundDelivery.objects.exists()


def test_three_megabytes_are_taken(channel):
    # given the largest body Meta sends: many long texts
    long = [text("x" * 4096, id=f"wamid.long-{n}", at=1_795_150_800 + n) for n in range(720)]
    body = webhook(*long)
    assert 2_950_000 < len(body) < 3 * 1024 * 1024 + 200_000

    # when it is delivered, then it is kept, and read
    assert post(channel, body).status_code == 200
    [pk] = InboundDelivery.objects.values_list("pk", flat=True)
    services.read_delivery(delivery_id=pk)
    assert InboundDelivery.objects.get().items.count() == 720


def test_more_than_four_megabytes_are_refused_in_words(channel):
    # when a body is larger than anything Meta sends, then it is refused and not kept
    answer = post(channel, b"x" * (4 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.content) == (413, b"The body is larger than 4 MB.")
    assert not InboundDelivery.objects.exists()


def test_a_lost_nudge_costs_nothing(channel, monkeypatch):
    # given a broker that is away
    def away(**_: object) -> None:
        raise ConnectionError("broker")

    monkeypatch.setattr("conversations.tasks.read_deliveries.apply_async", away)

    # when a delivery comes, then it is answered and kept, and read later
    assert post(channel, HELLO).status_code == 200
    work()
    assert Message.objects.get().text.startswith("Halo kak")
