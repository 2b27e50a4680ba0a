"""``flask techniques``: the technique files and what is wrong with them."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from quiz.commands.source import load
from quiz.content.folder import Loaded

techniques = AppGroup("techniques", help="Look at the technique files.")


@techniques.command("check")
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def check(directory: Path | None, as_json: bool) -> None:
    """Report every problem as FILE:LINE: what, and what to do.

    Reads DIRECTORY, or the active collections. Exits with 1 where a file has an
    error, which leaves it out; notices alone do not fail.
    """
    loaded = load(directory)
    click.echo(_as_json(loaded) if as_json else _as_text(loaded))
    if any(problem.severity == "error" for problem in loaded.problems):
        raise SystemExit(1)


@techniques.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON.")
def list_(as_json: bool) -> None:
    """List the techniques of the active collections, by domain and ID."""
    catalogue = load(None).catalogue
    if as_json:
        rows = [
            {
                "attack_id": technique.attack_id,
                "name": catalogue.display_name(technique),
                "stix_id": technique.stix_id,
                "collection": technique.collection,
                "domain": technique.domain,
                "tactics": technique.tactics,
                "platforms": technique.platforms,
                "difficulty": catalogue.difficulty(technique).level,
                "file": technique.path,
            }
            for technique in catalogue
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for technique in catalogue:
        tactics = ", ".join(catalogue.tactic_names(technique))
        click.echo(f"{technique.attack_id:<10} {catalogue.display_name(technique)}  ({tactics})")


def _as_text(loaded: Loaded) -> str:
    lines = [
        str(problem) if problem.severity == "error" else f"{problem} (notice)"
        for problem in loaded.problems
    ]
    errors = sum(problem.severity == "error" for problem in loaded.problems)
    count = len(loaded.catalogue)
    lines.append(
        f"{count} techniques can be asked about, {len(loaded.catalogue.retired)} are retired; "
        f"left out: {loaded.left_out}; errors: {errors}."
    )
    return "\n".join(lines)


def _as_json(loaded: Loaded) -> str:
    report = {
        "techniques": len(loaded.catalogue),
        "retired": len(loaded.catalogue.retired),
        "left_out": loaded.left_out,
        "problems": [
            {"file": p.file, "line": p.line, "severity": p.severity, "message": p.message}
            for p in loaded.problems
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=2)
