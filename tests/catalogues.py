"""Real catalogues for tests: the starter, and ATT&CK's files where they are at hand."""

import os
from functools import cache
from pathlib import Path

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.folder import read_folder
from quiz.content.stix import Release, read_release

ROOT = Path(__file__).resolve().parent.parent
STARTER = ROOT / "techniques" / "starter"
ATTACK_DATA = Path(os.environ.get("ATTACK_DATA", ROOT.parent / "shared" / "attack"))


@cache
def starter() -> Catalogue:
    """The collection that ships with the project."""
    return read_folder(STARTER).catalogue


def attack_markdown() -> Path:
    """The folder of ATT&CK's real technique files; skips the test where it is absent."""
    folder = ATTACK_DATA / "markdown"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there; set ATTACK_DATA to run this over ATT&CK's own files")
    return folder


@cache
def attack() -> Catalogue:
    """The live techniques of ATT&CK's real files; skips the test where they are absent."""
    return read_folder(attack_markdown()).catalogue


def attack_bundle(name: str) -> Path:
    """The bundle of a release, such as ``ics-attack-18.1``; skips the test where it is absent."""
    path = ATTACK_DATA / "stix" / f"{name}.json.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there; set ATTACK_DATA to run this over ATT&CK's releases")
    return path


@cache
def attack_release(name: str) -> Release:
    """A release as it would be imported; skips the test where it is absent."""
    return read_release(attack_bundle(name))
