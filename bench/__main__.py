"""Run every benchmark and print what it found."""

import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import answering, content, faults, fitting, pages, questions, releases, statistics, study
from bench.learning import compete as learning

ROOT = Path(__file__).resolve().parent.parent
ATTACK_DATA = Path(os.environ.get("ATTACK_DATA", ROOT.parent / "shared" / "attack"))
DATA = ATTACK_DATA / "markdown"
BUNDLE = ATTACK_DATA / "stix" / "enterprise-attack-18.1.json.gz"


A_FEW_KILLS = 20
"""``python -m bench.faults`` kills two hundred times, twice."""
A_FEW_PAIRS = 3
"""``python -m bench.answering`` takes fifteen."""


def main() -> int:
    folder = DATA if DATA.is_dir() else ROOT / "techniques" / "starter"
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    if folder != DATA:
        print(
            "ATT&CK's own files are not here (ATTACK_DATA): the starter stands in, and is smaller."
        )
    content.run(folder)
    with tempfile.TemporaryDirectory() as scratch:
        releases.run(BUNDLE, Path(scratch))
    questions.run(folder)
    with tempfile.TemporaryDirectory() as scratch:
        pages.run(folder, Path(scratch))
    with tempfile.TemporaryDirectory() as scratch:
        study.run(BUNDLE, Path(scratch))
    with tempfile.TemporaryDirectory() as scratch:
        statistics.run(BUNDLE, Path(scratch))
    with tempfile.TemporaryDirectory() as scratch:
        answering.run(BUNDLE, Path(scratch), pairs=A_FEW_PAIRS)
    fitting.run()
    learning.main_comparison()
    faults.measure(A_FEW_KILLS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
