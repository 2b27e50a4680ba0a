"""docs/questions.md shows the very questions that the program asks."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import wrap

import pytest

from quiz.content.catalogue import Catalogue
from quiz.questions.base import AnswerKind, Item, Nearness, Option, Question
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from tests.catalogues import ROOT, starter

PAGE = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
WIDTH = 110
HEADING = re.compile(r"(?P<kind>[\w-]+) of (?P<id>T[\d.]+), seed (?P<seed>\d+)")
EXAMPLES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def asked(heading: str, nearness: Nearness = Nearness.NEAR) -> Question:
    """The question that a heading names, such as ``tactic of T1003, seed 0``."""
    found = HEADING.match(heading)
    assert found, heading
    technique = starter().find(found["id"], "enterprise-attack")
    assert technique, heading
    seed = int(found["seed"])
    question = generate(technique, KINDS[found["kind"]], seed, starter(), nearness=nearness)
    assert question, heading
    return question


def written(heading: str) -> str:
    """An example as the page must have it."""
    if "each rung" in heading:
        rows = [
            f"{rung.name.lower():<8} {option.text}"
            for rung in Nearness
            for option in asked(heading, rung).options
            if not option.correct
        ]
        return "\n".join([heading, *rows, ""])
    question = asked(heading)
    lines = [heading, "", *folded(question.stem)]
    lines += folded(f"“{question.excerpt}”", "  ") if question.excerpt else []
    lines += ["", *choices(question), "", *folded(f"Why: {question.explanation}")]
    for quotation in question.evidence:
        place = source(quotation.file, starter())
        lines += folded(f"{place}, {quotation.section}: {quotation.quote}")
    return "\n".join([*lines, ""])


def choices(question: Question) -> list[str]:
    """What can be answered, with the key and each note."""
    if question.answer_kind is AnswerKind.TEXT:
        return [f"accepted: {' | '.join(question.accepted)}"]
    if question.answer_kind is AnswerKind.ORDER:
        return [
            line
            for item in question.items
            for line in option(item, f"{question.solution.index(item.id) + 1}.")
        ]
    if question.answer_kind is AnswerKind.MATCH:
        targets = {target.id: target for target in question.targets}
        return [
            line
            for item, id_ in zip(question.items, question.solution, strict=True)
            for line in [
                *option(item, "-"),
                *folded(f"= {targets[id_].text}: {targets[id_].note}", "    "),
            ]
        ]
    return [line for o in question.options for line in option(o, "[x]" if o.correct else "[ ]")]


def option(shown: Option | Item, mark: str) -> list[str]:
    return [f"{mark} {shown.text}", *folded(shown.note, "    ")]


def source(file: str, catalogue: Catalogue) -> str:
    """The ID of the technique that a file describes, or the file's name where it has none."""
    ids = [str(t.attack_id) for t in catalogue if t.path == file]
    return ids[0] if ids else file


def folded(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent or "  ")


@pytest.mark.parametrize("example", EXAMPLES, ids=[e.partition("\n")[0] for e in EXAMPLES])
def test_an_example_is_what_the_program_asks(example: str) -> None:
    right = written(example.partition("\n")[0])
    assert example == right, f"write this on the page instead:\n\n{right}"


def test_there_is_an_example_of_every_kind_in_the_order_in_which_they_are_met() -> None:
    kinds = [HEADING.match(example)["kind"] for example in EXAMPLES if "each rung" not in example]  # type: ignore[index]
    assert kinds == list(KINDS)


def test_every_kind_has_a_heading_with_its_title() -> None:
    for kind in KINDS.values():
        assert f"### {kind.title} (`{kind.slug}`)" in PAGE


# Adding a kind, as the page says


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, with the page's kind saved where the page says."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("quiz", "tests", "templates", "techniques"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / name, copy / name)
    told = re.search(r"Save it as `([^`]+)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL)
    assert told
    (copy / told[1]).write_text(told[2], encoding="utf-8")
    return copy


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the page in a copy of the project, without ATT&CK's own files."""
    assert command in PAGE
    return subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=folder,
        env={**os.environ, "ATTACK_DATA": str(folder / "nowhere"), "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_kind_of_the_page_keeps_the_contract(copy: Path) -> None:
    done = run("pytest tests/questions/test_kinds.py -k actor", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 8, done.stdout


AUDIT = "flask --app app questions audit --dir techniques/starter --kind actor"


def test_the_kind_of_the_page_passes_the_audit_by_its_own_proof(copy: Path) -> None:
    done = run(AUDIT, copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^actor +\d{4} +\d{3} fields ", done.stdout, re.MULTILINE)


def audited(copy: Path, old: str, new: str) -> subprocess.CompletedProcess[str]:
    """Audit the kind of the page after a change to its file, which is taken back."""
    file = copy / "quiz" / "questions" / "kinds" / "actor.py"
    whole = file.read_text(encoding="utf-8")
    assert old in whole
    file.write_text(whole.replace(old, new), encoding="utf-8")
    try:
        return run(AUDIT, copy)
    finally:
        file.write_text(whole, encoding="utf-8")


def test_without_its_proof_the_audit_says_what_the_page_says(copy: Path) -> None:
    done = audited(copy, '@proves("actor", excluded=is_not_documented)\n', "")
    said = re.search(r"`(actor: unproved: [^`]+)`", PAGE)
    assert said
    assert done.returncode == 1
    assert said[1] in done.stdout
    assert "evidence only" in done.stdout


def test_the_proof_of_the_page_finds_an_option_that_is_not_certainly_wrong(copy: Path) -> None:
    certain = "if not any(technique in perhaps_used(technique, id_, catalogue) for id_ in own)"
    done = audited(copy, certain, "if own")
    assert done.returncode == 1
    assert "may be true, but is not keyed" in done.stdout
