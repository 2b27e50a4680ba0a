"""A paper that tells nothing, and its answers under the same numbers."""

import re
from dataclasses import replace
from html import unescape

from quiz.exports import markup, paper
from quiz.questions.base import AnswerKind, Evidence, Question
from tests.catalogues import starter
from tests.exported import everything, nasty, of, of_each_way, said, written


def otherwise(question: Question) -> Question:
    """The same question with another key, another reason and another proof."""
    return replace(
        question,
        key="attack-pattern--other/other",
        attack_id="T0000",
        stix_id="attack-pattern--other",
        subject="Other",
        seed=99,
        explanation="Other.",
        difficulty=None,
        evidence=(Evidence(file="other", section="other", quote="other"),),
        options=tuple(
            replace(o, correct=not o.correct, note="other", attack_id=None, stix_id=None)
            for o in question.options
        ),
        items=tuple(replace(i, note="other", attack_id=None, stix_id=None) for i in question.items),
        targets=tuple(replace(t, note="other", attack_id=None) for t in question.targets),
        solution=question.solution[::-1],
        accepted=("other",) if question.accepted else (),
        lookalikes=(),
    )


def parts(html: str) -> list[str]:
    """What stands in a document for each question."""
    return re.findall(r"<section class=\"question.*?</section>", html, re.DOTALL)


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def test_the_paper_is_the_same_whatever_the_key() -> None:
    questions = of_each_way()
    assert written("paper", questions) == written("paper", map(otherwise, questions))
    assert written("answers", questions) != written("answers", map(otherwise, questions))


def test_the_paper_asks_everything_in_order_with_room_to_answer() -> None:
    html = written("paper", of_each_way())
    for number, (question, part) in enumerate(
        zip(of_each_way(), parts(html), strict=True), start=1
    ):
        assert f'aria-label="Question {number}"' in part
        shown = text_of(part)
        for text in filter(None, (question.stem, question.excerpt)):
            assert text_of(str(markup.paragraphs(text))) in shown
        choices = (question.options, question.items, question.targets)
        for text in (choice.text for found in choices for choice in found):
            assert text_of(str(markup.inline(text))) in shown
        boxes = part.count('class="mark ') + part.count('<td class="slot">') + part.count("line")
        assert boxes == (len(question.options or question.items) or 1)


def test_the_answers_give_key_reason_and_evidence_under_the_same_numbers() -> None:
    html = written("answers", of_each_way())
    for question, part in zip(of_each_way(), parts(html), strict=True):
        shown = text_of(part)
        assert text_of(str(markup.inline(question.stem))) in shown
        assert text_of(str(markup.inline(question.explanation))) in shown
        for evidence in question.evidence:
            assert text_of(str(markup.paragraphs(evidence.quote))) in shown
        for answer in question.answer:
            assert said(answer.rpartition(": ")[0] or answer) in shown
        assert "attack.mitre.org/techniques/" in part


def test_the_keys_alone_follow_in_letters_and_places() -> None:
    html = written("answers", of_each_way())
    keys = re.findall("<li>(.*?)</li>", html.partition('id="key"')[2])
    for question, key in zip(of_each_way(), map(unescape, keys), strict=True):
        if question.answer_kind is AnswerKind.TEXT:
            assert key == " or ".join(question.accepted)
        elif question.answer_kind is AnswerKind.ORDER:
            rows = dict(pair.split(" ") for pair in key.split(", "))
            texts = {rows["ABCDEF"[i]]: item.text for i, item in enumerate(question.items)}
            assert tuple(texts[place] for place in sorted(texts)) == question.answer
        elif question.answer_kind is AnswerKind.MATCH:
            letters = [pair.split(" ")[1] for pair in key.split(", ")]
            assert letters == ["ABCD"[int(id_) - 1] for id_ in question.solution]
        else:
            right = ["ABCDE"[i] for i, option in enumerate(question.options) if option.correct]
            assert key == ", ".join(right)


def test_both_stand_alone_and_run_nothing() -> None:
    for slug in ("paper", "answers"):
        html = written(slug, nasty(), title="<script>x</script>\x00")
        assert html.startswith("<!doctype html>")
        assert "<script" not in html
        assert "<img" not in html
        assert not re.search(r"<[^>]+\son\w+=", html)
        assert not re.search(r"<(?:link|iframe|object)|url\(|@import", html)
        assert "default-src 'none'" in html
        assert "\x00" not in html
        addresses = re.findall(r"(?:href|src)=\"([^\"]*)\"", html)
        assert all(address.startswith(("#", "https://attack.mitre.org/")) for address in addresses)


def test_a_server_names_the_style_and_nothing_is_inline() -> None:
    pieces = paper.write_paper(
        of_each_way(), starter(), "Week 3", style_url="/static/css/paper.css"
    )
    html = "".join(pieces)
    assert '<link rel="stylesheet" href="/static/css/paper.css">' in html
    assert "<style" not in html
    assert "style=" not in html


def test_copyright_and_license_stand_at_the_end_of_both() -> None:
    collection = starter().collections[0]
    for slug in ("paper", "answers"):
        end = text_of(written(slug, [of(AnswerKind.ONE)]).partition("<footer")[2])
        assert collection.copyright in end
        assert " ".join(collection.licence.split()) in end


def test_a_long_paper_comes_piece_by_piece() -> None:
    taken = 0

    def asked() -> object:
        nonlocal taken
        for question in everything():
            taken += 1
            yield question

    pieces = paper.write_paper(asked(), starter(), "All")  # type: ignore[arg-type]
    next(pieces)
    assert taken < 50
    assert sum(1 for _ in pieces) > 50
    assert taken == len(everything())
