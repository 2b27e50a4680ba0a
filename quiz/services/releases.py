"""Getting releases of ATT&CK, by file, address or name, and making collections of them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from re import fullmatch
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from quiz.content.bundle import InvalidBundle
from quiz.content.download import CannotFetch, Fetched, NotThere, Patience, Progress, fetch
from quiz.content.official import (
    INDEX,
    Index,
    Official,
    exact,
    is_newer,
    parse,
    published_sha256,
    read_index,
)
from quiz.content.release15 import bundled
from quiz.content.release_folder import CannotImport, Imported, alone, import_release
from quiz.content.stix import read_release
from quiz.content.technique import Collection

WORK = "fetching"
"""Where in the instance folder a file is while it comes; empty at any other time."""
KNOWN = "releases.json"
"""Where in the instance folder it is remembered which releases there were when last looked."""
PATIENT = Patience()
TROUBLE = (InvalidBundle, CannotImport, CannotFetch, OSError)
"""What getting and importing raise; ``why`` says each in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """A release's file, for as long as it is there.

    ``official`` is the release it must turn out to be; ``sha256`` is empty for a
    file that was on this machine, ``checked`` where the digest is as published.
    """

    path: Path
    official: Official | None = None
    release: str = ""
    sha256: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A release that is a collection now, and what that changed."""

    collection: Collection
    techniques: int
    imported: Imported


def why(error: Exception, source: str) -> str:
    """Say what was in the way of getting or importing a release."""
    if isinstance(error, OSError):
        return f"{error.filename or source}: {error.strerror or error}"
    return f"{source}: {error}" if isinstance(error, InvalidBundle) else str(error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """Gets releases into one folder of collections.

    ``root`` is that folder, ``instance`` is where files are while they come, and
    ``repository`` an address laid out as MITRE's; nothing is fetched ``offline``.
    """

    root: Path
    instance: Path
    repository: str
    offline: bool = False

    @contextmanager
    def obtain(
        self, source: str, *, domain: str = "", progress: Progress, patience: Patience = PATIENT
    ) -> Iterator[Obtained]:
        """Have the file of a release at hand, whether ``source`` is a file, an address or a name.

        Raises CannotFetch and CannotImport, with a sentence, and OSError.
        """
        release = parse(source, domain=domain)
        with ExitStack() as stack:
            if fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+://.*", source):
                folder = stack.enter_context(self._fetching())
                path = folder / safe_name(PurePosixPath(urlsplit(source).path).name)
                fetched = fetch(source, path, progress=progress, patience=patience)
                yield Obtained(path=path, sha256=fetched.sha256)
            elif release and not Path(source).exists():
                yield stack.enter_context(
                    self.obtain_official(release, progress=progress, patience=patience)
                )
            else:
                yield Obtained(path=Path(source))

    @contextmanager
    def obtain_official(
        self, release: Official, *, progress: Progress, patience: Patience = PATIENT
    ) -> Iterator[Obtained]:
        """Have the file of a published release at hand; the same errors as ``obtain``."""
        if path := bundled(release):
            yield Obtained(path=path, official=release, release=release.number, checked=True)
            return
        if not release.is_exact:
            release = exact(release, self.look(patience=patience))
        with self._fetching() as folder:
            path, address = folder / release.file_name, release.address(self.repository)
            try:
                fetched = fetch(address, path, progress=progress, patience=patience)
            except NotThere as error:
                name = f"{release.number} of {release.domain}"
                raise CannotFetch(f"there is no release {name}: {error}") from error
            checked = _check(release, fetched)
            yield Obtained(path=path, official=release, sha256=fetched.sha256, checked=checked)

    def import_(self, got: Obtained, *, release: str = "", overwrite: bool = False) -> Done:
        """Make a release a collection; see ``import_release`` for what is raised."""
        found = read_release(got.path, release=release or got.release)
        is_, asked = found.collection, got.official
        if asked and (is_.domain, is_.release) != (asked.domain, asked.number):
            message = f"it is {is_.domain} {is_.release}, not {asked.domain} {asked.number}"
            raise InvalidBundle(message)
        imported = import_release(found, self.root, overwrite=overwrite)
        return Done(collection=is_, techniques=len(found.techniques), imported=imported)

    def look(self, *, patience: Patience = PATIENT) -> Index:
        """Look which releases there are, and remember it. Raises CannotFetch and OSError."""
        with self._fetching() as folder:
            path = folder / INDEX
            fetch(f"{self.repository}/{INDEX}", path, patience=patience)
            index = read_index(path)
        with NamedTemporaryFile("w", dir=self.instance, prefix=f".{KNOWN}", delete=False) as new:
            json.dump(index, new)
        Path(new.name).replace(self.instance / KNOWN)
        return index

    def known(self) -> Index:
        """Which releases there were when last looked; nothing where nobody has looked."""
        try:
            index = json.loads((self.instance / KNOWN).read_bytes())
            return {str(domain): tuple(map(str, numbers)) for domain, numbers in index.items()}
        except (AttributeError, OSError, TypeError, ValueError):
            return {}

    def newer(self, collection: Collection) -> str:
        """The number of the newest release of a collection's domain, where it is known as newer."""
        newest = self.known().get(collection.domain, ("",))[-1:]
        is_release = collection.folder.name == collection.domain
        return next((n for n in newest if is_release and is_newer(n, collection.release)), "")

    @contextmanager
    def work(self) -> Iterator[Path]:
        """Have an empty folder, alone, for a file on its way; CannotImport where another has it."""
        folder = self.instance / WORK
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            try:
                _empty(folder)
                yield folder
            finally:
                _empty(folder)

    @contextmanager
    def _fetching(self) -> Iterator[Path]:
        if self.offline:
            raise CannotFetch("nothing is fetched offline; give a file, or unset QUIZ_OFFLINE")
        with self.work() as folder:
            yield folder


def _check(release: Official, fetched: Fetched) -> bool:
    """Compare a file with the digest that is published for it; no where none is at hand."""
    published = published_sha256(release)
    if published and published != fetched.sha256:
        raise CannotFetch(
            f"the SHA-256 of {release.file_name} is {fetched.sha256}, but mitreattack-python"
            f" publishes {published}; try again later or, if you know why, import the file itself"
        )
    return bool(published)


def safe_name(name: str) -> str:
    """Keep a file's name where it can be one here: the number of its release may be in it."""
    return name if fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name) else "bundle.json"


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
