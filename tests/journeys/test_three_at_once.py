"""Three customers write at the same moment, in three languages: each is answered, once a line, in turn."""

import json
from pathlib import Path

from tests.journeys.world import new_number, until

PREFIXES = {"budi": "62811", "camila": "57300", "maya": "1555"}
UNTIL_QUALIFIED = 4


def lines_of(persona):
    return json.loads(Path(f"simulator/personas/{persona}.json").read_text())["lines"][:UNTIL_QUALIFIED]


def say_and_be_answered(world, program, turn):
    """All three write their next line at the same moment; ends when all are answered."""
    for number, line in turn:
        world.say(number, line)
    for number, line in turn:
        until(lambda number=number, line=line: line in program.heard(number) and program.answered(number))


def test_three_customers_at_once_are_each_answered_once_a_line(world, program):
    numbers = [new_number(prefix) for prefix in PREFIXES.values()]
    for lines in zip(*map(lines_of, PREFIXES), strict=True):
        say_and_be_answered(world, program, list(zip(numbers, lines, strict=True)))

    # Every line was heard in its order and is followed by an answer, in the provider's own books.
    # (How long each waited is measured by `make load ARGS=answers`.)
    for number, persona in zip(numbers, PREFIXES, strict=True):
        assert program.heard(number) == lines_of(persona)
        assert len(world.answer_times(number)) == UNTIL_QUALIFIED
