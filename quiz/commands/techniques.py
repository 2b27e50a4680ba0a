"""``flask techniques``: the technique files and what is wrong with them."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from quiz.commands.compare import diff
from quiz.commands.getting import Bar, digest, imported
from quiz.commands.source import load
from quiz.content.collection import DOMAINS
from quiz.content.folder import Loaded
from quiz.services.releases import TROUBLE, Releases, why

techniques = AppGroup("techniques", help="Look at the technique files, and import releases.")
techniques.add_command(diff)


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


@techniques.command("import")
@click.argument("source")
@click.option("--release", default="", help="The release's number, where the bundle has none.")
@click.option("--domain", type=click.Choice(DOMAINS), help="Of a release given by its number.")
@click.option(
    "--overwrite", is_flag=True, help="Also replace files that were changed since they came."
)
def import_(source: str, release: str, domain: str | None, overwrite: bool) -> None:
    """Import a release of ATT&CK as a collection of its own.

    SOURCE is a STIX bundle, compressed or not; its https address; or a release of
    MITRE's: "newest", or a number such as 18.1 or 18 (its newest), of Enterprise
    unless a domain is given (mobile-attack-18.1). Another release of the same
    domain takes the place of the one before. Nothing changes where anything is wrong.
    """
    releases: Releases = current_app.extensions["releases"]
    try:
        with (
            Bar(f"Fetching {source}") as progress,
            releases.obtain(source, domain=domain or "", progress=progress) as got,
        ):
            progress.close()
            click.echo(digest(got), nl=bool(got.sha256))
            done = releases.import_(got, release=release, overwrite=overwrite)
    except TROUBLE as error:
        raise click.ClickException(f"{why(error, source)}. Nothing changed.") from error
    click.echo(imported(done))


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
