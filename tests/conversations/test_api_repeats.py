"""Writes that may be repeated, and changes that must not overwrite: Idempotency-Key and If-Match."""

import pytest

from conversations.models import Message
from crm.models import Contact, IdempotencyKey
from tests.cast import Api
from tests.conversations.test_api_threads import check_problem
from tests.conversations.threads import at_once, first_and_then

KEY = {"Idempotency-Key": "order-66"}


def messages_url(conversation) -> str:
    """Where messages are posted."""
    return f"conversations/{conversation.pk}/messages/"


def outgoing() -> int:
    """How many messages wait to go out."""
    return Message.objects.filter(direction="out").count()


def test_the_same_request_gets_the_same_answer_and_one_message(owner, conversation):
    # when a program repeats a request with its key
    first = owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY)
    second = owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY)

    # then it gets the same answer, and there is one message
    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["Content-Type"]) == (first.content, first["Content-Type"])
    assert outgoing() == 1


def test_another_body_under_the_same_key_is_refused(owner, conversation):
    # when the key comes with other words, or to another address, then it is refused and nothing is sent
    owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY)
    refused = owner.api.post(messages_url(conversation), {"text": "Hello"}, KEY)
    body = check_problem(refused, 422, "idempotency_key_reused")
    assert list(body["errors"]) == ["Idempotency-Key"]
    check_problem(
        owner.api.post(f"conversations/{conversation.pk}/close/", None, KEY), 422, "idempotency_key_reused"
    )
    assert outgoing() == 1


def test_a_refusal_is_repeated_as_well(owner, conversation):
    # when a refused request is repeated, then the refusal is the same
    first = owner.api.post(messages_url(conversation), {"text": ""}, KEY)
    second = owner.api.post(messages_url(conversation), {"text": ""}, KEY)
    check_problem(second, 400, "invalid")
    assert second.content == first.content


def test_a_key_is_its_programs_own(owner, teammate, conversation):
    # when two programs use the same key, then they don't meet
    owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY)
    assert teammate.api.post(messages_url(conversation), {"text": "Hi"}, KEY).status_code == 201
    assert outgoing() == 2


@pytest.mark.django_db(transaction=True)
def test_a_request_still_running_is_named(owner, conversation):
    # given a first request that has not been committed, when its repetition comes
    key = owner.api.key

    def ask():
        return Api(key).post(messages_url(conversation), {"text": "Hi"}, KEY)

    first, second = first_and_then(ask, ask)

    # then it is asked to come again, and there is one message
    assert first.status_code == 201
    check_problem(second, 409, "request_in_progress")
    assert outgoing() == 1


def test_after_a_fault_of_ours_the_key_is_free_again(owner, conversation, monkeypatch):
    # given a request that fails on our side
    def broken(**_):
        raise ZeroDivisionError("fault")

    owner.api.client.raise_request_exception = False
    with monkeypatch.context() as broken_house:
        broken_house.setattr("conversations.services.send_message", broken)
        failed = owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY)
    assert failed.status_code == 500
    assert not IdempotencyKey.objects.exists()

    # then it can be repeated
    assert owner.api.post(messages_url(conversation), {"text": "Hi"}, KEY).status_code == 201
    assert outgoing() == 1


def test_a_key_that_is_too_long_is_refused(owner, conversation):
    # when the key is longer than we keep, then it is named and nothing is sent
    answer = owner.api.post(messages_url(conversation), {"text": "Hi"}, {"Idempotency-Key": "x" * 201})
    assert "Idempotency-Key" in answer.json()["errors"]
    assert (answer.status_code, outgoing()) == (400, 0)


def test_reading_pays_no_attention_to_the_key(owner, conversation):
    # when one reads with a key, then it is read anew each time
    url = f"conversations/{conversation.pk}/"
    assert owner.api.get(url, KEY).json()["owner_kind"] == "agent"
    owner.api.post(f"{url}take_over/")
    assert owner.api.get(url, KEY).json()["owner_kind"] == "person"


@pytest.mark.django_db(transaction=True)
def test_five_at_once_send_one(owner, conversation):
    # when the same request comes five times at the same moment
    key = owner.api.key

    def ask():
        return Api(key).post(messages_url(conversation), {"text": "Hi"}, KEY)

    answers = at_once(*[ask] * 5)

    # then one message is queued; every answer is that one, or asks to come again
    assert outgoing() == 1
    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.content for a in answers if a.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            check_problem(answer, 409, "request_in_progress")


def test_a_contact_is_not_overwritten_by_who_read_it_before(owner, conversation):
    # given two programs that read the same contact
    url = f"contacts/{conversation.contact_id}/"
    version = owner.api.get(url).json()["version"]

    # when both change it, then the second is told
    first = owner.api.patch(url, {"name": "Budi S."}, {"If-Match": f'"{version}"'})
    assert (first.status_code, first.json()["name"], first.json()["version"]) == (200, "Budi S.", version + 1)
    second = owner.api.patch(url, {"name": "Mr Budi"}, {"If-Match": f'W/"{version}"'})
    check_problem(second, 412, "version_conflict")
    assert Contact.objects.get().name == "Budi S."

    # and whoever says nothing, or "*", means it
    assert owner.api.patch(url, {"name": "B"}).status_code == 200
    assert owner.api.patch(url, {"name": "C"}, {"If-Match": "*"}).json()["name"] == "C"


@pytest.mark.parametrize("given", ["abc", '"1.5"', '"-1"'])
def test_a_version_that_is_none_is_named(owner, conversation, given):
    # when If-Match can't be read, then the refusal says what to send and nothing changes
    answer = owner.api.patch(f"contacts/{conversation.contact_id}/", {"name": "X"}, {"If-Match": given})
    assert list(check_problem(answer, 400, "invalid")["errors"]) == ["If-Match"]
    assert Contact.objects.get().name == "Budi"
