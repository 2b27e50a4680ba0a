"""Fitting a learner's weights; ``python -m bench.fitting 10000`` measures one size.

Time, memory, and how long other threads stand still meanwhile: a fit runs beside requests.
"""

import subprocess
import sys
import threading
from collections.abc import Callable
from time import perf_counter, sleep

from bench.measure import heading, memory_mib, row, seconds
from quiz.learning.fitting import fit
from tests.simulated import QUICK, simulate

NEW_A_DAY = {400: 6, 10_000: 15, 100_000: 40}
"""For each number of reviews, how many new cards a day the learner has met."""
RUNS = 3
TICK = 0.001


def run() -> None:
    heading("Fitting weights to reviews: five fits to judge by, and the one to keep")
    row("", "time", "others wait", "memory before", "at its most")
    for size in NEW_A_DAY:
        # In a process of its own: the memory at its most never falls.
        command = [sys.executable, "-m", "bench.fitting", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        took, waited, before, most = map(float, done.stdout.split())
        row(
            f"{size:,} reviews",
            f"{took * 1000:.0f} ms",
            f"{waited * 1000:.0f} ms",
            f"{before:.0f} MiB",
            f"{most:.0f} MiB",
        )


def measure(size: int) -> tuple[float, float, float, float]:
    """Give a fit's seconds, the longest wait of another thread, and the MiB before and at most."""
    log = simulate(size, QUICK, new_a_day=NEW_A_DAY[size])
    before = memory_mib()
    took = min(seconds(lambda: fit(log))[0] for _ in range(RUNS))
    waited = min(_longest_wait(lambda: fit(log)) for _ in range(RUNS))
    return took, waited, before, memory_mib()


def _longest_wait(work: Callable[[], object]) -> float:
    """Give the longest time, in seconds, that a thread which asks for its turn does not get it."""
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            start = perf_counter()
            sleep(TICK)
            waits.append(perf_counter() - start - TICK)

    asking = threading.Thread(target=ask)
    asking.start()
    work()
    done.set()
    asking.join()
    return max(waits)


if __name__ == "__main__":
    print(*measure(int(sys.argv[1])))
