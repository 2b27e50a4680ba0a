"""Reading releases from bundles: what the fields become, and what is refused."""

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.content.bundle import InvalidBundle
from quiz.content.catalogue import Catalogue
from quiz.content.release_folder import release_files
from quiz.content.stix import Release, read_release
from quiz.content.technique import Analytic, LogSource, Mitigation, Procedure, Technique
from tests.bundles import (
    ARRIVAL,
    CLUB,
    HOUSE,
    LEAVING,
    RUBBER,
    WEDGE,
    Object,
    bundle,
    link,
    matrix,
    pattern,
    rich_house,
    stix_id,
    tactic,
    thing,
    write,
)


def read(tmp_path: Path, *more: Object, without: tuple[Object, ...] = ()) -> Release:
    """Read the house's release with some objects more, or less."""
    objects = [found for found in HOUSE if found not in without]
    return read_release(write(tmp_path / "house-7.1.json", bundle([*objects, *more])))


def wedge(tmp_path: Path, *more: Object, **fields: Any) -> Technique:
    """Read the house's first technique, with other fields."""
    changed = pattern("Door Wedge", "T9001", "arrival", **fields)
    techniques = read(tmp_path, changed, *more, without=(WEDGE,)).techniques
    return next(technique for technique in techniques if technique.stix_id == WEDGE["id"])


def refused(path: Path) -> str:
    with pytest.raises(InvalidBundle) as caught:
        read_release(path)
    return str(caught.value)


# What a release gives


def test_a_bundle_gives_a_collection_and_its_techniques(tmp_path: Path) -> None:
    release = read(tmp_path)
    collection = release.collection
    assert (collection.name, collection.domain) == ("enterprise-attack", "enterprise-attack")
    assert collection.label == "House ATT&CK 7.1"
    assert [(t.short_name, t.name, t.description) for t in collection.tactics] == [
        ("leaving", "Leaving", "They go."),
        ("arrival", "Arrival", "They come."),
    ]
    assert collection.copyright.startswith("© 2031 The MITRE Corporation.")
    assert "Copyright 2029-2031, The MITRE Corporation." in collection.licence
    first, second = release.techniques
    assert (first.attack_id, first.title) == ("T9001", "leaving - Door Wedge")
    assert (first.tactics, first.attack_version) == (("leaving", "arrival"), "1.2")
    assert first.path == f"enterprise-attack/{WEDGE['id']}_leaving_-_Door_Wedge.md"
    catalogue = Catalogue(release.techniques, [collection])
    assert catalogue.display_name(second) == "Door Wedge: Rubber Wedge"


def test_a_bundle_may_be_compressed_whatever_it_is_called(tmp_path: Path) -> None:
    plain = read(tmp_path)
    path = tmp_path / "house-7.1.json"
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert read_release(path) == plain


def test_the_release_is_named_by_the_option_the_bundle_the_file_or_its_newest_date(
    tmp_path: Path,
) -> None:
    numbered = thing("x-mitre-collection", "Enterprise ATT&CK", x_mitre_version="8.2")
    assert read(tmp_path, numbered).collection.label == "Enterprise ATT&CK 8.2"
    assert read(tmp_path).collection.release == "7.1"
    path = write(tmp_path / "house.json")
    assert read_release(path).collection.release == "2031-05-06"
    assert read_release(path, release="9").collection.release == "9"
    with pytest.raises(InvalidBundle, match="cannot name a release"):
        read_release(path, release="../9")


@pytest.mark.parametrize(
    ("chain", "domain"),
    [
        ("mitre-mobile-attack", "mobile-attack"),
        ("mitre-ics-attack", "ics-attack"),
        ("mitre-pre-attack", "pre-attack"),
    ],
)
def test_the_domain_is_that_of_the_kill_chain(tmp_path: Path, chain: str, domain: str) -> None:
    phases = [{"kill_chain_name": chain, "phase_name": "arrival"}]
    objects = [pattern("Door Wedge", "T9001", kill_chain_phases=phases), ARRIVAL, matrix(ARRIVAL)]
    release = read_release(write(tmp_path / "x.json", bundle(objects)))
    assert release.collection.name == domain
    assert {technique.domain for technique in release.techniques} == {domain}
    assert {tactic.domain for tactic in release.collection.tactics} == {domain}


def test_the_first_releases_had_no_matrix_and_no_tactics(tmp_path: Path) -> None:
    release = read_release(write(tmp_path / "x.json", bundle([WEDGE])))
    assert release.collection.tactics == ()
    assert release.techniques[0].tactics == ("leaving", "arrival")


def test_a_tactic_that_no_matrix_orders_comes_last_and_a_deprecated_unused_one_not_at_all(
    tmp_path: Path,
) -> None:
    extra = tactic("Tea Break", "tea-break")
    gone = tactic("Gone", "gone", x_mitre_deprecated=True)
    odd = pattern("Biscuits", "T9002", "nowhere-told")
    tactics = read(tmp_path, extra, gone, odd).collection.tactics
    assert [t.name for t in tactics] == ["Leaving", "Arrival", "Tea Break", "Nowhere Told"]


def test_a_technique_of_another_domain_is_left_out(tmp_path: Path) -> None:
    other = pattern("Phone Wedge", "T9002", "arrival", x_mitre_domains=["mobile-attack"])
    both = pattern(
        "Any Wedge", "T9003", "arrival", x_mitre_domains=["mobile-attack", "enterprise-attack"]
    )
    names = [t.name for t in read(tmp_path, other, both).techniques]
    assert names == ["Door Wedge", "Rubber Wedge", "Any Wedge"]


def test_revoked_techniques_lead_to_the_live_one_at_the_end(tmp_path: Path) -> None:
    old, older = (pattern(n, f"T800{i}", revoked=True) for i, n in enumerate(("Old", "Older")))
    lost = pattern("Lost", "T8003", revoked=True)
    dropped = pattern("Dropped", "T8004", x_mitre_deprecated=True)
    circle = pattern("Circle", "T8005", revoked=True)
    release = read(
        tmp_path,
        *(old, older, lost, dropped, circle),
        link("revoked-by", old, WEDGE),
        link("revoked-by", older, old),
        link("revoked-by", lost, dropped),
        link("revoked-by", circle, circle),
    )
    assert release.collection.revoked == {
        old["id"]: WEDGE["id"],
        older["id"]: WEDGE["id"],
        lost["id"]: "",
        dropped["id"]: "",
        circle["id"]: "",
    }
    assert [t.name for t in release.techniques] == ["Door Wedge", "Rubber Wedge"]


# What points to a technique


def test_mitigations_and_procedures_come_from_live_relationships(tmp_path: Path) -> None:
    closers = thing("course-of-action", "Door Closers", "M9002", description="In general.")
    locks = thing("course-of-action", "Locks", "M9001", description="Lock<br>all doors.")
    tool = thing("tool", "Wedge Kit", "S9001", "software")
    gone = thing("malware", "Gone", "S9002", "software", revoked=True)
    [technique, _] = read(
        tmp_path,
        *(closers, locks, tool, gone),
        link("mitigates", closers, WEDGE, "Fit them:\r\n\r\n* outside\r\n* inside "),
        link("mitigates", locks, WEDGE, None),
        link("uses", tool, WEDGE, "Opens \n <code>door</code>.<br>Then another."),
        link("uses", CLUB, WEDGE, "Came twice."),
        link("uses", CLUB, WEDGE, "Came in, revoked.", revoked=True),
        link("uses", CLUB, WEDGE, "Came in, deprecated.", x_mitre_deprecated=True),
        link("uses", gone, WEDGE, "Came in, gone."),
        link("uses", CLUB, tool, "Bought it."),
        link("uses", WEDGE, WEDGE, "Makes no sense."),
        link("likes", CLUB, WEDGE, "Makes no sense either."),
    ).techniques
    assert technique.mitigations == (
        Mitigation(id="M9001", name="Locks", description="Lock\nall doors."),
        Mitigation(id="M9002", name="Door Closers", description="Fit them:\n\n* outside\n* inside"),
    )
    assert technique.procedures == (
        Procedure(id="G9001", name="Wedge Club", description="Came twice."),
        Procedure(
            id="S9001", name="Wedge Kit", description="Opens <code>door</code>. Then another."
        ),
    )


def test_to_release_17_data_components_detect_it(tmp_path: Path) -> None:
    sensor = thing("x-mitre-data-source", "Sensor")
    state = thing("x-mitre-data-component", "Door State", x_mitre_data_source_ref=sensor["id"])
    alone = thing("x-mitre-data-component", "Alarm")
    more = (
        *(sensor, state, alone),
        link("detects", state, WEDGE, "Watch the door."),
        link("detects", alone, WEDGE, "Listen."),
    )
    technique = wedge(tmp_path, *more)
    assert technique.data_sources == ("Alarm", "Sensor: Door State")
    assert technique.detection == "Listen.\n\nWatch the door."
    technique = wedge(
        tmp_path, *more, x_mitre_detection="Look.", x_mitre_data_sources=["Eyes", "Ears", "Eyes"]
    )
    assert technique.data_sources == ("Eyes", "Ears")
    assert technique.detection == "Look."


def test_from_release_18_on_analytics_detect_it(tmp_path: Path) -> None:
    state, alarm = (thing("x-mitre-data-component", n) for n in ("Door State", "Alarm"))
    sources = [
        {"x_mitre_data_component_ref": state["id"], "name": "door:log", "channel": "open|ajar"},
        {"x_mitre_data_component_ref": state["id"], "name": "door:log", "channel": "open|ajar"},
        {"x_mitre_data_component_ref": alarm["id"], "name": "alarm:log", "channel": "any\nring"},
    ]
    second, first = (
        thing(
            "x-mitre-analytic",
            f"Analytic 000{number}",
            f"AN000{number}",
            description=f"Watch door {number}. ",
            x_mitre_platforms=[platform],
            x_mitre_log_source_references=sources[number - 1 :],
        )
        for number, platform in ((2, "None"), (1, "Windows"))
    )
    gone = thing("x-mitre-analytic", "Gone", "AN0003", x_mitre_deprecated=True)
    refs = [second["id"], first["id"], gone["id"], stix_id("x-mitre-analytic", "not here")]
    strategy = thing("x-mitre-detection-strategy", "Find Wedges", x_mitre_analytic_refs=refs)
    [technique, _] = read(
        tmp_path,
        *(state, alarm, first, second, gone, strategy),
        link("detects", strategy, WEDGE, None),
    ).techniques
    door = LogSource(component="Door State", name="door:log", channel="open|ajar")
    ring = LogSource(component="Alarm", name="alarm:log", channel="any ring")
    assert technique.analytics == (
        Analytic(
            id="AN0001",
            platforms=("Windows",),
            description="Watch door 1.",
            log_sources=(door, ring),
        ),
        Analytic(id="AN0002", description="Watch door 2.", log_sources=(door, ring)),
    )
    assert technique.data_sources == ("Door State", "Alarm")
    assert technique.detection == ""
    assert technique.detection_text == "Watch door 1.\n\nWatch door 2."


# Fields as they come


def test_the_platform_none_is_no_platform(tmp_path: Path) -> None:
    assert wedge(tmp_path, x_mitre_platforms=["None"]).platforms == ()
    assert wedge(tmp_path, x_mitre_platforms=None).platforms == ()


def test_a_page_elsewhere_gives_way_to_the_one_that_its_id_names(tmp_path: Path) -> None:
    references = [
        {"source_name": "else", "external_id": "E1", "url": "https://else.example/E1"},
        {"source_name": "no address"},
        {"source_name": "mitre-attack", "external_id": "T9001.007"},
    ]
    technique = wedge(tmp_path, external_references=references)
    assert technique.attack_id == "T9001.007"
    assert technique.url == "https://attack.mitre.org/techniques/T9001/007"
    assert [r.name for r in technique.references] == ["else"]


def test_old_facts_are_kept(tmp_path: Path) -> None:
    technique = wedge(
        tmp_path,
        x_mitre_permissions_required=["User", "SYSTEM, root"],
        x_mitre_system_requirements=["A door\nA wedge ", "A door"],
        x_mitre_contributors=["Ann\u202fOther ", "Ann\u202fOther"],
    )
    assert technique.permissions_required == ("User", "SYSTEM", "root")
    assert technique.system_requirements == ("A door", "A wedge")
    assert technique.contributors == ("Ann\u202fOther",)


def test_what_nothing_could_show_is_left_out_of_texts(tmp_path: Path) -> None:
    text = "One\r\ntwo\x00\x1b \ud800three\tfour\rfive"
    assert wedge(tmp_path, description=text).description == "One\ntwo three\tfour\nfive"
    assert wedge(tmp_path, name="A\x00b\n c\u2028d").name == "Ab c d"


def test_a_text_opens_no_section_and_no_code_that_it_does_not_close(tmp_path: Path) -> None:
    text = "a\n## Detection\n# b\n```\n## in code\n```\n~~~\n## not closed"
    said = wedge(tmp_path, description=text, x_mitre_detection="## x").description
    assert said == ("a\n### Detection\n### b\n```\n## in code\n```\n~~~\n## not closed\n```")


# What is refused


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not whole JSON: Expecting value at line 1, column 1; fetch it again"),
        (b'{"type": "bundle", "objects": [{', "not whole JSON"),
        (b"PK\x03\x04\xff\xfe", "not a text file"),
        (b"[" * 200_000, "nested too deep"),
        (b'{"type": "bundle", "objects": [' + b"9" * 5000 + b"]}", "with too long a number"),
        (b"[]", 'not a STIX bundle: its "type" is not "bundle"'),
        (b'{"type": "bundle"}', 'not a whole STIX bundle: it holds no "objects"'),
        (b'{"type": "bundle", "objects": {}}', 'it holds no "objects"'),
        (b"[" + b"0," * 8_000_000 + b"0]", "too many values"),
        (b" " * (128 * 1024 * 1024 + 1), "larger than 128 MiB"),
    ],
    ids=range(10),
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert why in refused(path)


def test_a_compressed_bundle_that_is_cut_short_or_damaged_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json.gz")
    whole = path.read_bytes()
    for spoilt in (whole[:-1], whole[: len(whole) // 2], whole[:40] + b"\0\0" + whole[42:]):
        path.write_bytes(spoilt)
        assert "cut short or damaged; fetch it again" in refused(path)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b" " * (129 * 1024 * 1024)))
    assert path.stat().st_size < 1024 * 1024
    assert "larger than 128 MiB" in refused(path)


def change(found: Object, **fields: Any) -> Object:
    return {k: v for k, v in (found | fields).items() if v is not None}


@pytest.mark.parametrize(
    ("objects", "why"),
    [
        (["x"], "object 1: not a STIX object"),
        ([{"type": "x"}], "object 1: not a STIX object"),
        ([WEDGE, {"type": 7, "id": WEDGE["id"]}], "object 2: not a STIX object"),
        ([change(WEDGE, id="../../etc/passwd")], 'object 1: "../../etc/passwd" is not a STIX id'),
        ([change(WEDGE, type="tool")], f'{WEDGE["id"]}: its "type" is "tool"'),
        ([WEDGE, WEDGE], f"{WEDGE['id']}: given twice"),
        ([CLUB], "not an ATT&CK release: it holds no live ATT&CK technique"),
        ([change(WEDGE, revoked=True)], "it holds no live ATT&CK technique"),
        ([change(WEDGE, kill_chain_phases=[])], "it holds no live ATT&CK technique"),
    ],
)
def test_what_is_no_release_is_refused(tmp_path: Path, objects: list[Any], why: str) -> None:
    assert why in refused(write(tmp_path / "x.json", bundle(objects)))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": None}, '"name" is missing'),
        ({"name": ["x"]}, '"name" must be text'),
        ({"description": " \n"}, '"description" is missing'),
        ({"revoked": "no"}, '"revoked" must be true or false'),
        ({"x_mitre_platforms": "Windows"}, '"x_mitre_platforms" must be a list of texts'),
        ({"x_mitre_platforms": [{}]}, '"x_mitre_platforms" must be a list of texts'),
        ({"external_references": {}}, '"external_references" must be a list of objects'),
        ({"external_references": []}, "no ATT&CK ID among its external references"),
        ({"kill_chain_phases": []}, "no tactic among its kill chain phases"),
        (
            {"kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "../x"}]},
            '"../x" is not a tactic\'s short name',
        ),
    ],
)
def test_a_technique_of_unknown_shape_is_named(
    tmp_path: Path, fields: dict[str, Any], why: str
) -> None:
    spoilt = change(RUBBER, **fields)
    path = write(tmp_path / "x.json", bundle([WEDGE, spoilt]))
    assert refused(path) == f"{RUBBER['id']}: {why}"


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (pattern("Other", "T9001", "arrival"), f"the same ID as {WEDGE['id']}, T9001"),
        (link("uses", CLUB, WEDGE, source_ref=7), '"source_ref" must be text'),
        (link("uses", CLUB, WEDGE, revoked=1), '"revoked" must be true or false'),
        (matrix(tactic("Not There", "x"), id=stix_id("x-mitre-matrix", "b")), "is missing from"),
        (tactic("No Name", "No Name"), '"No Name" is not a tactic\'s short name'),
        (thing("marking-definition", "x", definition=[]), '"definition" must be an object'),
    ],
)
def test_any_other_object_of_unknown_shape_is_named(
    tmp_path: Path, found: Object, why: str
) -> None:
    said = refused(write(tmp_path / "x.json", bundle([*HOUSE, found])))
    assert said.startswith(f"{found['id']}: ")
    assert why in said


def test_several_domains_at_once_are_refused(tmp_path: Path) -> None:
    phases = [{"kill_chain_name": "mitre-ics-attack", "phase_name": "arrival"}]
    other = pattern("Valve", "T9002", kill_chain_phases=phases)
    said = refused(write(tmp_path / "x.json", bundle([*HOUSE, other])))
    assert said.startswith("several domains at once (enterprise-attack, ics-attack)")


def test_the_same_bundle_gives_the_same_release_whatever_its_order(tmp_path: Path) -> None:
    forward = read_release(write(tmp_path / "a-1.json", bundle(HOUSE)))
    backward = read_release(write(tmp_path / "b-1.json", bundle(reversed(HOUSE))))
    assert forward == backward
    assert json.loads((tmp_path / "a-1.json").read_text())["objects"] == list(HOUSE)
    assert LEAVING in HOUSE


# Anything at all

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=8)
PIECES = st.sampled_from(
    [
        "",
        "## x",
        "```",
        "### AN0001",
        "|",
        "<br>",
        "../x",
        "\x00",
        "\ud800",
        "mitre-attack",
        "T9001",
    ]
)
VALUES = st.recursive(
    SCALARS | PIECES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PIECES, inner, max_size=3),
    max_leaves=5,
)


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_bundle_spoilt_anywhere_gives_a_release_that_can_be_written_or_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    objects = rich_house()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(objects) - 1))
        spoilt = dict(objects[place])
        spoilt[data.draw(st.sampled_from(sorted(spoilt)))] = data.draw(VALUES)
        objects[place] = spoilt
    path = write(tmp_path_factory.getbasetemp() / "any-1.json", bundle(objects))
    with contextlib.suppress(InvalidBundle):
        release = read_release(path)
        files = release_files(release)
        assert len(files) == len(release.techniques) + 2
