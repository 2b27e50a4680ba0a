"""Two releases of one invented bundle: in the second a technique is moved to another tactic."""

from pathlib import Path

from quiz.content.release_folder import import_release
from quiz.content.stix import read_release
from tests.bundles import ARRIVAL, HOUSE, LEAVING, WEDGE, bundle, matrix, pattern, tactic, write

KEY = f"{WEDGE['id']}/tactic"
STAYING = tactic("Staying", "staying")
HIDING = tactic("Hiding", "hiding")
MORE = tuple(
    pattern(f"{word} Screw", f"T{9100 + place}", ("staying", "hiding", "arrival")[place % 3])
    for place, word in enumerate("Brass Copper Steel Iron Zinc Nickel".split())
)
SEVEN = (
    *(o for o in HOUSE if o["type"] != "x-mitre-matrix"),
    *(matrix(LEAVING, ARRIVAL, STAYING, HIDING), STAYING, HIDING),
    *MORE,
)
MOVED = pattern("Door Wedge", "T9001", "staying")
EIGHT = tuple(MOVED if found is WEDGE else found for found in SEVEN)


def publish(techniques: Path, folder: Path, number: int) -> None:
    """Import release 7 or 8, by way of a file in a folder."""
    objects = {7: SEVEN, 8: EIGHT}[number]
    import_release(
        read_release(write(folder / f"house-{number}.json", bundle(objects))), techniques
    )
