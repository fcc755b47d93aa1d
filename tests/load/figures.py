"""What many measurements come to: medians, percentiles, and ratios of what was measured side by side."""

import math
from collections.abc import Sequence
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
