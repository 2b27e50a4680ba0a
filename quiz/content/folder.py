"""The folder of collections, read again only where it changed."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from time import monotonic

from quiz.content.catalogue import Catalogue
from quiz.content.collection import FILE as ABOUT
from quiz.content.collection import read_collection
from quiz.content.markdown import MAX_BYTES, decode, read_technique
from quiz.content.problems import InvalidFile
from quiz.content.technique import Collection, Problem, Tactic, Technique

__all__ = ["Loaded", "TechniqueFolder", "read_collection", "read_folder"]

STARTER = "starter"
WORK = ".importing"
"""Where an import works, in the folder of collections; it is there only while one does."""
BEFORE = ".before"
"""What the name of a collection's folder ends in there, while another takes its place."""
SHIPPED_STARTER = Path(__file__).parents[2] / "techniques" / STARTER
STILL_USED = "the file as it was before stays in use until this is mended"

LOOKS = 20
"""How often to look at a folder that keeps changing."""

# A file's mode, identity, size and times: different once it has changed, empty where unknown.
Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a folder gave: the catalogue, and what is wrong with the files.

    ``collections`` are the active ones; ``left_out`` counts those of their files
    that an error keeps out of the catalogue.
    """

    catalogue: Catalogue
    problems: tuple[Problem, ...]
    collections: tuple[Collection, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The files of one collection as they lie on the disk."""

    folder: Path
    about: Signature
    files: Mapping[str, Signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """A collection as last read; after a slip in its file, as it was before."""

    signature: Signature
    collection: Collection
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file as last read; after a slip in it, with its technique as it was before."""

    signature: Signature
    collection: Collection
    technique: Technique | None
    problems: tuple[Problem, ...] = ()


def read_folder(directory: Path) -> Loaded:
    """Read one folder of technique files, and what is below it, as one collection.

    Subfolders with a ``collection.json`` of their own are collections of their own.
    """
    return TechniqueFolder(directory, one_collection=True).load()


class TechniqueFolder:
    """A folder of collections, and the catalogue of the active ones.

    Each direct subfolder that holds technique files is a collection, and the
    files that lie in ``root`` itself form one too. The starter is active only
    while no other has a technique to offer.
    """

    def __init__(self, root: Path, *, one_collection: bool = False) -> None:
        self.root = Path(root).absolute()
        self._one_collection = one_collection
        self._fallback_tactics = _shipped_tactics()
        self._lock = Lock()
        self._seen: tuple[list[_Found], list[Problem]] = ([], [])
        self._abouts: dict[Path, _About] = {}
        self._files: dict[str, _File] = {}
        self._loaded: Loaded | None = None
        self._looked = 0.0

    def recent(self, seconds: float) -> Loaded:
        """Give what was loaded, where it was looked at so few seconds ago; else look now."""
        loaded = self._loaded
        if loaded is None or monotonic() - self._looked > seconds:
            return self.load()
        return loaded

    def load(self) -> Loaded:
        """Read what changed since the last time; the same object where nothing did.

        Meant for every request: while nothing changes it costs one look at the
        metadata of each file. While one thread reads, the others get what was
        loaded before.
        """
        loaded = self._loaded
        if loaded is None:
            self._lock.acquire()
        elif not self._lock.acquire(blocking=False):
            return loaded
        try:
            loaded, again = self._loaded, self._refresh()
            # What changed while it was read, by an import perhaps, is read too.
            for _ in range(LOOKS):
                if again is loaded:
                    break
                loaded, again = again, self._refresh()
            return again
        finally:
            self._lock.release()

    def _refresh(self) -> Loaded:
        """Look, and read what changed."""
        looked = monotonic()
        seen = _look(self.root, self._one_collection)
        if self._loaded is None or seen != self._seen:
            self._read(seen[0])
            self._loaded = self._build(seen[1])
            self._seen = seen
        self._looked = looked
        return self._loaded

    def _read(self, found: list[_Found]) -> None:
        """Read the files that changed, of the collections that are active."""
        abouts: dict[Path, _About] = {}
        files: dict[str, _File] = {}
        starter = None if self._one_collection else self.root / STARTER
        for group in sorted(found, key=lambda group: group.folder == starter):
            if group.folder == starter and any(_is_live(file) for file in files.values()):
                break
            about = self._read_about(group)
            abouts[group.folder] = about
            for path, signature in group.files.items():
                file = self._read_file(path, signature, about.collection)
                if file:
                    files[path] = file
        self._abouts, self._files = abouts, files

    def _read_about(self, group: _Found) -> _About:
        before = self._abouts.get(group.folder)
        if before and before.signature == group.about:
            return before
        try:
            return _About(signature=group.about, collection=read_collection(group.folder))
        except OSError as error:
            problems = [_unreadable(group.folder / ABOUT, error)]
        except InvalidFile as error:
            problems = [replace(p, file=_shown(group.folder / ABOUT)) for p in error.problems]
        collection = Collection(name=group.folder.name, folder=group.folder)
        if before:
            collection = before.collection
            problems.append(replace(problems[0], message=STILL_USED, severity="notice"))
        return _About(signature=group.about, collection=collection, problems=tuple(problems))

    def _read_file(self, path: str, signature: Signature, collection: Collection) -> _File | None:
        before = self._files.get(path)
        if before and before.signature == signature and before.collection is collection:
            return before
        technique = before.technique if before else None
        problems: list[Problem] = []
        try:
            technique, problems = read_technique(
                _text(path, signature),
                path=_printable(Path(path).relative_to(self.root)),
                collection=collection,
                known_tactics=self._known_tactics(collection),
            )
        except FileNotFoundError as error:
            if not os.path.lexists(path):
                return None
            problems = [_unreadable(path, error)]
        except OSError as error:
            problems = [_unreadable(path, error)]
        except InvalidFile as error:
            problems = list(error.problems)
        if technique and any(p.severity == "error" for p in problems):
            problems.append(replace(problems[0], message=STILL_USED, severity="notice"))
        return _File(
            signature=signature,
            collection=collection,
            technique=technique,
            problems=tuple(replace(p, file=_shown(path)) for p in problems),
        )

    def _known_tactics(self, collection: Collection) -> set[str]:
        tactics = collection.tactics or self._fallback_tactics
        return {tactic.short_name for tactic in tactics if tactic.domain == collection.domain}

    def _build(self, problems: Iterable[Problem]) -> Loaded:
        """Make a catalogue of what has been read, each STIX id once."""
        problems = list(problems)
        named: dict[str, Path] = {}
        for folder, about in self._abouts.items():
            problems += about.problems
            namesake = named.setdefault(about.collection.name, folder)
            if namesake != folder:
                message = f'the same "name" as {_shown(namesake)}; give one of the two another'
                problems.append(Problem(file=_shown(folder / ABOUT), line=1, message=message))
        techniques = []
        first: dict[tuple[str, ...], str] = {}
        for path, file in sorted(self._files.items()):
            problems += file.problems
            if not file.technique:
                continue
            clash = _clash(path, file.technique, first)
            if clash is None:
                techniques.append(file.technique)
            else:
                problems.append(clash)
        collections = tuple(about.collection for about in self._abouts.values())
        return Loaded(
            catalogue=Catalogue(techniques, collections, fallback_tactics=self._fallback_tactics),
            problems=tuple(problems),
            collections=collections,
            left_out=len(self._files) - len(techniques),
        )


def _clash(path: str, technique: Technique, first: dict[tuple[str, ...], str]) -> Problem | None:
    """Tell where a file is about what an earlier one is about, by STIX id or by ATT&CK ID.

    ``first`` holds what was met so far. Retired techniques may share an ATT&CK ID: it is
    often their successor's.
    """
    remedies: dict[tuple[str, ...], str] = {
        ("id", technique.stix_id): "remove one of the two files"
    }
    if not technique.retired:
        attack_id = ("mitre_attack_url", technique.domain, str(technique.attack_id))
        remedies[attack_id] = "give one of the two techniques another"
    for identity, remedy in remedies.items():
        if other := first.get(identity):
            what = "id" if identity[0] == "id" else f"ID, {technique.attack_id},"
            message = f"the same {what} as in {_shown(other)}; {remedy}"
            line = technique.lines.get(identity[0], 1)
            return Problem(file=_shown(path), line=line, message=message)
    first.update(dict.fromkeys(remedies, path))
    return None


def _look(root: Path, one_collection: bool) -> tuple[list[_Found], list[Problem]]:
    """Look what lies in a folder, by collection, without opening anything but folders."""
    problems: list[Problem] = []
    own = []
    try:
        for entry in _entries(root):
            folder = root / entry.name
            apart = not one_collection or _signature(folder / ABOUT)
            if apart and _is_folder(entry) and not entry.name.startswith("."):
                own.append(folder)
    except OSError as error:
        return [], [_unreadable(root, error)]
    visited: set[tuple[int, int]] = set()
    groups = []
    for folder in (root, *own):
        files = dict(_walk(folder, own, visited, problems))
        if files:
            about = _signature(folder / ABOUT)
            groups.append(_Found(folder=folder, about=about, files=files))
    if not groups and not problems:
        message = "no technique files (*.md) in this folder; add some, or check its path"
        problems.append(Problem(file=_shown(root), line=1, message=message))
    return groups, problems


def recover(root: Path) -> None:
    """Put back each collection whose successor has not come: a crash, or an instant, is why."""
    with suppress(OSError):  # nothing left over, or another was faster
        for before in (root / WORK).glob(f"*{BEFORE}"):
            folder = root / before.name.removesuffix(BEFORE)
            if not os.path.lexists(folder):
                before.rename(folder)


def _entries(root: Path) -> list[os.DirEntry[str]]:
    """What lies in the folder of collections, links last; no collection is ever missed."""
    names: list[str] = []
    for _ in range(LOOKS):
        entries = sorted(os.scandir(root), key=lambda entry: (entry.is_symlink(), entry.name))
        before, names = names, [entry.name for entry in entries]
        if WORK not in names or names == before:
            break
        recover(root)
    return entries


def _walk(
    top: Path, apart: list[Path], visited: set[tuple[int, int]], problems: list[Problem]
) -> Iterator[tuple[str, Signature]]:
    """List the technique files below a folder; each folder once, so that links cannot loop."""
    pending = [str(top)]
    skipped = {str(folder) for folder in apart}
    while pending:
        folder = pending.pop()
        try:
            status = Path(folder).stat()
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            entries = list(os.scandir(folder))
        except OSError as error:
            problems.append(_unreadable(folder, error))
            continue
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower() == "readme.md":
                continue
            if entry.name.endswith(".md") and not _is_folder(entry):
                yield entry.path, _signature(entry)
            elif entry.path not in skipped and _is_folder(entry):
                pending.append(entry.path)


def _is_live(file: _File) -> bool:
    return file.technique is not None and not file.technique.retired


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _signature(file: os.DirEntry[str] | Path) -> Signature:
    try:
        s = file.stat()
    except OSError:
        return ()
    return (s.st_mode, s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns)


def _text(path: str, signature: Signature) -> str:
    if signature and not S_ISREG(signature[0]):
        raise OSError(0, "not a regular file")
    with Path(path).open("rb") as file:
        return decode(file.read(MAX_BYTES + 1), path=path)


def _unreadable(path: Path | str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(
        file=_shown(path), line=1, message=f"cannot be read ({reason}); check path and permissions"
    )


def _shown(path: Path | str) -> str:
    """A path as people and editors follow it: from the current folder, where it lies below."""
    here = Path.cwd()
    return _printable(Path(path).relative_to(here) if Path(path).is_relative_to(here) else path)


def _printable(path: Path | str) -> str:
    """A path as text: names may hold any bytes, pages and exports only UTF-8."""
    return os.fsencode(path).decode(errors="replace")


def _shipped_tactics() -> tuple[Tactic, ...]:
    """The Enterprise tactics, as the starter that ships with the project declares them."""
    try:
        return read_collection(SHIPPED_STARTER).tactics
    except (InvalidFile, OSError):
        return ()
