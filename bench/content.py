"""Reading a folder of technique files."""

from pathlib import Path

import frontmatter

from bench.measure import heading, memory_mib, paired, row, seconds
from quiz.content.folder import TechniqueFolder, read_folder
from quiz.content.markdown import read_technique
from quiz.content.technique import Collection

PAIRS = 5


def run(folder: Path) -> None:
    paths = sorted(folder.glob("*.md"))
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    collection = Collection(name=folder.name, folder=folder)

    def parse() -> None:
        for name, text in texts.items():
            read_technique(text, path=name, collection=collection, known_tactics=())

    def front_matter_alone() -> None:
        for text in texts.values():
            frontmatter.loads(text)

    heading(f"Reading {len(paths)} technique files")
    ours, theirs = paired(parse, front_matter_alone, PAIRS)
    row("parse only, with every check", f"{ours * 1000:.0f} ms", f"x {ours / theirs:.2f}")
    row("beside python-frontmatter's loads alone", f"{theirs * 1000:.0f} ms")
    ready, loaded = seconds(lambda: read_folder(folder))
    row("from the disk to a ready catalogue", f"{ready * 1000:.0f} ms", f"x {ready / theirs:.2f}")
    row("of them live, retired", f"{len(loaded.catalogue)}", f"{len(loaded.catalogue.retired)}")
    watched = TechniqueFolder(folder)
    watched.load()
    unchanged, _ = seconds(watched.load)
    row(
        "another look while nothing changed",
        f"{unchanged * 1000:.1f} ms",
        f"x {unchanged / ready:.3f}",
    )
    row("memory of the process so far", f"{memory_mib():.0f} MiB")
