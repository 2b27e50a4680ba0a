"""Timing, and printing what was timed."""

import resource
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


def heading(text: str) -> None:
    print(f"\n{text}")


def row(label: str, *figures: str) -> None:
    print(f"  {label:<46}" + "".join(f"{figure:>16}" for figure in figures))


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    """Time one run, in seconds."""
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def paired(
    first: Callable[[], object], second: Callable[[], object], pairs: int
) -> tuple[float, float]:
    """Time two things in turn, so that a noisy machine meets both; medians in seconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(pairs):
        times[0].append(seconds(first)[0])
        times[1].append(seconds(second)[0])
    return median(times[0]), median(times[1])


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def memory_mib() -> float:
    """The most memory that the process has held so far, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform != "darwin" else 1024 * 1024)
