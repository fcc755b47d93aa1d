"""Which model answers. With no key the offline engine does."""

from functools import cache

from agents.llm.port import AgentModel


@cache
def model_for() -> AgentModel:
    """The model of this installation."""
    from agents.llm.offline.model import OfflineModel  # noqa: PLC0415  its word lists load when a worker needs them

    return OfflineModel()
