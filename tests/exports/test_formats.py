"""The formats, as the command and the pages call them."""

from collections.abc import Iterator

import pytest

from quiz.exports import formats, json_lines
from quiz.exports.formats import FORMATS
from quiz.exports.letters import letter
from quiz.exports.naming import filename
from quiz.questions.base import Question
from tests.catalogues import starter
from tests.exported import everything, of_each_way, written

every_format = pytest.mark.parametrize("slug", FORMATS)


@every_format
def test_each_gives_a_file_with_a_name_and_a_type(slug: str) -> None:
    found = formats.export(slug, of_each_way(), starter(), title="Phishing, 18.1")
    assert all(isinstance(chunk, bytes) for chunk in found.chunks)
    assert found.filename.startswith("tradecraft-phishing-18-1")
    assert found.filename.endswith(f".{FORMATS[slug].suffix}")
    assert "/" in found.mimetype


def test_the_names_of_files_differ() -> None:
    names = [formats.export(slug, [], starter(), title="x").filename for slug in FORMATS]
    assert len(set(names)) == len(FORMATS)
    assert filename(["../é", "\x00"], "csv") == "tradecraft.csv"


@every_format
def test_the_same_questions_give_the_same_bytes(slug: str) -> None:
    assert written(slug, of_each_way()) == written(slug, of_each_way())


@every_format
def test_questions_are_asked_for_one_after_the_other(slug: str) -> None:
    taken = 0

    def asked() -> Iterator[Question]:
        nonlocal taken
        for question in everything():
            taken += 1
            yield question

    chunks = formats.export(slug, asked(), starter(), title="x").chunks
    for _ in range(3):
        next(chunks)
    assert taken < 60
    for _ in chunks:
        pass
    assert taken == len(everything())


def test_json_lines_are_as_they_ever_were() -> None:
    lines = [json_lines.line(question) for question in of_each_way()]
    assert written("jsonl", of_each_way()) == "".join(f"{line}\n" for line in lines)


def test_only_the_paper_may_be_given_to_a_learner() -> None:
    assert [slug for slug, format_ in FORMATS.items() if not format_.tells] == ["paper"]


def test_letters_go_on_after_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "AAA",
    ]
