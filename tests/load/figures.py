"""What many measurements come to: medians, percentiles, and ratios of what was measured side by side."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

Figures = dict[str, float]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of all values don't exceed (nearest rank); `values` must not be empty."""
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def spread(seconds: Sequence[float]) -> Figures:
    """Durations in seconds as `{n, p50, p95, p99, longest}`, in milliseconds."""
    in_ms = {name: percentile(seconds, at) * 1000 for name, at in (("p50", 50), ("p95", 95), ("p99", 99))}
    rounded = {name: round(value, 2) for name, value in in_ms.items()}
    return {"n": len(seconds), **rounded, "longest": round(max(seconds) * 1000, 2)}


def pairwise_ratio(ours: Sequence[float], floors: Sequence[float]) -> float:
    """The median of ours / floor, round by round: both of a round had the same machine."""
    return round(median(a / b for a, b in zip(ours, floors, strict=True)), 2)


def rates_by_part(seen: Sequence[tuple[float, int]], whole: int, parts: int) -> list[float]:
    """Things a second in each part of the whole. `seen`: (seconds, done so far), from (0, 0) on; between two looks
    it is taken to have gone evenly."""
    marks = [_when(seen, whole * part / parts) for part in range(parts + 1)]
    return [round(whole / parts / (after - before), 1) for before, after in pairwise(marks)]


def _when(seen: Sequence[tuple[float, int]], done: float) -> float:
    """The second at which so many were done."""
    for (before, had), (after, has) in pairwise(seen):
        if has > had and has >= done:
            return before + (after - before) * max(0.0, done - had) / (has - had)
    raise ValueError(f"never were {done:g} done")
