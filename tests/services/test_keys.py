"""The keys of a learner: what can be one, what cannot, and no key for two things at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from quiz.db.models import Learner
from quiz.services import keys
from quiz.services.keys import PAGES, STANDARD, WrongKeys


def test_every_action_has_its_usual_key_at_first(learner: Learner) -> None:
    assert keys.of(learner) == STANDARD


def test_only_what_differs_from_the_usual_is_kept(session: Session, learner: Learner) -> None:
    keys.save(session, learner, {"undo": "Z", "bury": "", "mark": "m"})
    assert learner.keys == {"undo": "z", "bury": ""}
    assert keys.of(learner) == {**STANDARD, "undo": "z", "bury": ""}
    keys.save(session, learner, {})
    assert learner.keys is None


def test_all_keys_can_be_taken_away(session: Session, learner: Learner) -> None:
    keys.save(session, learner, dict.fromkeys(STANDARD, ""))
    assert set(keys.of(learner).values()) == {""}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" ", "Space"),
        ("space", "Space"),
        ("ENTER", ""),
        (" q ", "q"),
        ("É", "é"),
        ("&", "&"),
        ("é", "é"),
    ],
)
def test_a_key_is_a_character_or_a_name(typed: str, kept: str) -> None:
    wanted = {"reveal": typed} | ({"send": ""} if kept else {})
    if kept:
        assert keys.read(wanted)["reveal"] == kept
    else:  # it is another's already
        with pytest.raises(WrongKeys) as refused:
            keys.read(wanted)
        assert set(refused.value.problems) == {"reveal", "send"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Tab", "belong to the browser and to screen readers"),
        ("Escape", "belong to the browser"),
        ("F5", "belong to the browser"),
        ("ctrl+u", "belong to the browser"),
        ("ArrowUp", "belong to the browser"),
        ("/", "starts a search in some browsers"),
        ("'", "starts a search in some browsers"),
        ("\u0301", "not a key that can be used"),
        ("\x07", "not a key that can be used"),
        ("İ", "not a key that can be used"),
    ],
)
def test_keys_of_the_browser_and_what_no_key_types_are_refused(
    session: Session, learner: Learner, typed: str, said: str
) -> None:
    with pytest.raises(WrongKeys) as refused:
        keys.save(session, learner, {"undo": typed})
    assert said in refused.value.problems["undo"]
    assert learner.keys is None


def test_a_key_for_two_things_on_one_page_is_refused_and_both_are_named() -> None:
    with pytest.raises(WrongKeys) as refused:
        keys.read({"undo": "b"})
    assert refused.value.problems == {
        "undo": "“b” is given twice: see Bury until tomorrow.",
        "bury": "“b” is given twice: see Undo your last rating.",
    }


def test_a_choice_by_letter_must_not_be_the_key_of_something_else() -> None:
    with pytest.raises(WrongKeys) as refused:
        keys.read({"options": "asdf"})
    assert refused.value.problems["options"] == "“s” is given twice: see Suspend."
    assert keys.read({"options": "a d f g", "suspend": "z"})["options"] == "adfg"


@pytest.mark.parametrize(
    ("typed", "said"), [("abcdfghijk", "at most 9"), ("aba", "“a” is there twice")]
)
def test_the_keys_that_choose_are_nine_at_most_and_differ(typed: str, said: str) -> None:
    with pytest.raises(WrongKeys) as refused:
        keys.read({"options": typed})
    assert said in refused.value.problems["options"]


def test_space_may_show_the_answer_and_rate_it_good() -> None:
    assert keys.read({"good": "Space"})["good"] == keys.read({})["reveal"]


TYPED = st.sampled_from([*"abuse1234 Zé&/'\t", "", "Space", "enter", "Tab", "asdf", "12", "Ctrl+a"])


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(STANDARD)), TYPED))
def test_what_is_accepted_has_no_key_for_two_things_and_is_read_again_as_it_is(
    typed: dict[str, str],
) -> None:
    try:
        found = keys.read(typed)
    except WrongKeys as wrong:
        found, problems = {}, wrong.problems
    else:
        problems = {}
    assert set(problems) <= set(STANDARD)
    assert bool(found) is not bool(problems)
    if problems:
        return
    assert keys.read(found) == found
    for page in PAGES:
        pressed = [
            key
            for action in page
            for key in (found[action] if action == "options" else [found[action]])
            if key
        ]
        assert len(pressed) == len(set(pressed))
