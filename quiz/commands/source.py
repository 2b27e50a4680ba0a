"""Where a command takes its techniques from: a named folder, or the active collections."""

from pathlib import Path

import click
from flask import current_app

from quiz.content.catalogue import Catalogue
from quiz.content.folder import Loaded, TechniqueFolder, read_folder


def load(directory: Path | None) -> Loaded:
    """Read a folder of technique files, or the active collections where none is named."""
    if directory is None:
        return TechniqueFolder(Path(current_app.config["TECHNIQUES_DIR"])).load()
    if not directory.is_dir():
        raise click.ClickException(f"{directory} is not a folder; give the folder of the files")
    return read_folder(directory)


def catalogue_of(directory: Path | None) -> Catalogue:
    """Read the techniques, and say on standard error how many files were left out."""
    loaded = load(directory)
    if loaded.left_out:
        click.echo(
            f"{loaded.left_out} file(s) left out; see: flask --app app techniques check", err=True
        )
    if not len(loaded.catalogue):
        raise click.ClickException("there is no technique to ask about")
    return loaded.catalogue


def say_terms(catalogue: Catalogue) -> None:
    """Write on standard error whose the collections are, and on what terms.

    MITRE's license asks that every copy of ATT&CK reproduce its copyright
    designation and the license; standard output has no place for them.
    """
    for collection in catalogue.collections:
        texts = (collection.label, collection.copyright, collection.licence)
        if collection.copyright or collection.licence:
            click.echo("\n\n".join(filter(None, texts)) + "\n", err=True)
