"""How long the agent waits for the rest of a message."""

import pytest

from agents.decisions.timing import WaitSettings, wait_before_answer
from agents.decisions.values import EscalationSign, Understanding

COMPLETE = Understanding("en")
FRAGMENT = Understanding("en", looks_unfinished=True)


@pytest.mark.parametrize(
    ("understanding", "waited", "seconds"),
    [
        (COMPLETE, 0.0, 0.7),
        (FRAGMENT, 0.0, 1.3),
        (FRAGMENT, 3.5, 0.5),
        (COMPLETE, 4.0, 0.0),
        (FRAGMENT, 60.0, 0.0),
    ],
)
def test_the_wait_is_short_and_capped(understanding, waited, seconds):
    assert wait_before_answer(understanding, waited) == pytest.approx(seconds)


def test_the_wait_can_be_set():
    settings = WaitSettings(after_complete=2.0, after_fragment=5.0, longest=6.0)

    assert wait_before_answer(FRAGMENT, 2.0, settings) == pytest.approx(4.0)


def test_a_reason_to_hand_over_and_an_opt_out_do_not_wait():
    alarm = Understanding("en", escalations=(EscalationSign("legal", 0.95, "my lawyer", "m1"),))
    goodbye = Understanding("en", topics=("opt_out",), looks_unfinished=True)

    assert wait_before_answer(alarm, 0.0) == 0.0
    assert wait_before_answer(goodbye, 0.0) == 0.0
