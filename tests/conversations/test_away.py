"""The house was away when a send had to be judged: receipts had nowhere to go, so silence means nothing yet."""

import pytest

from tests.conversations.test_sending import bot_writes, fresh, send

pytestmark = pytest.mark.django_db(transaction=True)


def test_after_an_absence_it_listens_once_more_before_it_says_it_again(agent, conversation, graph, clock):
    # given a lost answer, and nobody who looks when the minute of waiting is over
    graph.answers = ["drop"]
    message = bot_writes(agent, conversation, "once")
    send(conversation)
    clock.shift(61 + 45)

    # when the house is back, then it waits another minute for what the provider could not tell meanwhile
    assert send(conversation) == 0
    clock.shift(55)
    assert send(conversation) == 0
    assert (graph.texts, fresh(message).status) == (["once"], "unknown")

    # and then says it once more
    clock.shift(6)
    assert send(conversation) == 1
    assert (graph.texts, fresh(message).status) == (["once", "once"], "sent")


def test_a_house_that_is_always_late_sends_all_the_same(agent, conversation, graph, clock):
    # given a lost answer in a house where each look comes half a minute late
    graph.answers = ["drop"]
    message = bot_writes(agent, conversation, "once")
    send(conversation)

    # when it has been late for five minutes
    looks = 0
    while fresh(message).status == "unknown":
        clock.shift(95)
        send(conversation)
        looks += 1

    # then it goes out
    assert (looks, fresh(message).status, len(graph.texts)) == (4, "sent", 2)
