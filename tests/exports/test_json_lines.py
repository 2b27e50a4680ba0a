"""The export that other programs read: its fields, order and bytes."""

import json

from quiz.exports import json_lines
from quiz.questions.kinds import KINDS
from tests.catalogues import starter

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
        assert list(row) == FIELDS
        assert row["key"] == f"{row['stix_id']}/{row['kind']}"
        assert row["answer"] == [o["text"] for o in row["options"] if o["correct"]]
        assert row["answer_kind"] in {"one", "many"}
        assert row["collection"] == "starter"
        assert "\n" not in text
        assert row["evidence"]
        assert all(set(e) == {"file", "section", "quote"} for e in row["evidence"])


def test_options_say_which_technique_or_tactic_they_are() -> None:
    tactic = json.loads(lines("tactic")[0])
    assert all(option["tactic"] for option in tactic["options"])
    family = json.loads(lines("family")[0])
    assert all(option["attack_id"] for option in family["options"])


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    assert lines("description", seed=4) == lines("description", seed=4)
    assert lines("description", seed=4) != lines("description", seed=5)


def test_several_questions_a_card_take_consecutive_seeds() -> None:
    rows = [json.loads(text) for text in lines("attack-id", seed=10, per_card=3)]
    assert {row["seed"] for row in rows} == {10, 11, 12}
    assert len({row["key"] for row in rows}) * 3 == len(rows)
