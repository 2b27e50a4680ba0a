"""Putting a release into the folder of collections: whole, or not at all.

The new files are written beside the old ones, checked by reading them back, and
swapped in by renaming folders. A reader that meets the instant between the two
renames, or what a crash left of it, puts the old folder back.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from quiz.content.bundle import InvalidBundle
from quiz.content.collection import FILE as ABOUT
from quiz.content.collection import read_collection, write_collection
from quiz.content.folder import BEFORE, WORK, recover
from quiz.content.markdown import InvalidFile, file_name, read_technique, write_technique
from quiz.content.stix import Release
from quiz.content.technique import Collection, Technique

if sys.platform != "win32":
    import fcntl

SUMS = "SHA256SUMS"
NEXT = ".next"
ATTEMPTS = 10
SHOWN = 3


class CannotImport(ValueError):  # noqa: N818 (what it says is its name)
    """What is in the way of an import, as a sentence that says what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: where, whether anything changed, and the label of what it replaced."""

    folder: Path
    changed: bool
    replaced: str = ""


def import_release(release: Release, root: Path, *, overwrite: bool = False) -> Imported:
    """Write a release into its own folder below ``root``, in place of an earlier one.

    ``overwrite`` also replaces files that people changed or added there since it
    was imported. Raises InvalidBundle where an object cannot be written,
    CannotImport where something is in the way, and OSError where the disk is;
    what was there before then stays as it was.
    """
    files = release_files(release)
    root.mkdir(parents=True, exist_ok=True)
    with alone(root):
        _clear(root)
        folder = root / release.collection.name
        edited = _edited(folder)
        if not edited and _read(folder / SUMS) == files[SUMS]:
            return Imported(folder=folder, changed=False)
        if edited and not overwrite:
            raise CannotImport(_in_the_way(folder, edited))
        replaced = _label(folder)
        try:
            _write(root / WORK / f"{folder.name}{NEXT}", files, release.collection)
            _swap(folder, root / WORK)
        finally:
            _clear(root)
        return Imported(folder=folder, changed=True, replaced=replaced)


# What is written


def release_files(release: Release) -> Mapping[str, bytes]:
    """A release's files by name, each technique's read back.

    Raises InvalidBundle, naming the object, where one would not read back the same.
    """
    files = {file_name(t): _content(t, release.collection) for t in release.techniques}
    files[ABOUT] = write_collection(release.collection).encode()
    sums = (f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return files | {SUMS: "".join(sums).encode()}


def _content(technique: Technique, collection: Collection) -> bytes:
    try:
        text = write_technique(technique)
        read, _ = read_technique(
            text,
            path=technique.path,
            collection=collection,
            known_tactics={tactic.short_name for tactic in collection.tactics},
        )
    except InvalidFile as error:
        raise InvalidBundle(f"{technique.stix_id}: {error.problems[0].message}") from error
    except ValueError as error:
        raise InvalidBundle(f"{technique.stix_id}: {error}") from error
    if read != technique:
        raise InvalidBundle(f"{technique.stix_id}: holds what would read back as something else")
    return text.encode()


def _write(folder: Path, files: Mapping[str, bytes], collection: Collection) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    _sync()
    try:
        read = replace(read_collection(folder), folder=collection.folder)
    except InvalidFile as error:
        raise InvalidBundle(error.problems[0].message) from error
    if (read, read.revoked) != (collection, collection.revoked):
        raise InvalidBundle("what it says of itself would read back as something else")


def _swap(folder: Path, work: Path) -> None:
    """Put the new folder into the old one's place; the old one is kept until it is there."""
    next_, before = work / f"{folder.name}{NEXT}", work / f"{folder.name}{BEFORE}"
    for attempt in range(ATTEMPTS):
        if os.path.lexists(folder):
            folder.rename(before)
        try:
            next_.rename(folder)
            break
        except OSError:
            # A reader may have put the old folder back, between the two renames.
            recover(folder.parent)
            if attempt == ATTEMPTS - 1:
                raise
    _sync()


def _clear(root: Path) -> None:
    """Clear away what an import left, but never an old folder that has no successor."""
    recover(root)
    olds = (root / WORK).glob(f"*{BEFORE}")
    if all(os.path.lexists(root / old.name.removesuffix(BEFORE)) for old in olds):
        shutil.rmtree(root / WORK, ignore_errors=True)


def _sync() -> None:
    """Have everything on the disk: once for all files takes a tenth of once for each."""
    if hasattr(os, "sync"):
        os.sync()


# What is there already


def _edited(folder: Path) -> list[str]:
    """The names of what an import did not put there, or not so; none where there is no folder."""
    if not os.path.lexists(folder):
        return []
    if not folder.is_dir():
        return [folder.name]
    lines = _read(folder / SUMS).decode(errors="replace").splitlines()
    written = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {entry.name for entry in folder.iterdir() if not entry.name.startswith(".")} - {SUMS}
    changed = (
        name
        for name in there & set(written)
        if sha256(_read(folder / name)).hexdigest() != written[name]
    )
    return sorted((there ^ set(written)) | set(changed))


def _in_the_way(folder: Path, edited: list[str]) -> str:
    names = ", ".join(edited[:SHOWN]) + (" and others" if len(edited) > SHOWN else "")
    return (
        f"{folder} holds what no import put there, or people changed since ({names}); move it into "
        "a folder of its own, or repeat the import with --overwrite to lose it"
    )


def _label(folder: Path) -> str:
    try:
        return read_collection(folder).label if folder.is_dir() else ""
    except (InvalidFile, OSError):
        return folder.name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep every other import out of a folder, until this one is done or its process dead.

    Raises CannotImport where another is under way.
    """
    if sys.platform == "win32":  # which has no such lock for folders
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CannotImport("another import is under way; wait until it is done") from error
    finally:
        os.close(descriptor)
