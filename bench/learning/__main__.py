"""Simulate learners, print what they know, and with --record write it down for the docs."""

import argparse
import sys

from bench.learning.compete import compete, show
from bench.learning.contest import SCENARIOS
from bench.learning.tables import DOCUMENT, Run, filled, read_record, write_record


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.learning", description=__doc__)
    parser.add_argument("--learners", type=int, default=1000, help="in the main comparison")
    parser.add_argument("--days", type=int, help="instead of 180; the rest in proportion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=SCENARIOS, nargs="+", help="these comparisons alone")
    parser.add_argument("--record", action="store_true", help="write the figures into the docs")
    given = parser.parse_args()
    if given.record and given.days:
        parser.error("a record is of every comparison's own days")
    names = given.only or list(SCENARIOS)
    runs: dict[str, Run] = read_record() if given.record and given.only else {}
    for name in names:
        runs[name] = compete(name, given.learners, given.seed, given.days)
        show(name, runs[name])
        sys.stdout.flush()
    if given.record:
        write_record({name: runs[name] for name in SCENARIOS})
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(filled(document, runs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
