"""The Graph refuses what the real one refuses, in its words, and books nothing."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.simulator.stage import BUDI


def buttons(*titles, body="Pilih"):
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": title}} for n, title in enumerate(titles)]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}


def a_list(rows, button="Lihat"):
    made = [{"id": f"r{n}", "title": f"Baris {n}"} for n in range(rows)]
    sections = [{"title": "Semua", "rows": made}]
    return {"type": "list", "body": {"text": "Pilih"}, "action": {"button": button, "sections": sections}}


def template(**changed):
    return {"name": "konfirmasi_jadwal", "language": {"code": "id"}, "components": []} | changed


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "messaging_product missing": ({"messaging_product": None}, 100),
    "nobody addressed": ({"to": None}, 100),
    "to without plus": ({"to": "628110000101"}, 100),
    "to with letters": ({"to": "+62abc"}, 100),
    "recipient no user id": ({"to": None, "recipient": "budi"}, 100),
    "unknown key": ({"preview_url": True}, 100),
    "unknown key inside": ({"text": {"body": "Halo", "colour": "red"}}, 100),
    "unknown type": ({"type": "hologram", "text": None, "hologram": {}}, 100),
    "body too long": ({"text": {"body": "x" * 4097}}, 100),
    "body too long in UTF-16": ({"text": {"body": "🌸" * 2049}}, 100),
    "body empty": ({"text": {"body": ""}}, 100),
    "body missing": ({"text": {}}, 131008),
    "opaque too long": ({"biz_opaque_callback_data": "x" * 513}, 100),
    "four buttons": (
        {"type": "interactive", "text": None, "interactive": buttons("1", "2", "3", "4")},
        131009,
    ),
    "no button": ({"type": "interactive", "text": None, "interactive": buttons()}, 131009),
    "title too long": ({"type": "interactive", "text": None, "interactive": buttons("x" * 21)}, 131009),
    "titles twice": ({"type": "interactive", "text": None, "interactive": buttons("Ya", "Ya")}, 131009),
    "button body too long": (
        {"type": "interactive", "text": None, "interactive": buttons("Ya", body="x" * 1025)},
        131009,
    ),
    "eleven rows": ({"type": "interactive", "text": None, "interactive": a_list(11)}, 131009),
    "list button too long": (
        {"type": "interactive", "text": None, "interactive": a_list(1, "x" * 21)},
        131009,
    ),
    "id and link": (
        {"type": "image", "text": None, "image": {"id": "1", "link": "https://a.example/a.png"}},
        100,
    ),
    "caption on audio": ({"type": "audio", "text": None, "audio": {"id": "1", "caption": "x"}}, 100),
    "unknown media": ({"type": "image", "text": None, "image": {"id": "1"}}, 131009),
    "template name in capitals": (
        {"type": "template", "text": None, "template": template(name="Halo")},
        131009,
    ),
    "template without language": (
        {"type": "template", "text": None, "template": {"name": "halo", "components": []}},
        131008,
    ),
    "template text with newline": (
        {
            "type": "template",
            "text": None,
            "template": template(
                components=[{"type": "body", "parameters": [{"type": "text", "text": "a\nb"}]}]
            ),
        },
        132018,
    ),
    "read with an unknown id": (
        {"to": None, "type": None, "text": None, "status": "read", "message_id": "wamid.none"},
        100,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_request_is_refused_and_noted_as_a_broken_contract(sim, name):
    body, code = REFUSED[name]
    sim.open_window()

    answer = sim.send(**body)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    assert error["error_data"]["details"]
    assert sim.look("books")["messages"] == []
    assert [each["details"] for each in sim.look("state/meta")["violations"]] == [
        error["error_data"]["details"]
    ]


ACCEPTED: dict[str, dict[str, Any]] = {
    "text": {"text": {"body": "x" * 4096, "preview_url": False}, "recipient_type": "individual"},
    "user id": {"to": None, "recipient": "CO.77120099341288450011"},
    "quote and opaque": {"context": {"message_id": "wamid.x"}, "biz_opaque_callback_data": "msg:1"},
    "reaction": {"type": "reaction", "text": None, "reaction": {"message_id": "wamid.x", "emoji": ""}},
    "three buttons": {"type": "interactive", "text": None, "interactive": buttons("x" * 20, "2", "3")},
    "ten rows": {"type": "interactive", "text": None, "interactive": a_list(10)},
    "image by link": {
        "type": "image",
        "text": None,
        "image": {"link": "https://a.example/a.png", "caption": "x"},
    },
    "template": {"type": "template", "text": None, "template": template()},
    "location": {"type": "location", "text": None, "location": {"latitude": -6.9, "longitude": 107.6}},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_right_request_is_accepted_and_booked(sim, name):
    answer = sim.send(**ACCEPTED[name])

    assert answer.status_code == 200
    [message] = answer.json()["messages"]
    assert message["id"].startswith("wamid.")
    [booked] = sim.look("books")["messages"]
    assert booked["wamid"] == message["id"]
    assert sim.look("state/meta")["violations"] == []


def test_the_answer_has_the_shape_of_meta(sim):
    answer = sim.send().json()

    assert answer["messaging_product"] == "whatsapp"
    [contact] = answer["contacts"]
    assert contact["input"] == BUDI
    assert contact["wa_id"] == "628110000101"
    assert contact["user_id"].startswith("ID.")


@pytest.mark.parametrize("token", [None, "stolen"])
def test_a_wrong_bearer_is_401_with_code_190(sim, token):
    answer = sim.send(token=token)

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 190
    assert sim.look("books")["messages"] == []


def test_an_unknown_phone_number_id_is_code_100_subcode_33(sim):
    answer = sim.send(number="999")

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["error_subcode"], error["type"]) == (100, 33, "GraphMethodException")


def test_a_number_without_a_token_takes_any_bearer(sim):
    fields = {"phone_number_id": "100000000000009", "display_phone_number": "628110000009"}
    secrets = {"app_secret": "s", "verify_token": "v", "access_token": ""}
    sim.control("numbers", channel_key="open", **fields, **secrets)

    assert sim.send(token="anything", number="100000000000009").status_code == 200
    assert sim.send(token=None, number="100000000000009").status_code == 401


def test_versions_before_17_and_unknown_paths_are_refused(sim):
    headers = {"Authorization": "Bearer demo-access-token"}

    old = sim.client.get("meta/v16.0/100000000000001", headers=headers)
    nowhere = sim.client.post("meta/v26.0/100000000000001/letters", headers=headers, json={})

    assert (old.status_code, old.json()["error"]["code"]) == (400, 2635)
    assert (nowhere.status_code, nowhere.json()["error"]["code"]) == (400, 2500)


def test_the_health_of_a_number_is_told(sim):
    headers = {"Authorization": "Bearer demo-access-token"}
    fields = {"fields": "verified_name,display_phone_number,quality_rating"}

    answer = sim.client.get("meta/v26.0/100000000000001", params=fields, headers=headers)

    assert answer.json() == {
        "verified_name": "Studio Senja",
        "display_phone_number": "+628110000001",
        "quality_rating": "GREEN",
        "id": "100000000000001",
    }


def test_known_templates_are_checked(sim):
    body = "Halo {{1}}, jadwal {{2}}"
    sim.control("settings", any_template=False)
    sim.control("templates", name="konfirmasi_jadwal", language="id", body=body)
    texts = [{"type": "text", "text": "Budi"}, {"type": "text", "text": "Senin"}]

    def send(parameters, name="konfirmasi_jadwal"):
        made = template(name=name, components=[{"type": "body", "parameters": parameters}])
        return sim.send(type="template", text=None, template=made)

    unknown, short, right = send(texts, "other"), send(texts[:1]), send(texts)

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, 132001)
    assert (short.status_code, short.json()["error"]["code"]) == (400, 132000)
    assert right.status_code == 200
    assert [each["text"] for each in sim.look("books")["messages"]] == ["Halo Budi, jadwal Senin"]


def test_media_goes_up_and_comes_down_with_its_hash(sim):
    headers = {"Authorization": "Bearer demo-access-token"}
    form = {"messaging_product": "whatsapp", "type": "text/plain"}

    media_id = sim.client.post(
        "meta/v26.0/100000000000001/media",
        data=form,
        files={"file": ("a.txt", b"halo\r\n--dunia\n", "text/plain")},
        headers=headers,
    ).json()["id"]
    described = sim.client.get(f"meta/v26.0/{media_id}", headers=headers).json()
    content = sim.client.get(described["url"], headers=headers)
    without_token = httpx.get(described["url"], trust_env=False)

    assert content.content == b"halo\r\n--dunia\n"
    assert described["file_size"] == 14
    assert described["sha256"] == hashlib.sha256(b"halo\r\n--dunia\n").hexdigest()
    assert without_token.status_code == 401


def test_a_media_address_dies_after_five_minutes(sim):
    headers = {"Authorization": "Bearer demo-access-token"}
    sim.control("inbound", **{"from": BUDI, "type": "image"})
    sim.product.wait(1)
    url = sim.product.items("messages")[0]["image"]["url"]
    assert sim.client.get(url, headers=headers).status_code == 200

    sim.control("clock", advance="6m")

    assert sim.client.get(url, headers=headers).status_code == 404
