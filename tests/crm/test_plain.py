"""Data that can't be kept is refused with its place and the fault, at every door, and never breaks anything."""

import json

import pytest

from crm.core.plain import fault_of, fault_of_form
from crm.models import Contact

NUL = "The text holds a NUL character: send it without."
HALF = "The text holds half a character (a lone surrogate): send whole ones."
NO_NUMBER = "This is no number: send one that is finite."
LARGE = "This number is too large."


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"a": ["fine", 1, 1.5, None, True, {"b": "ünï \U0001f600"}]}, None),
        ({"a": {"b": ["x", "y\x00"]}}, ("a.b.1", NUL)),
        ({"a\x00": 1}, ("body", f"A name in it can't be kept. {NUL}")),
        ({"a": "\ud800"}, ("a", HALF)),
        ({"\udfff": 1}, ("body", f"A name in it can't be kept. {HALF}")),
        ({"a": float("nan")}, ("a", NO_NUMBER)),
        ([float("-inf")], ("0", NO_NUMBER)),
        ({"a": 2**63}, ("a", LARGE)),
        ({"a": 2**63 - 1}, None),
        ("\x00", ("body", NUL)),
    ],
)
def test_the_place_and_the_fault_are_named(given, fault):
    assert fault_of(given) == fault


def test_nesting_has_an_end():
    deep: list = []
    for _ in range(5000):
        deep = [deep]

    fault = fault_of(deep)
    assert fault is not None
    assert fault[1] == "Nested more than 64 deep."


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", None),
        (b"text=Halo+kak&name=%C3%BC", None),
        (b"a=1&text=x%00y", ("text", NUL)),
        (b"a=1&text=%ED%A0%80", ("text", "The text is not UTF-8.")),
        (b"a=1&te%FFxt=1", ("te\ufffdxt", "The text is not UTF-8.")),
    ],
)
def test_forms_are_read_as_bytes(body, fault):
    assert fault_of_form(body) == fault


# What the world's JSON test collections are made of: each is a body of POST /api/v1/contacts/
BODIES = {
    "NaN": '{"name": "A", "custom": NaN}',
    "Infinity": '{"name": "A", "custom": -Infinity}',
    "infinite by exponent": '{"name": "A", "custom": 1e9999}',
    "a huge integer": '{"name": "A", "custom": ' + "9" * 400 + "}",
    "an integer of many digits": '{"name": "A", "custom": ' + "9" * 5000 + "}",
    "NUL": '{"name": "A\\u0000"}',
    "a NUL in a name": '{"na\\u0000me": "A"}',
    "half a character": '{"name": "\\ud83d"}',
    "the other half": '{"name": "\\ude00"}',
    "deep lists": '{"name": ' + "[" * 500 + "]" * 500 + "}",
    "deeper lists": "[" * 100_000,
    "deep objects": '{"a":' * 3000 + "1" + "}" * 3000,
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "UTF-16": '{"name": "A"}'.encode("utf-16"),
    "with a mark in front": b'\xef\xbb\xbf{"name": "A"}',
    "a NUL byte": b"\x00",
    "cut": '{"name": "A',
    "a comma too much": '{"name": "A",}',
    "single quotes": "{'name': 'A'}",
    "a comment": '{"name": "A" /* x */}',
    "two values": '{"name": "A"} {"name": "B"}',
    "a control character": b'{"name": "A\x01"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_api_refuses_and_names_the_fault(admin, body):
    client, key = admin.api.client, admin.api.key

    answer = client.generic(
        "POST",
        "/api/v1/contacts/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )

    said = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert said["detail"]
    assert not Contact.objects.exists()


def test_the_api_says_where(admin):
    answer = admin.api.post(
        "contacts/", {"name": "A", "identities": [{"kind": "phone", "value": "+62\x00811"}]}
    )

    assert answer.json()["errors"] == {"identities.0.value": [NUL]}


def test_a_body_without_end_is_refused(admin):
    answer = admin.api.post("contacts/", {"name": "x" * (4 * 1024 * 1024)})

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad_request"


def test_a_repeatable_write_needs_a_key_that_can_be_kept(admin):
    answer = admin.api.post("contacts/", {"name": "A"}, headers={"Idempotency-Key": "a\x00b"})

    assert answer.status_code == 400
    assert answer.json()["errors"] == {"Idempotency-Key": ["Letters, digits and signs only."]}
    assert not Contact.objects.exists()


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("body", [b"text=x%00", b"text=%FF", b"text=%ED%A0%80", b"login=a%00&password=b"])
def test_a_form_is_refused_and_its_field_named(owner, anonymous, conversation, body):
    name = body.partition(b"=")[0].decode()
    send = f"/inbox/{conversation.pk}/send/"

    page = owner.page.generic("POST", send, body, content_type=FORM)
    fragment = owner.page.generic("POST", send, body, content_type=FORM, headers={"HX-Request": "true"})
    stranger = anonymous.generic("POST", "/accounts/login/", body, content_type=FORM)

    assert (page.status_code, fragment.status_code, stranger.status_code) == (400, 400, 400)
    assert f"{name}: The text" in page.content.decode()
    assert f"{name}: The text" in json.loads(fragment["HX-Trigger"])["toast"]["text"]
    assert not conversation.messages.filter(direction="out").exists()


def test_a_form_in_parts_is_refused_too(owner, conversation):
    answer = owner.page.post(f"/inbox/{conversation.pk}/send/", {"text": "x\x00"})

    assert answer.status_code == 400
    assert "text: The text holds a NUL" in answer.content.decode()
