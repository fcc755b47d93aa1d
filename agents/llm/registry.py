"""Which model answers, chosen by plain settings. Without a key it is the offline model."""

import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from agents.llm.port import AgentModel

if TYPE_CHECKING:
    from agents.llm.offline.model import OfflineModel


@cache
def offline_model() -> "OfflineModel":
    """The built-in model; imported on first use, because its lexicons are large."""
    from agents.llm.offline.model import OfflineModel  # noqa: PLC0415 - see above

    return OfflineModel()


def load_models(settings: Mapping[str, str]) -> None:
    """Load what these settings need. The offline model is always there: it answers when another one can't."""
    offline_model().warm()
    if settings.get("api_key"):
        from agents.llm.langchain import load  # noqa: PLC0415 - as below

        load()


def choose_model(settings: Mapping[str, str], *, seconds: float = 20.0) -> AgentModel:
    """The model for these settings: `base_url`, `api_key`, `model`, and the prices of a million tokens in
    dollars as `input_price` and `output_price`; no key means offline. A provider has so many seconds
    for all it is asked."""
    if not settings.get("api_key"):
        return offline_model()
    from agents.llm.langchain import LangChainModel  # noqa: PLC0415 - a provider's client takes a second to load

    return LangChainModel(
        base_url=settings.get("base_url", ""),
        api_key=settings["api_key"],
        model=settings.get("model", ""),
        fallback=offline_model(),
        until=time.monotonic() + seconds,
        input_price=settings.get("input_price", "0"),
        output_price=settings.get("output_price", "0"),
    )
