"""Importing a release of ATT&CK, beside loading it with mitreattack-python where it is at hand."""

import gzip
import importlib.util
import subprocess
import sys
from pathlib import Path

from bench.measure import heading, memory_mib, row, seconds
from quiz.content.folder import TechniqueFolder
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release

IMPORT = """
import resource, sys, time
from pathlib import Path
from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
start = time.perf_counter()
import_release(read_release(Path(sys.argv[1])), Path(sys.argv[2]))
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
THEIRS = """
import resource, sys, time
from mitreattack.stix20 import MitreAttackData
start = time.perf_counter()
MitreAttackData(sys.argv[1])
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
RUNS = 3


def run(source: Path, scratch: Path) -> None:
    if not source.is_file():
        heading("Importing a release: no bundle is here (ATTACK_DATA), so nothing is measured")
        return
    plain = scratch / "bundle-0.json"
    plain.write_bytes(gzip.decompress(source.read_bytes()))
    heading(f"Importing {source.name}: {plain.stat().st_size / 1e6:.0f} MB of JSON")
    read, release = min((seconds(lambda: read_release(plain)) for _ in range(RUNS)), key=_first)
    row("reading the bundle", f"{read:.2f} s", f"{len(release.techniques)} techniques")
    row("  of them procedures", f"{sum(len(t.procedures) for t in release.techniques)}")
    runs = [_alone(IMPORT, plain, scratch / f"imported-{number}") for number in range(RUNS)]
    ours, memory = min(runs)
    row("the whole import, in a process of its own", f"{ours:.2f} s", f"{memory:.0f} MiB")
    folder = scratch / "imported-0"
    again, done = seconds(lambda: import_release(release, folder))
    row("importing the same again", f"{again:.2f} s", "changed" if done.changed else "no change")
    ready, loaded = min((seconds(TechniqueFolder(folder).load) for _ in range(RUNS)), key=_first)
    row("from the disk to a ready catalogue", f"{ready:.2f} s", f"{len(loaded.catalogue)} live")
    if importlib.util.find_spec("mitreattack") is None:
        row("beside mitreattack-python", "not installed, so not compared")
    else:
        theirs, memory = min(_alone(THEIRS, plain) for _ in range(RUNS))
        row("beside mitreattack-python, loading alone", f"{theirs:.2f} s", f"{memory:.0f} MiB")
        row("the import takes of that", f"x {ours / theirs:.3f}")
    row("memory of the process so far", f"{memory_mib():.0f} MiB")


def _first(timed: tuple[float, object]) -> float:
    return timed[0]


def _alone(code: str, *arguments: Path) -> tuple[float, float]:
    """Run code in a process of its own; seconds and MiB at its most."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took, most = done.stdout.split()
    return float(took), int(most) / (1024 if sys.platform != "darwin" else 1024 * 1024)
