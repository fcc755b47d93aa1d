"""Figures for Prometheus: what every web process has counted, together, and what the database says at this moment."""

from collections.abc import Iterator, Mapping

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config import env


class Moment(Collector):
    """Gauges that are asked for at each look and kept by nobody: no figure is better than an old one."""

    def __init__(self) -> None:
        self._found: list[GaugeMetricFamily] = []

    def add(self, name: str, words: str, label: str, values: Mapping[str, float]) -> None:
        """One figure, for each value of its label."""
        family = GaugeMetricFamily(name, words, labels=[label])
        for said, value in values.items():
            family.add_metric([said], value)
        self._found.append(family)

    def add_one(self, name: str, words: str, value: float) -> None:
        """One figure without a label."""
        self._found.append(GaugeMetricFamily(name, words, value=value))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """For the registry."""
        yield from self._found


def page(moment: Moment) -> bytes:
    """The text. Whichever web process is asked, the counts are those of all of them."""
    now = CollectorRegistry()
    now.register(moment)
    if not env.METRICS_FOLDER:
        return generate_latest(REGISTRY) + generate_latest(now)
    MultiProcessCollector(now)  # type: ignore[no-untyped-call]
    return generate_latest(now)
