"""What changed between two releases is said kind by kind, and survives being written down."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from quiz.content.catalogue import Catalogue
from quiz.content.releases import Change, ChangeKind, Snapshot, compare, describe, successors
from quiz.content.technique import AttackId, Technique
from quiz.questions.snapshots import snapshot
from tests.factories import invented, stix_id
from tests.moving import BADGE, DROP, RIBBON, edited, release, without


def changes(
    techniques: Iterable[Technique], revoked: Mapping[str, str] | None = None
) -> list[Change]:
    after = describe(release("2", techniques, revoked))
    return list(compare(describe(release("1")), after).changes)


def only(found: list[Change]) -> tuple[ChangeKind, str, str]:
    [change] = found
    return change.kind, change.facts.attack_id, change.words


def edit(attack_id: str, **fields: Any) -> tuple[ChangeKind, str, str]:
    return only(changes(edited(attack_id, **fields)))


def test_equal_releases_differ_in_nothing() -> None:
    comparison = compare(snapshot(release("1")), snapshot(release("2")))
    assert (comparison.old, comparison.new) == ("Invented 1", "Invented 2")
    assert (comparison.changes, comparison.answers) == ((), ())


def test_a_technique_that_is_new_is_added() -> None:
    extra = replace(invented()[0], stix_id=stix_id("new"), attack_id=AttackId("T9999"))
    [change] = compare(describe(release("1")), describe(release("2", [*invented(), extra]))).changes
    assert (change.kind, change.facts.attack_id, change.old) == (ChangeKind.ADDED, "T9999", None)


def test_a_revoked_technique_names_its_successor() -> None:
    found = only(changes(without("T9001.001"), {RIBBON: BADGE}))
    assert found == (ChangeKind.REVOKED, "T9001.001", "is now Borrowed Badge (T9003)")


def test_a_technique_without_a_successor_is_deprecated_and_without_a_word_removed() -> None:
    assert only(changes(without("T9003"), {BADGE: ""}))[0] is ChangeKind.DEPRECATED
    assert only(changes(without("T9003")))[0] is ChangeKind.REMOVED


def test_another_name_or_id_is_renamed_and_says_what_it_was() -> None:
    was_name = (ChangeKind.RENAMED, "T9003", "was Borrowed Badge")
    assert edit("T9003", name="Lent Badge") == was_name
    renumbered = [
        replace(t, attack_id=AttackId("T9903")) if t.stix_id == BADGE else t for t in invented()
    ]
    assert only(changes(renumbered)) == (ChangeKind.RENAMED, "T9903", "was T9003")


def test_a_parents_new_name_does_not_rename_its_children() -> None:
    assert edit("T9001", name="Crate Drop") == (ChangeKind.RENAMED, "T9001", "was Parcel Drop")


def test_other_tactics_are_a_move_and_another_order_is_none() -> None:
    moved = edit("T9003", tactics=("arrival", "covering-up"))
    assert moved == (
        ChangeKind.MOVED,
        "T9003",
        "Arrival, Covering Up; was Arrival, Settling In",
    )
    assert changes(edited("T9003", tactics=("settling-in", "arrival"))) == []


def test_a_changed_text_is_named_and_other_spacing_is_none() -> None:
    badge = next(t for t in invented() if t.stix_id == BADGE)
    assert edit("T9003", description="Other words.")[2] == "description"
    both = edit("T9003", description="Other words.", detection="Look closer.")
    assert both[2] == "description and detection"
    assert changes(edited("T9003", description=badge.description.replace(" ", "\n"))) == []


def test_changes_come_by_kind_and_id() -> None:
    techniques = [
        replace(t, description="Other words.") if t.attack_id in {"T9003", "T9002"} else t
        for t in without("T9001.001")
    ]
    found = [(c.kind, c.facts.attack_id) for c in changes(techniques)]
    assert found == [
        (ChangeKind.REMOVED, "T9001.001"),
        (ChangeKind.TEXT, "T9002"),
        (ChangeKind.TEXT, "T9003"),
    ]


def test_successors_are_followed_to_the_last_that_lives_and_never_in_a_circle() -> None:
    assert successors({"a": "b", "b": "c"}, ["c"]) == {"a": "c", "b": "c"}
    assert successors({"a": "b", "b": "a"}, ["c"]) == {}
    assert successors({"a": "", "b": "gone"}, ["c"]) == {}
    assert successors({"c": "d"}, ["c", "d"]) == {}


def test_a_snapshot_reads_back_from_json_as_it_was() -> None:
    kept = snapshot(release("1", revoked={DROP: BADGE}))
    assert Snapshot.from_dict(json.loads(json.dumps(kept.to_dict()))) == kept


def test_a_snapshot_of_one_collection_leaves_the_others_out() -> None:
    ours, theirs = release("1", invented()[:5], name="ours"), release("3", invented()[5:])
    both = Catalogue([*ours, *theirs], [*ours.collections, *theirs.collections])
    kept = snapshot(both, ours.collections[0])
    assert set(kept.techniques) == {t.stix_id for t in ours}
    assert {key.rpartition("/")[0] for key in kept.answers} <= set(kept.techniques)
    assert (kept.label, kept.release) == ("Invented 1", "1")


# Answers


def test_a_successor_that_is_called_otherwise_is_another_answer() -> None:
    after = snapshot(release("2", without("T9001.001"), {RIBBON: BADGE}))
    found = compare(snapshot(release("1")), after).answers_of("description")
    own = [change for change in found if change.stix_id == BADGE]
    assert [(change.key_before, change.old, change.new) for change in own] == [
        (f"{RIBBON}/description", ("Parcel Drop: Ribboned Box",), ("Borrowed Badge",))
    ]


def test_data_sources_of_another_spelling_are_the_same_answer() -> None:
    bare = [
        replace(t, data_sources=tuple(s.rpartition(": ")[2] for s in t.data_sources))
        for t in invented()
    ]
    found = compare(snapshot(release("1")), snapshot(release("2", bare)))
    assert found.answers_of("data-source") == ()


def test_a_changed_text_alone_changes_no_answer_but_the_level_read_off_it() -> None:
    easier = edited("T9009", detection="Event ID 4624 from two places at once tells.")
    found = compare(snapshot(release("1")), snapshot(release("2", easier))).answers
    assert [(change.kind, change.old, change.new) for change in found] == [
        ("detection-difficulty", ("Hard",), ("Easier",))
    ]
