"""Small STIX bundles for tests, all invented: a release of one domain, ready to be spoilt."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

Object = dict[str, Any]


def stix_id(type_: str, name: str) -> str:
    """The identity of an invented object."""
    return f"{type_}--{uuid5(NAMESPACE_URL, f'{type_}/{name}')}"


def thing(type_: str, called: str, attack_id: str = "", page: str = "", /, **fields: Any) -> Object:
    """Invent an object with an ATT&CK ID; a field given as None is left out."""
    reference = {
        "source_name": "mitre-attack",
        "external_id": attack_id,
        "url": f"https://attack.mitre.org/{page or type_}/{attack_id.replace('.', '/')}",
    }
    found = {
        "type": type_,
        "id": stix_id(type_, called),
        "name": called,
        "modified": "2031-05-06T07:08:09.000Z",
        "external_references": [reference] if attack_id else [],
    }
    return {key: value for key, value in (found | fields).items() if value is not None}


def pattern(called: str, attack_id: str, /, *tactics: str, **fields: Any) -> Object:
    """Invent a technique."""
    phases = [{"kill_chain_name": "mitre-attack", "phase_name": tactic} for tactic in tactics]
    return thing(
        "attack-pattern",
        called,
        attack_id,
        "techniques",
        **{
            "description": f"Intruders do what is called {called}.",
            "kill_chain_phases": phases,
            "x_mitre_platforms": ["Windows"],
            "x_mitre_version": "1.2",
            **fields,
        },
    )


def link(kind: str, source: Object, target: Object, text: str | None = "", **fields: Any) -> Object:
    """Invent a relationship."""
    return thing(
        "relationship",
        f"{kind} {source['id']} {target['id']} {text}",
        **{
            "name": None,
            "external_references": None,
            "relationship_type": kind,
            "source_ref": source["id"],
            "target_ref": target["id"],
            "description": text,
            **fields,
        },
    )


def tactic(called: str, short_name: str, /, **fields: Any) -> Object:
    """Invent a tactic."""
    return thing("x-mitre-tactic", called, "TA1", x_mitre_shortname=short_name, **fields)


def matrix(*tactics: Object, **fields: Any) -> Object:
    """Invent the matrix that puts tactics in order."""
    refs = [found["id"] for found in tactics]
    return thing("x-mitre-matrix", "House ATT&CK", "enterprise-attack", tactic_refs=refs, **fields)


ARRIVAL = tactic("Arrival", "arrival", description="They come.")
LEAVING = tactic("Leaving", "leaving", description="They go.")
WEDGE = pattern("Door Wedge", "T9001", "leaving", "arrival")
RUBBER = pattern("Rubber Wedge", "T9001.001", "arrival", x_mitre_is_subtechnique=True)
CLUB = thing("intrusion-set", "Wedge Club", "G9001", "groups")
STATEMENT = thing(
    "marking-definition",
    "terms",
    definition_type="statement",
    definition={"statement": "Copyright 2029-2031, The MITRE Corporation."},
)
HOUSE = (matrix(LEAVING, ARRIVAL), ARRIVAL, LEAVING, WEDGE, RUBBER, CLUB, STATEMENT)
"""A whole release, in the way of STIX 2.0: its number is not in it."""


def bundle(objects: Iterable[Object] = HOUSE) -> Object:
    """Put objects into a bundle."""
    return {"type": "bundle", "id": stix_id("bundle", "house"), "objects": list(objects)}


def write(path: Path, content: Any = None) -> Path:
    """Write a bundle, or whatever is given, as JSON; compressed where the name says so."""
    data = json.dumps(bundle() if content is None else content).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def rich_house() -> list[Object]:
    """A release with everything that points to a technique, twelve groups among it."""
    state = thing("x-mitre-data-component", "Door State")
    source = {
        "x_mitre_data_component_ref": state["id"],
        "name": "Hardware:DoorController",
        "channel": "state=open|ajar",
    }
    analytics = [
        thing(
            "x-mitre-analytic",
            f"Analytic {number}",
            f"AN000{number}",
            description=f"Watch the doors on {platform}.",
            x_mitre_platforms=[platform],
            x_mitre_log_source_references=[source],
        )
        for number, platform in ((1, "Windows"), (2, "Linux"))
    ]
    refs = [analytic["id"] for analytic in analytics]
    strategy = thing("x-mitre-detection-strategy", "Find Wedges", x_mitre_analytic_refs=refs)
    closers = thing("course-of-action", "Door Closers", "M9001")
    groups = [thing("intrusion-set", f"Group {n}", f"G90{n:02}", "groups") for n in range(1, 13)]
    return [
        *HOUSE,
        *(state, *analytics, strategy, closers, *groups),
        link("detects", strategy, WEDGE, None),
        link("mitigates", closers, WEDGE, "Fit them:\n\n* outside\n* [inside](javascript:x)"),
        *(
            link("uses", group, WEDGE, f"{group['name']} used `a|b` and <b>more</b>.")
            for group in groups
        ),
    ]
