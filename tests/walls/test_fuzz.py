"""A few of the requests of `make fuzz`, in every run."""

import pytest

from tests.walls.fuzz import CALLERS, fuzz


@pytest.mark.processes
@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_breaks_the_api(stack, caller):
    is_clean, said = fuzz(stack, caller, examples=2, phases="fuzzing", checks=["not_a_server_error"])
    assert is_clean, said
    assert "Test cases:" in said
