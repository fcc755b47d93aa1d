"""Fixtures: the loopback world as a real process, and a tiny product that receives its webhooks."""

import pytest

from tests.simulator.stage import Product, Sim


@pytest.fixture(scope="session")
def product():
    product = Product()
    yield product
    product.close()


@pytest.fixture(scope="session")
def running(product, tmp_path_factory):
    """One world for all tests of this folder that do not stop it."""
    sim = Sim(tmp_path_factory.mktemp("world"), product)
    yield sim
    sim.stop()


@pytest.fixture
def sim(running, product):
    """The running world, emptied, with quick statuses; the product answers 200."""
    product.forget()
    running.control("webhook-faults")
    running.control("clock", advance="1h")
    running.control("settle")  # nothing of the test before may arrive in this one
    running.control("reset")
    running.control("settings", sent_after=0.01, delivered_after=0.02, read_after=0.03)
    product.forget()
    return running


@pytest.fixture
def own_world(tmp_path):
    """A world that the test may stop and start again, with a product of its own (`own_world.product`)."""
    product = Product()
    sim = Sim(tmp_path, product)
    yield sim
    if sim.process.poll() is None:
        sim.stop()
    product.close()
