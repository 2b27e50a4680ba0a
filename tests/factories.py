"""Small things for tests, all invented: techniques that no attacker uses, learners, moments."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from quiz.content.catalogue import Catalogue
from quiz.content.technique import AttackId, Collection, Tactic, Technique
from quiz.db.models import Learner

DOMAIN = "enterprise-attack"
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
"""A Wednesday."""

TACTICS = tuple(
    Tactic(domain=DOMAIN, short_name=short_name, name=name)
    for short_name, name in (
        ("arrival", "Arrival"),
        ("settling-in", "Settling In"),
        ("looking-around", "Looking Around"),
        ("taking-away", "Taking Away"),
        ("covering-up", "Covering Up"),
    )
)


def stix_id(attack_id: str) -> str:
    """The identity of an invented technique."""
    return f"attack-pattern--{uuid5(NAMESPACE_URL, attack_id)}"


def technique(attack_id: str, name: str = "", tactics: str = "arrival", **given: Any) -> Technique:
    """Invent a technique; ``tactics``, ``platforms`` and ``data_sources`` are split at commas."""
    lists = {
        key: tuple(part.strip() for part in given.pop(key, "").split(",") if part.strip())
        for key in ("platforms", "data_sources")
    }
    name = name or f"Technique {attack_id}"
    shorts = tuple(part.strip() for part in tactics.split(","))
    values: dict[str, Any] = {
        "stix_id": stix_id(attack_id),
        "attack_id": AttackId(attack_id),
        "name": name,
        "url": f"https://attack.mitre.org/techniques/{attack_id.replace('.', '/')}",
        "title": f"{shorts[0].replace('-', ' ').title()} - {name}",
        "tactics": shorts,
        "collection": "invented",
        "domain": DOMAIN,
        "path": f"invented/{attack_id}.md",
        **lists,
    }
    return Technique(**{**values, **given})


def catalogue_of(techniques: Iterable[Technique]) -> Catalogue:
    """Make a catalogue of techniques, in a collection with the invented tactics."""
    collection = Collection(
        name="invented", folder=Path("invented"), title="Invented", release="1", tactics=TACTICS
    )
    return Catalogue(techniques, [collection])


@cache
def catalogue() -> Catalogue:
    """All invented techniques: five tactics, three families, links, platforms, all difficulties.

    It is the same object each time; tests that need a fresh one use ``catalogue_of``.
    """
    return catalogue_of(invented())


def without(*attack_ids: str) -> Catalogue:
    """The invented techniques after some of their files were removed."""
    return catalogue_of(t for t in invented() if t.attack_id not in attack_ids)


def learner(session: Session, **given: Any) -> Learner:
    """Add a learner."""
    values: dict[str, Any] = {"name": "Ada", "time_zone": "UTC", "created_at": NOON}
    found = Learner(**{**values, **given})
    session.add(found)
    session.flush()
    return found


def link(attack_id: str, text: str) -> str:
    """Link to a technique as real files do."""
    return f"[{text}](https://attack.mitre.org/techniques/{attack_id.replace('.', '/')})"


@cache
def invented() -> tuple[Technique, ...]:
    """Two dozen techniques in our own words, with what the kinds of question need."""
    return tuple(
        technique(attack_id, name, tactics, platforms=platforms, data_sources=sources, **texts)
        for attack_id, name, tactics, platforms, sources, texts in _ROWS
    )


_DIFFICULT = "Detecting this is difficult, because nothing on the host records it."
_BENIGN = "It blends in with normal administrator activity and gives many false positives."

_ROWS: tuple[tuple[str, str, str, str, str, dict[str, str]], ...] = (
    (
        "T9001",
        "Parcel Drop",
        "arrival",
        "Windows, Linux",
        "File: File Creation, Command: Command Execution",
        {
            "description": "Intruders leave an archive in a shared folder and wait until somebody"
            " on the staff unpacks it out of curiosity. The archive carries a small loader beside"
            f" harmless pictures, and often leads to {link('T9006', 'a nest')} later in the day.",
            "detection": "Watch for archives written to shared folders by accounts that never"
            " wrote there, and for Event ID 4663 on `C:\\Shares\\Public`.",
        },
    ),
    (
        "T9001.001",
        "Ribboned Box",
        "arrival",
        "Windows",
        "File: File Creation",
        {
            "description": "A decorated package pretends to come from the facilities team and"
            " asks the reader to open a floor plan. Behind the plan sits a shortcut whose target"
            " starts a hidden interpreter with a long encoded argument.",
            "detection": "Look for shortcut files whose target runs `powershell.exe -enc`.",
        },
    ),
    (
        "T9001.002",
        "Forwarded Crate",
        "arrival",
        "Linux, macOS",
        "File: File Metadata",
        {
            "description": "A package that reached one colleague is passed on by hand to another,"
            " so that it seems to come from a friend. Its second reader trusts the sender, skips"
            " every warning and mounts the image that was attached to it.",
            "detection": _DIFFICULT,
        },
    ),
    (
        "T9002",
        "Side Gate",
        "arrival, covering-up",
        "Network Devices",
        "Network Traffic: Network Connection Creation",
        {
            "description": "A forgotten maintenance port on a branch router still answers with the"
            " factory password. Whoever finds it can come in without passing the firewall and"
            f" may continue with {link('T9010', 'a walk through the halls')} from there.",
            "detection": "Sessions on maintenance ports are rare: review the router's syslog for"
            " logins from outside the management network.",
        },
    ),
    (
        "T9003",
        "Borrowed Badge",
        "arrival, settling-in",
        "Windows, Linux, macOS",
        "Logon Session: Logon Session Creation, User Account: User Account Authentication",
        {
            "description": "Credentials that an employee typed into a copied sign-in page are used"
            " the same evening to enter through the normal front door. Nothing is exploited; the"
            " visitor simply shows a badge that belongs to somebody else.",
            "detection": f"{_DIFFICULT} {_BENIGN}",
        },
    ),
    (
        "T9004",
        "Window Rattling",
        "arrival",
        "Windows, IaaS",
        "Logon Session: Logon Session Metadata",
        {
            "description": "One common passphrase is tried against every account of the company,"
            " slowly enough that no lockout triggers. A single careless person is enough, and the"
            " attempts spread over hundreds of source addresses during the night.",
            "detection": "Count failed sign-ins (Event ID 4625) over all accounts, not one by one.",
        },
    ),
    (
        "T9005",
        "Courier Swap",
        "arrival",
        "SaaS",
        "Application Log: Application Log Content",
        {
            "description": "A supplier's update channel is taken over and serves a changed release"
            " to selected customers only. The release carries a valid signature, since the signing"
            " service itself was among the machines that had been taken over.",
            "detection": "This activity takes place outside the visibility of the defender, which"
            " makes it difficult to detect.",
        },
    ),
    (
        "T9006",
        "Nest Building",
        "settling-in",
        "Windows, Linux",
        "Scheduled Job: Scheduled Job Creation, File: File Modification",
        {
            "description": "After the first entry a small program copies itself to several places"
            " that start by themselves, so that removing one copy changes nothing. Each copy checks"
            f" that the others live, and {link('T9018', 'sweeps the floor')} behind itself.",
            "detection": "Compare autostart entries with a baseline, above all the key"
            " `HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run`.",
        },
    ),
    (
        "T9006.001",
        "Twig Layer",
        "settling-in",
        "Windows",
        "Windows Registry: Windows Registry Key Modification",
        {
            "description": "A value beneath the logon key names a script that was written long"
            " before, so that both look unrelated. The script is fetched again from a calendar"
            " entry whenever somebody has deleted it from the disk.",
            "detection": "Alert on new values below the Run key and on Event ID 13 of Sysmon.",
        },
    ),
    (
        "T9006.002",
        "Moss Lining",
        "settling-in",
        "Linux",
        "Scheduled Job: Scheduled Job Creation",
        {
            "description": "A timer unit with the name of a well known package wakes every hour,"
            " and does nothing at all on most days. Its real payload hides in an environment file"
            " that administrators have little reason to read.",
            "detection": _BENIGN,
        },
    ),
    (
        "T9007",
        "Spare Keyring",
        "settling-in",
        "Windows, IaaS, SaaS",
        "User Account: User Account Creation",
        {
            "description": "A second account is made with a name that is one letter away from a"
            " service account, and is given the same groups. Should the first way in be closed,"
            f" this one remains; it is often paired with {link('T9003', 'a borrowed badge')}.",
            "detection": "Event ID 4720 outside the hours of the service desk is worth a call.",
        },
    ),
    (
        "T9008",
        "Warm Chair",
        "settling-in, covering-up",
        "macOS",
        "Process: Process Creation",
        {
            "description": "An unattended session of somebody who went to lunch is used instead of"
            " opening a new one, which leaves no fresh logon behind. The visitor types little,"
            " closes every window again and is gone within a quarter of an hour.",
            "detection": "Watch process creation while the screen saver should have been active.",
        },
    ),
    (
        "T9009",
        "Ledger Reading",
        "looking-around",
        "Windows, SaaS",
        "Active Directory: Active Directory Object Access",
        {
            "description": "Group memberships and manager fields are read from the directory to"
            " learn who approves payments. The queries look like those of any address book and"
            f" come before {link('T9014', 'suitcase packing')} in most of the cases we invented.",
            "detection": f"{_BENIGN} Directory queries alone say little.",
        },
    ),
    (
        "T9010",
        "Hall Walking",
        "looking-around",
        "Windows, Linux, Network Devices",
        "Network Traffic: Network Traffic Flow",
        {
            "description": "Neighbouring machines are asked one after another which doors they keep"
            " open, first gently and then in larger sweeps. The answers draw a map of the building"
            " on which file servers and printers stand out.",
            "detection": "Flow records show one source that touches many hosts on the same port.",
        },
    ),
    (
        "T9010.001",
        "Tiptoe Round",
        "looking-around",
        "Linux",
        "Network Traffic: Network Traffic Content",
        {
            "description": "Only a handful of probes leave per day, each from a different machine"
            " already taken. Over three weeks they cover the whole office network, and none of them"
            " would raise an alarm when seen alone.",
            "detection": _DIFFICULT,
        },
    ),
    (
        "T9010.002",
        "Torch Sweep",
        "looking-around",
        "Windows",
        "Network Traffic: Network Traffic Flow",
        {
            "description": "A fast scanner runs for two minutes during the nightly backup, when the"
            " network is loud anyway. It writes its findings to a spreadsheet in a temporary"
            " folder, and removes itself once the sheet was collected.",
            "detection": "The command line `sweep.exe /24` and its output file are telling.",
        },
    ),
    (
        "T9011",
        "Window Shopping",
        "looking-around",
        "macOS, SaaS",
        "Process: OS API Execution",
        {
            "description": "The titles of open windows and recently used documents are listed to"
            " judge whether a machine is worth the trouble. A designer's laptop is left alone,"
            " while a bookkeeper's is kept for the following night.",
            "detection": "Unusual callers of the window list interface can be recorded.",
        },
    ),
    (
        "T9012",
        "Meter Reading",
        "looking-around, taking-away",
        "Linux, IaaS",
        "Cloud Service: Cloud Service Enumeration",
        {
            "description": "Usage figures of the cloud account tell where large stores of data are"
            " and who pays for them. With read rights alone one can plan which bucket to empty"
            f" first, as {link('T9015', 'a bucket chain')} then does.",
            "detection": "Enumeration calls by a principal that never made them stand out in"
            " `cloudtrail` logs.",
        },
    ),
    (
        "T9013",
        "Dust Reading",
        "looking-around",
        "Windows",
        "File: File Access",
        {
            "description": "Deleted items, thumbnails and caches are searched for traces of what"
            " users looked at last month. Such dust often holds network paths and names of systems"
            " that the visitor did not know existed.",
            "detection": "",
        },
    ),
    (
        "T9014",
        "Suitcase Packing",
        "taking-away",
        "Windows, Linux, macOS",
        "File: File Creation, Process: Process Creation",
        {
            "description": "Documents from several shares are gathered in one folder, split into"
            " pieces of equal size and locked with a password. The pieces carry the names of"
            f" system updates until {link('T9015', 'the chain')} passes them on.",
            "detection": "Watch for `rar.exe a -hp` and for many files of exactly the same size.",
        },
    ),
    (
        "T9015",
        "Bucket Chain",
        "taking-away",
        "IaaS, SaaS",
        "Network Traffic: Network Traffic Flow, Cloud Storage: Cloud Storage Access",
        {
            "description": "Data is handed from one storage account to the next until it lies in a"
            " tenant that nobody in the company controls. Every single copy is an ordinary"
            " operation between two accounts of the same provider.",
            "detection": f"{_DIFFICULT} {_BENIGN}",
        },
    ),
    (
        "T9016",
        "Paper Plane",
        "taking-away",
        "Windows, Network Devices",
        "Network Traffic: Network Traffic Content",
        {
            "description": "Small portions of a file leave inside the names that are looked up in"
            " public directories, thousands of them in a day. Whoever owns the receiving zone puts"
            " the portions together again and drops the repeated ones.",
            "detection": "Long and random looking labels in name lookups, many for one zone.",
        },
    ),
    (
        "T9017",
        "Fog Machine",
        "covering-up",
        "Windows, Linux",
        "Process: Process Creation, Sensor Health: Host Status",
        {
            "description": "Thousands of meaningless events are produced on purpose, so that the"
            " few that matter leave the log by rotation. The noise starts minutes before the real"
            " work and ends with it, which looks like a faulty service.",
            "detection": "Monitor the rate of events for each host, and alert on sudden peaks.",
        },
    ),
    (
        "T9018",
        "Floor Sweeping",
        "covering-up",
        "Windows, Linux, macOS",
        "File: File Deletion, Command: Command Execution",
        {
            "description": "Tools, notes and copied archives are removed at the end of each visit,"
            " and the clocks of touched folders are set back. What remains is a machine that seems"
            f" never to have met {link('T9006', 'a nest')} at all.",
            "detection": "Event ID 1102 says that a log was cleared; `sdelete` leaves prefetch"
            " files behind.",
        },
    ),
)
