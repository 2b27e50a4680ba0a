"""``flask questions``: what can be asked, for other programs."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from quiz.commands.source import catalogue_of, say_terms
from quiz.exports import json_lines
from quiz.questions.kinds import KINDS

questions = AppGroup("questions", help="Generate questions outside the browser.")


@questions.command("export")
@click.option(
    "--format", "format_", type=click.Choice(["jsonl"]), default="jsonl", show_default=True
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
    format_: str,  # noqa: ARG001 - the only one so far
    directory: Path | None,
    seed: int,
    slugs: tuple[str, ...],
    per_card: int,
) -> None:
    """Write questions to standard output, one JSON object a line.

    The copyright and licence of their collections go to standard error: keep
    them with every copy (2> terms.txt).
    """
    catalogue = catalogue_of(directory)
    say_terms(catalogue)
    kinds = [kind for kind in KINDS.values() if not slugs or kind.slug in slugs]
    for question in json_lines.questions(catalogue, kinds, seed=seed, per_card=per_card):
        # Bytes, so that the console's encoding and line ends change nothing.
        sys.stdout.buffer.write(f"{json_lines.line(question)}\n".encode())
