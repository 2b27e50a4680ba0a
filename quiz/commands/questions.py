"""``flask questions``: what can be asked, for other programs, and what was flagged."""

import json
import sys
from dataclasses import fields
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from flask.cli import AppGroup

from quiz.commands.source import catalogue_of, say_terms
from quiz.db.base import begin_writing, db
from quiz.exports import anki, formats, json_lines
from quiz.exports.formats import FORMATS
from quiz.questions.audit.run import DEFAULT_SEEDS
from quiz.questions.audit.run import audit as audit_questions
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope
from quiz.questions.wording import listing
from quiz.services import anki as anki_service
from quiz.services import flags as flags_service
from quiz.services import learners
from quiz.services.flags import FlaggedCard
from quiz.web.filters import plural

questions = AppGroup("questions", help="Generate questions outside the browser.")


@questions.command("export")
@click.option(
    "--format",
    "slug",
    type=click.Choice(list(FORMATS)),
    default="jsonl",
    show_default=True,
    help="See docs/exports.md.",
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="Read this folder of technique files instead of the active collections.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the first question.")
@click.option(
    "--kind",
    "slugs",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="Only this kind; may be given several times.",
)
@click.option(
    "--per-card",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Questions for each technique and kind, with consecutive seeds.",
)
def export(
    slug: str,
    directory: Path | None,
    seed: int,
    slugs: tuple[str, ...],
    per_card: int,
) -> None:
    """Write questions to standard output, as JSON Lines or in another format.

    The copyright and license of their collections go to standard error: keep
    them with every copy (2> terms.txt).
    """
    catalogue = catalogue_of(directory)
    say_terms(catalogue)
    kinds = [kind for kind in KINDS.values() if not slugs or kind.slug in slugs]
    asked = json_lines.questions(catalogue, kinds, seed=seed, per_card=per_card)
    title = listing([collection.label for collection in catalogue.collections])
    # Bytes, so that the console's encoding and line ends change nothing.
    for chunk in formats.export(slug, asked, catalogue, title=title).chunks:
        sys.stdout.buffer.write(chunk)


@questions.command("anki")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--scope",
    "query",
    default="",
    help="As in an address, such as “tactics=persistence&platforms=Windows”; else everything.",
)
def anki_(file: Path, query: str) -> None:
    """Write flashcards to FILE for Anki; a later export updates the cards that are there."""
    catalogue, now = catalogue_of(None), datetime.now(UTC)
    learner = learners.local_learner(db.session, now=now)
    db.session.commit()
    try:
        content = anki_service.content(db.session, catalogue, _scope(query))
    except anki.NothingToExport as error:
        raise click.ClickException(str(error)) from None
    begin_writing(db.session)
    since = anki_service.since(db.session, learner, content, now=now)
    packed = BytesIO()
    anki.write(packed, content, since)
    try:
        file.write_bytes(packed.getvalue())
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    db.session.commit()
    count, size = plural(len(content.notes), "card"), file.stat().st_size / 1e6
    click.echo(f"Written: {count} for Anki, {size:.1f} MB, to {file}.")


def _scope(query: str) -> Scope:
    """Read a scope as an address has it; a slip in it must not mean everything."""
    names = [field.name for field in fields(Scope)]
    for part in filter(None, query.removeprefix("?").split("&")):
        name = part.partition("=")[0]
        if name not in names:
            raise click.ClickException(
                f'--scope knows no "{name}": only {", ".join(names)}, joined by “&”'
            )
    return Scope.from_query(query.removeprefix("?"))


@questions.command("audit")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="Read this folder of technique files instead of the active collections.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=DEFAULT_SEEDS,
    show_default=True,
    help="Questions for each technique and kind; four take all rungs of nearness.",
)
@click.option(
    "--kind",
    "slugs",
    multiple=True,
    type=click.Choice(list(KINDS)),
    help="Only this kind; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def audit(directory: Path | None, seeds: int, slugs: tuple[str, ...], as_json: bool) -> None:
    """Check every key against the fields, and every question against test-wise guessing.

    Exits with 1 where something is wrong. docs/audit.md says how to read the report.
    """
    kinds = {slug: kind for slug, kind in KINDS.items() if not slugs or slug in slugs}
    report = audit_questions(catalogue_of(directory), seeds, kinds)
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(report.table())
    if not report.passed:
        raise SystemExit(1)


@questions.command("flags")
@click.option("--all", "everything", is_flag=True, help="Those dealt with too.")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON.")
def flags(everything: bool, as_json: bool) -> None:
    """List the questions that learners flagged and nobody has dealt with, latest first.

    Nothing in it says who flagged a question, so that it can be passed on.
    """
    cards = flags_service.listing(db.session, only_open=not everything)
    if as_json:
        rows = [_as_json(card) for card in cards]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for card in cards:
        reasons = ", ".join(f"{reason} × {number}" for reason, number in card.reasons.items())
        state = " (switched off)" if card.switched_off else ""
        click.echo(f"{card.question.attack_id:<10} {card.kind:<20} {reasons}{state}")
        click.echo(f"{'':<10} {card.question.stem}")
        for note in card.notes:
            click.echo(f"{'':<10} “{' '.join(note.text.split())}”")
    click.echo(f"{len(cards)} flagged.", err=True)


def _as_json(card: FlaggedCard) -> dict[str, object]:
    return {
        "key": card.key,
        "learners": card.learners,
        "reasons": {str(reason): number for reason, number in card.reasons.items()},
        "notes": [{"reason": str(note.reason), "text": note.text} for note in card.notes],
        "latest": card.latest.isoformat(),
        "open": card.open,
        "switched_off": card.switched_off,
        "question": json.loads(json_lines.line(card.question)),
    }
