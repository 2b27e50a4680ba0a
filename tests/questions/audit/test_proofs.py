"""Every proof passes a true key, and fails a false one, by the fields alone."""

from dataclasses import replace
from functools import cache

import pytest

from quiz.content.catalogue import Catalogue
from quiz.content.technique import Analytic, LogSource, Mitigation, Procedure, Technique
from quiz.questions.audit.findings import Fault
from quiz.questions.audit.proofs import PROOFS
from quiz.questions.base import AnswerKind, Evidence, Nearness, Question
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from tests import factories
from tests.catalogues import starter
from tests.handmade import facts, find, items, question, techniques, texts


def faults(asked: Question, catalogue: Catalogue | None = None) -> set[Fault]:
    return {finding.fault for finding in PROOFS[asked.kind](asked, facts(catalogue))}


def keyed(asked: Question, *ids: str) -> Question:
    """The same question with another key."""
    options = tuple(replace(o, correct=o.id in ids) for o in asked.options)
    return replace(asked, options=options)


def test_every_kind_has_a_proof() -> None:
    assert set(KINDS) <= set(PROOFS), "add a proof to quiz/questions/audit/proofs/"


@cache
def real(slug: str) -> Question:
    """A question of a kind about the starter, the first that is not answered in writing."""
    asked = (generate(t, KINDS[slug], 0, starter(), typed=False) for t in starter())
    return next(found for found in asked if found)


@pytest.mark.parametrize("slug", KINDS)
def test_a_key_moved_to_where_it_is_wrong_is_found(slug: str) -> None:
    asked = real(slug)
    assert faults(asked, starter()) == set()
    if asked.solution:
        assert Fault.KEY in faults(replace(asked, solution=asked.solution[::-1]), starter())
        return
    wrong = next(option.id for option in asked.options if not option.correct)
    assert {Fault.KEY, Fault.OPTION} <= faults(keyed(asked, wrong), starter())


# Fields


SIDE_GATE = "Which of these tactics does Side Gate serve?"


def test_a_tactic_that_is_left_out_of_the_key_is_found() -> None:
    asked = question(
        "tactic",
        find("T9002"),
        SIDE_GATE,
        options=texts(["Arrival"], ["Covering Up", "Taking Away"]),
    )
    assert faults(asked) == {Fault.OPTION}


def test_a_stem_about_another_technique_is_found() -> None:
    options = texts(["Arrival", "Covering Up"], ["Taking Away", "Settling In"])
    asked = question("tactic", find("T9002"), SIDE_GATE, options=options)
    assert faults(asked) == set()
    about_another = replace(asked, stem="Which of these tactics does Warm Chair serve?")
    assert faults(about_another) == {Fault.KEY}


def test_a_source_behind_an_analytic_is_true_too() -> None:
    analytic = Analytic(id="AN1", log_sources=(LogSource(component="Door Opening"),))
    watched = factories.technique("T9901", "Key Copying", analytics=(analytic,))
    catalogue = factories.catalogue_of((*factories.invented(), watched))
    options = texts(["Door Opening"], ["File Access", "Host Status"])
    asked = question("data-source", watched, "What would show Key Copying?", options=options)
    assert faults(asked, catalogue) == set()
    assert faults(keyed(asked, "2"), catalogue) == {Fault.KEY, Fault.OPTION}


def test_a_mitigation_is_true_where_the_technique_lists_it() -> None:
    mitigated = factories.technique(
        "T9901", "Key Copying", mitigations=(Mitigation(id="M1", name="Lock Changing"),)
    )
    catalogue = factories.catalogue_of((*factories.invented(), mitigated))
    options = texts(["Lock Changing"], ["Audit", "Training"])
    asked = question("mitigation", mitigated, "What counters Key Copying?", options=options)
    assert faults(asked, catalogue) == set()
    assert faults(keyed(asked, "3"), catalogue) == {Fault.KEY, Fault.OPTION}


def test_a_name_that_two_families_share_makes_both_parents_true() -> None:
    namesake = factories.technique("T9010.003", "Twig Layer", "looking-around")
    catalogue = factories.catalogue_of((*factories.invented(), namesake))
    twig, nest, hall, parcel = (find(i) for i in ("T9006.001", "T9006", "T9010", "T9001"))
    stem = "Twig Layer is a sub-technique of which technique?"
    asked = question("family", twig, stem, options=techniques(nest, hall, parcel))
    assert faults(asked) == set()
    assert faults(asked, catalogue) == {Fault.OPTION}


def test_a_technique_that_serves_the_tactic_too_is_found() -> None:
    gate, chair, fog, nest = (find(i) for i in ("T9002", "T9008", "T9017", "T9006"))
    stem = "Which of these techniques serves Covering Up?"
    asked = question("technique-for-tactic", gate, stem, options=techniques(gate, chair, nest))
    assert faults(asked) == {Fault.OPTION}
    alone = question(
        "technique-for-tactic", fog, stem, options=techniques(fog, nest, find("T9001"))
    )
    assert faults(alone) == set()


# Difficulty


def rated(technique: Technique, level: str, *quotes: str) -> Question:
    """Ask for a level, quoting sentences of the detection."""
    levels = ["Easier", "Moderate", "Hard", "Very hard"]
    options = texts([level], [other for other in levels if other != level])
    evidence = tuple(
        Evidence(file=technique.path, section="Detection", quote=quote) for quote in quotes
    )
    stem = f"How hard is it to detect {technique.name}?"
    return question("detection-difficulty", technique, stem, options=options, evidence=evidence)


def test_a_level_that_its_quotation_does_not_support_is_found() -> None:
    crate = find("T9001.002")
    assert faults(rated(crate, "Hard", crate.detection)) == set()
    assert Fault.KEY in faults(rated(crate, "Hard", "Watch the door."))
    assert {Fault.KEY, Fault.OPTION} <= faults(rated(crate, "Moderate", crate.detection))


def test_a_level_that_the_file_gives_goes_before_any_other() -> None:
    given = factories.technique(
        "T9901", "Key Copying", detection="Watch the door.", detection_difficulty="very hard"
    )
    catalogue = factories.catalogue_of((*factories.invented(), given))
    assert faults(rated(given, "Very hard"), catalogue) == set()
    assert Fault.KEY in faults(rated(given, "Moderate"), catalogue)


def test_the_hardest_must_be_harder_than_every_other() -> None:
    crate, badge, drop = find("T9001.002"), find("T9003"), find("T9001")
    quotes = tuple(
        Evidence(file=t.path, section="Detection", quote=t.detection) for t in (crate, badge, drop)
    )
    asked = question(
        "harder-to-detect",
        badge,
        "Which is hardest to detect?",
        options=techniques(badge, crate, drop),
        evidence=quotes,
    )
    assert faults(asked) == set()
    assert faults(keyed(asked, "2")) == {Fault.KEY, Fault.OPTION}
    unquoted = replace(asked, evidence=quotes[:1])
    assert Fault.KEY in faults(unquoted)


# Excerpts


def described(subject: Technique, excerpt: str, *others: Technique) -> Question:
    return question(
        "description",
        subject,
        "Which technique does this excerpt describe?",
        options=techniques(subject, *others),
        excerpt=excerpt,
    )


TIMER = "A timer unit with the name of a well known _____ wakes every hour"


def test_an_excerpt_of_another_text_is_found() -> None:
    moss, twig, gate = find("T9006.002"), find("T9006.001"), find("T9002")
    assert faults(described(moss, TIMER, twig, gate)) == set()
    assert Fault.KEY in faults(described(twig, TIMER, gate))


def test_a_parent_is_never_a_certainly_wrong_option() -> None:
    assert faults(described(find("T9006.002"), TIMER, find("T9006"), find("T9002"))) == {
        Fault.OPTION
    }


def test_an_option_whose_text_has_all_the_telling_words_is_found() -> None:
    moss = find("T9006.002")
    copy = factories.technique("T9006.003", "Lichen", "settling-in", description=moss.description)
    catalogue = factories.catalogue_of((*factories.invented(), copy))
    assert faults(described(moss, TIMER, copy, find("T9002")), catalogue) == {Fault.OPTION}
    reworded = factories.technique(
        "T9006.003",
        "Lichen",
        "settling-in",
        description="Units of timers with names that wake within hours.",
    )
    catalogue = factories.catalogue_of((*factories.invented(), reworded))
    assert faults(described(moss, TIMER, reworded, find("T9002")), catalogue) == {Fault.OPTION}


def test_a_detection_note_is_proved_from_detection_not_description() -> None:
    moss = find("T9006.002")
    asked = question(
        "detection",
        moss,
        "Which technique does this note hunt for?",
        options=techniques(moss, find("T9002"), find("T9005")),
        excerpt=TIMER,
    )
    assert Fault.KEY in faults(asked)
    sessions = replace(
        asked,
        stix_id=find("T9002").stix_id,
        options=techniques(find("T9002"), find("T9005"), find("T9013")),
        excerpt="Sessions on maintenance ports are rare: review the router's syslog",
    )
    assert faults(sessions) == set()


def with_uses() -> Catalogue:
    """The invented techniques, and three whose use by invented groups is documented."""
    badger = Procedure(
        id="G1", name="Badger", description="Badger copied brass keys with [wax](x)."
    )
    stoat = Procedure(id="G2", name="Stoat", description="Stoat measured every lock by hand.")
    return factories.catalogue_of(
        (
            *factories.invented(),
            factories.technique("T9901", "Key Copying", procedures=(badger,)),
            factories.technique("T9902", "Lock Measuring", procedures=(stoat,)),
            factories.technique("T9903", "Door Leaning", procedures=(badger, stoat)),
            factories.technique("T9904", "Bell Ringing", procedures=(stoat,)),
            factories.technique("T9904.001", "Bell Muffling", procedures=(badger,)),
        )
    )


def test_a_technique_documented_for_the_same_actor_is_no_wrong_option() -> None:
    catalogue = with_uses()
    keys, locks, leaning = (find(i, catalogue) for i in ("T9901", "T9902", "T9903"))
    asked = question(
        "procedure",
        keys,
        "Which technique does this sentence show?",
        options=techniques(keys, locks, find("T9002")),
        excerpt="Badger copied _____ keys with wax",
    )
    assert faults(asked, catalogue) == set()
    same_actor = replace(asked, options=techniques(keys, leaning, locks))
    assert faults(same_actor, catalogue) == {Fault.OPTION}


def test_who_uses_a_sub_technique_uses_its_parent() -> None:
    catalogue = with_uses()
    keys, locks, bell = (find(i, catalogue) for i in ("T9901", "T9902", "T9904"))
    stem = "Which of these techniques is the group Badger documented to use?"
    asked = question("used-by", keys, stem, options=techniques(keys, locks, find("T9002")))
    assert faults(asked, catalogue) == set()
    parent = replace(asked, options=techniques(keys, locks, bell))
    assert faults(parent, catalogue) == {Fault.OPTION}
    assert Fault.KEY in faults(replace(asked, stem="What does Weasel use?"), catalogue)


def test_of_a_group_and_its_malware_of_one_name_the_stem_says_which() -> None:
    group = Procedure(id="G3", name="Otter", description="Otter fished at night.")
    malware = Procedure(id="S3", name="Otter", description="Otter swam under the ice.")
    pond = factories.technique("T9905", "Pond Crossing", procedures=(group, malware))
    ice = factories.technique("T9906", "Ice Drilling", procedures=(malware,))
    catalogue = factories.catalogue_of((*factories.invented(), pond, ice))
    options = techniques(pond, ice, find("T9002"))
    stem = "Which of these techniques is the {} Otter documented to use?"
    asked = question("used-by", pond, stem.format("group"), options=options)
    assert faults(asked, catalogue) == set()
    assert faults(replace(asked, stem=stem.format("software")), catalogue) == {Fault.OPTION}


def test_a_linked_technique_is_true_in_the_sentence_that_names_it_alone() -> None:
    nest, sweep = find("T9006"), find("T9018")
    sentence = "Each copy checks that the others live, and sweeps the floor behind itself."
    asked = question(
        "related",
        nest,
        "Which technique does the text of Nest Building point to here?",
        options=techniques(sweep, find("T9002"), find("T9005")),
        excerpt="Each copy checks that the others live, and _____ behind itself.",
        evidence=(Evidence(file=nest.path, section="Description", quote=sentence),),
    )
    assert Fault.KEY in faults(asked)  # the link does not read "Floor Sweeping"
    named = replace(
        nest, description="Copies live, and [Floor Sweeping](https://x/techniques/T9018) helps."
    )
    rest = (t for t in factories.invented() if t is not nest)
    catalogue = factories.catalogue_of((*rest, named))
    quote = "Copies live, and Floor Sweeping helps."
    true = replace(
        asked,
        excerpt="Copies live, and _____ helps.",
        evidence=(Evidence(file=nest.path, section="Description", quote=quote),),
    )
    assert faults(true, catalogue) == set()
    assert faults(keyed(true, "2"), catalogue) == {Fault.KEY, Fault.OPTION}


# Typed answers, orders and matches


def typed(*accepted: str) -> Question:
    return question(
        "attack-id",
        find("T9006.001"),
        "Which technique is T9006.001?",
        answer_kind=AnswerKind.TEXT,
        accepted=accepted,
    )


def test_what_is_accepted_must_name_the_technique_and_no_other() -> None:
    assert faults(typed("Nest Building: Twig Layer", "T9006.001", "Twig Layer")) == set()
    assert faults(typed("Moss Lining")) == {Fault.KEY}
    namesake = factories.technique("T9010.003", "Twig Layer", "looking-around")
    catalogue = factories.catalogue_of((*factories.invented(), namesake))
    assert faults(typed("Nest Building: Twig Layer"), catalogue) == set()
    assert faults(typed("Twig Layer"), catalogue) == {Fault.KEY}


def test_the_order_is_that_of_the_collection() -> None:
    shown = items(("Taking Away", None), ("Arrival", None), ("Settling In", None))
    asked = question(
        "tactic-order",
        find("T9001"),
        "Put these in order.",
        answer_kind=AnswerKind.ORDER,
        items=shown,
        solution=("2", "3", "1"),
    )
    assert faults(asked) == set()
    assert faults(replace(asked, solution=("3", "2", "1"))) == {Fault.KEY}
    assert faults(replace(asked, solution=("2", "3"))) == {Fault.KEY}


def test_a_match_must_have_one_solution() -> None:
    drop, nest, pack = find("T9001"), find("T9006"), find("T9014")
    named = [(t.name, t) for t in (drop, nest, pack)]
    tactics = items(("Taking Away", None), ("Arrival", None), ("Settling In", None))
    asked = question(
        "match",
        drop,
        "Match each technique to its tactic.",
        answer_kind=AnswerKind.MATCH,
        items=items(*named),
        targets=tactics,
        solution=("2", "3", "1"),
    )
    assert faults(asked) == set()
    assert faults(replace(asked, solution=("1", "3", "2"))) == {Fault.KEY, Fault.OPTION}
    badge = find("T9003")  # arrival and settling-in: either would do
    two_ways = replace(asked, items=items((badge.name, badge), *named[1:]))
    assert faults(two_ways) == {Fault.OPTION}


@pytest.mark.parametrize("nearness", Nearness)
def test_real_questions_are_proved_on_every_rung(nearness: Nearness) -> None:
    known = facts(starter())
    for technique in starter().techniques[:40]:
        for slug in ("description", "detection"):
            asked = generate(technique, KINDS[slug], 5, starter(), nearness=nearness)
            if asked:
                assert list(PROOFS[slug](asked, known)) == []
