"""Customers for the walks: all of them write at once and are answered once, so that each walk has its own."""

from dataclasses import dataclass

from tests.journeys.world import new_number, until

HELLO = "Hello, we have a bakery and look for help with orders"


@dataclass(frozen=True)
class Customer:
    """Somebody who has written and been answered."""

    name: str
    number: str


def gather(world, program, groups):
    """`groups`: {name of a group: how many}. Their customers by group, each called "Group 1", "Group 2"."""
    people = {
        group: [Customer(f"{group} {place}", new_number()) for place in range(1, many + 1)]
        for group, many in groups.items()
    }
    everybody = [one for group in people.values() for one in group]
    for one in everybody:
        world.say(one.number, HELLO, name=one.name)
    for one in everybody:
        until(lambda number=one.number: program.answered(number), seconds=60)
    return people
