"""The export that other programs read: its fields, order and bytes."""

import json
from dataclasses import replace

from quiz.exports import json_lines
from quiz.questions.base import AnswerKind
from quiz.questions.generator import generate
from quiz.questions.kinds import KINDS
from tests.catalogues import starter

ARRANGED = ["items", "targets", "solution"]
"""What only questions to put in order or to match have."""
FIELDS = [
    "key",
    "kind",
    "attack_id",
    "stix_id",
    "collection",
    "domain",
    "seed",
    "answer_kind",
    "stem",
    "excerpt",
    "options",
    *ARRANGED,
    "answer",
    "explanation",
    "evidence",
    "difficulty",
]


def lines(*slugs: str, seed: int = 0, per_card: int = 1) -> list[str]:
    kinds = [KINDS[slug] for slug in slugs or KINDS]
    asked = json_lines.questions(starter(), kinds, seed=seed, per_card=per_card)
    return [json_lines.line(question) for question in asked]


def test_each_line_has_every_field_and_agrees_with_itself() -> None:
    for text in lines():
        row = json.loads(text)
        arranged = row["answer_kind"] in {"order", "match"}
        assert list(row) == [name for name in FIELDS if arranged or name not in ARRANGED]
        assert row["key"] == f"{row['stix_id']}/{row['kind']}"
        if row["options"]:
            assert row["answer_kind"] in {"one", "many"}
            assert row["answer"] == [o["text"] for o in row["options"] if o["correct"]]
        else:
            assert row["answer_kind"] in {"order", "match", "text"}
            assert row["answer"]
        assert row["collection"] == "starter"
        assert "\n" not in text
        assert row["evidence"]
        assert all(set(e) == {"file", "section", "quote"} for e in row["evidence"])


def test_options_say_which_technique_or_tactic_they_are() -> None:
    tactic = json.loads(lines("tactic")[0])
    assert all(option["tactic"] for option in tactic["options"])
    family = json.loads(lines("family")[0])
    assert all(option["attack_id"] for option in family["options"])


def test_an_order_gives_its_items_and_their_ids_in_the_right_order() -> None:
    for text in lines("tactic-order"):
        row = json.loads(text)
        texts = {item["id"]: item["text"] for item in row["items"]}
        assert [texts[id_] for id_ in row["solution"]] == row["answer"]
        assert all(set(item) == {"id", "text", "tactic"} for item in row["items"])
        assert (row["options"], row["targets"]) == ([], [])


def test_a_match_gives_the_target_of_each_item() -> None:
    for text in lines("match"):
        row = json.loads(text)
        targets = {target["id"]: target["text"] for target in row["targets"]}
        pairs = [f"{item['text']}: {targets[row['solution'][item['id']]]}" for item in row["items"]]
        assert pairs == row["answer"]
        assert all(item["attack_id"] for item in row["items"])
        assert row["options"] == []


def test_a_typed_question_gives_every_accepted_text_as_its_answer() -> None:
    technique = starter().find("T1059.001")
    assert technique
    question = generate(technique, KINDS["attack-id"], 0, starter(), typed=False)
    assert question
    accepted = ("Command and Scripting Interpreter: PowerShell", "T1059.001")
    typed = replace(question, answer_kind=AnswerKind.TEXT, options=(), accepted=accepted)
    row = json.loads(json_lines.line(typed))
    assert (row["answer_kind"], row["options"], row["answer"]) == ("text", [], list(accepted))
    assert "items" not in row


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    assert lines("description", seed=4) == lines("description", seed=4)
    assert lines("description", seed=4) != lines("description", seed=5)


def test_several_questions_a_card_take_consecutive_seeds() -> None:
    rows = [json.loads(text) for text in lines("attack-id", seed=10, per_card=3)]
    assert {row["seed"] for row in rows} == {10, 11, 12}
    assert len({row["key"] for row in rows}) * 3 == len(rows)
