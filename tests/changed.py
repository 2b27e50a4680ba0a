"""Run the tests of what changed: uncommitted work or, on a clean checkout, the last commit.

Tests mirror the code, so a change in ``quiz/<area>`` runs ``tests/<area>`` and
the areas built on it. Anything that every area stands on runs them all but the
browser's, which ``make test`` runs.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT_ON = {
    "content": ("content", "questions", "exports", "commands", "data"),
    "questions": ("questions", "exports", "learning", "commands", "data"),
    "exports": ("exports", "commands"),
    "learning": ("learning", "services"),
    "db": ("db", "services"),
    "services": ("services", "web"),
    "web": ("web",),
    "static": ("web",),
    "commands": ("commands",),
}


def changed_files() -> set[str]:
    """Name the files that git says changed, relative to the project."""
    for command in (
        ("status", "--porcelain", "--untracked-files=all", "--no-renames", "-z"),
        ("diff", "--name-only", "-z", "HEAD~1"),
        ("ls-files", "-z"),
    ):
        done = subprocess.run(
            ["git", *command], cwd=ROOT, capture_output=True, text=True, check=False
        )
        strip = 3 if command[0] == "status" else 0
        if files := {name[strip:] for name in done.stdout.split("\0") if name}:
            return files
    return set()


def areas_of(files: set[str]) -> set[str]:
    """Name the folders of tests to run."""
    everything = {"bench", *(area for areas in BUILT_ON.values() for area in areas)}
    areas: set[str] = set()
    for name in files:
        top, _, rest = name.partition("/")
        area = rest.partition("/")[0]
        if top == "quiz" and area in BUILT_ON:
            areas.update(BUILT_ON[area])
        elif top == "templates":
            areas.add("web")
        elif top == "bench":
            areas.add("bench")
        elif top == "techniques":
            areas.update(("content", "data"))
        elif top == "tests" and area in everything:
            areas.add(area)
        elif Path(name).suffix in {".py", ".toml", ".txt"}:
            areas.update(everything)
    return areas


def main() -> int:
    """Run pytest over those folders, and say which."""
    folders = [f"tests/{area}" for area in sorted(areas_of(changed_files()))]
    there = [folder for folder in folders if (ROOT / folder).is_dir()]
    if not there:
        print("No change that has tests.")  # noqa: T201
        return 0
    print("Tests of what changed:", *there)  # noqa: T201
    processes = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "loadfile")
    pytest = [sys.executable, "-m", "pytest", "-q", *processes, *there]
    return subprocess.run(pytest, cwd=ROOT).returncode  # noqa: PLW1510


if __name__ == "__main__":
    sys.exit(main())
