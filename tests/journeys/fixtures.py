"""What journeys share: a program with an API key and the loopback world, of the run's house and of one's own."""

import pytest

from tests.journeys.program import Program
from tests.journeys.world import World, new_number, until


@pytest.fixture(scope="session")
def program(stack):
    """A manager's program, for the house of the run."""
    with Program(stack) as made:
        yield made


@pytest.fixture(scope="session")
def world(stack, program):
    """The loopback world of the house of the run, after a first answer: what is measured is not a cold start."""
    return warm(World(stack), program)


@pytest.fixture(scope="module")
def own_program(own_stack):
    """A manager's program, for the module's own house."""
    with Program(own_stack) as made:
        yield made


@pytest.fixture(scope="module")
def own_world(own_stack, own_program):
    """The loopback world of the module's own house, after a first answer."""
    return warm(World(own_stack), own_program)


def warm(world, program):
    """Wait until somebody has been answered."""
    number = new_number()
    world.say(number, "Hello, we have a bakery")
    until(lambda: program.answered(number), seconds=60)
    return world
