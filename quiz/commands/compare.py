"""``flask techniques diff``: what changed from one release to another, in words or as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from quiz.commands.source import load
from quiz.content.bundle import InvalidBundle
from quiz.content.catalogue import Catalogue
from quiz.content.releases import AnswerChange, Change, ChangeKind, Comparison, Snapshot, compare
from quiz.content.stix import read_release
from quiz.questions.kinds import KINDS
from quiz.questions.snapshots import snapshot


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Write the differences as JSON.")
@with_appcontext
def diff(old: str, new: str, *, as_json: bool) -> None:
    """Say what changed from the release OLD to NEW.

    Each is a folder of technique files, a STIX bundle (.json, .json.gz) or the name of a
    collection that is there. What changed is said technique by technique, and for the
    answers to cards kind by kind.
    """
    comparison = compare(_read(old), _read(new))
    click.echo(_as_json(comparison) if as_json else "\n".join(_as_text(comparison)))


def _read(source: str) -> Snapshot:
    path = Path(source)
    if not path.exists():
        path = Path(current_app.config["TECHNIQUES_DIR"], source)
    if path.is_dir():
        catalogue = load(path).catalogue
    elif path.is_file():
        catalogue = _bundle(path)
    else:
        raise click.ClickException(
            f"{source} is neither a folder, nor a bundle, nor a collection that is there"
        )
    if not len(catalogue):
        raise click.ClickException(f"{source}: there is no technique to compare")
    return snapshot(catalogue)


def _bundle(path: Path) -> Catalogue:
    try:
        release = read_release(path)
    except InvalidBundle as error:
        raise click.ClickException(f"{path}: {error}") from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}") from error
    return Catalogue(release.techniques, [release.collection])


def _as_text(comparison: Comparison) -> Iterator[str]:
    yield f"From {comparison.old} to {comparison.new}"
    for kind in ChangeKind:
        if changes := comparison.of_kind(kind):
            yield f"\n{kind.heading} ({len(changes)})"
            yield from map(_line, changes)
    for slug, asked in KINDS.items():
        if answers := comparison.answers_of(slug):
            yield f"\nAnswer changed: {asked.title} ({len(answers)})"
            yield from map(_answer_line, answers)
    if not comparison.changes and not comparison.answers:
        yield "Nothing changed."


def _line(change: Change) -> str:
    facts = change.facts
    words = f": {change.words}" if change.words else ""
    return f"  {facts.attack_id:<10} {facts.display_name}{words}"


def _answer_line(answer: AnswerChange) -> str:
    old, new = (", ".join(texts) or "none" for texts in (answer.old, answer.new))
    return f"  {answer.technique.attack_id:<10} {answer.technique.display_name}: {new}; was {old}"


def _as_json(comparison: Comparison) -> str:
    return json.dumps(
        {
            "from": comparison.old,
            "to": comparison.new,
            "changes": [_change(change) for change in comparison.changes],
            "answers": [
                {
                    "kind": answer.kind,
                    "attack_id": answer.technique.attack_id,
                    "name": answer.technique.display_name,
                    "key": answer.key,
                    "key_before": answer.key_before,
                    "old": answer.old,
                    "new": answer.new,
                }
                for answer in comparison.answers
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _change(change: Change) -> dict[str, Any]:
    facts = change.facts
    became = change.new if change.kind is ChangeKind.REVOKED else None
    return {
        "change": change.kind,
        "attack_id": facts.attack_id,
        "name": facts.display_name,
        "domain": facts.domain,
        "stix_id": change.stix_id,
        "successor": became.attack_id if became else None,
        "words": change.words,
    }
