"""What journeys share: a program with an API key and the loopback world, of the run's house and of one's own."""

import pytest

from tests.journeys.program import Program
from tests.journeys.world import World, until

SCRATCH = "15550107001"


@pytest.fixture(scope="session")
def program(stack):
    """A manager's program, for the house of the run."""
    return Program(stack)


@pytest.fixture(scope="session")
def world(stack, program):
    """The loopback world of the house of the run, after a first answer: what is measured is not a cold start."""
    return warm(World(stack), program)


@pytest.fixture(scope="module")
def own_program(own_stack):
    """A manager's program, for the module's own house."""
    return Program(own_stack)


@pytest.fixture(scope="module")
def own_world(own_stack, own_program):
    """The loopback world of the module's own house, after a first answer."""
    return warm(World(own_stack), own_program)


def warm(world, program):
    """Wait until somebody has been answered."""
    world.say(SCRATCH, "Hello, is anybody there?")
    until(lambda: program.answered(SCRATCH), seconds=60)
    return world
