"""What a test may turn: delays, limits, receipts. Kept between runs, reset by /_sim/reset."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from simulator.refusals import BadRequestError
from simulator.store import Store


@dataclass(frozen=True)
class Settings:
    """The dials, with the defaults of a lively demo. Delays are seconds after acceptance."""

    sent_after: float = 0.15
    delivered_after: float = 0.4
    read_after: float = 1.2
    statuses: bool = True
    read_receipts: bool = True  # False: nobody shows read receipts
    window: bool = True  # the 24-hour rule
    pair_rate: bool = True  # 1 message in 6 s to one person, 45 at once borrowed
    throughput: int = 0  # messages per second and number before 130429; 0 is no limit
    any_template: bool = True  # False: only templates made by POST /_sim/templates are known
    webhook_timeout: float = 15.0
    webhook_workers: int = 16
    retry_cap: float = 30.0  # seconds; the real pauses grow to hours


class Dials:
    """The settings in force."""

    def __init__(self, store: Store) -> None:
        """Takes up the settings of an earlier run."""
        self._store = store
        self.now = Settings(**store.fact("settings", {}))

    def turn(self, given: dict[str, Any]) -> Settings:
        """Changes some settings; refuses names that do not exist and values of another kind."""
        known = {field.name: type(getattr(self.now, field.name)) for field in fields(Settings)}
        for name, value in given.items():
            if name not in known:
                raise BadRequestError(f"no such setting: {name}; there are {', '.join(known)}")
            if known[name] is bool and not isinstance(value, bool):
                raise BadRequestError(f"{name} is true or false")
            if known[name] is not bool and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise BadRequestError(f"{name} is a number")
        self.now = replace(self.now, **{name: known[name](value) for name, value in given.items()})
        self._store.keep_fact("settings", asdict(self.now))
        return self.now

    def reset(self) -> None:
        """Back to the defaults."""
        self.now = Settings()
        self._store.keep_fact("settings", {})
