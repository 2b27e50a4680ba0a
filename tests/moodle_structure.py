"""What Moodle XML must look like, by its documentation: docs.moodle.org, “Moodle XML format”.

That page gives the elements of each type of question in prose and examples; this says the same
in code of its own, for the types that are exported. The shares of a grade that Moodle takes
are those that its form for a question offers, in “Grade”: 1/2 to 1/10 and their multiples as
listed in ``GRADES``, to five decimals, of either sign.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from quiz.questions.base import AnswerKind, Question
from tests.exported import said, words

FORMATS = {"html", "moodle_auto_format", "plain_text", "markdown"}
GRADES = {
    0.0, 5.0, 10.0, 11.11111, 12.5, 14.28571, 16.66667, 20.0, 25.0, 30.0, 33.33333, 40.0, 50.0,
    60.0, 66.66667, 70.0, 75.0, 80.0, 83.33333, 90.0, 100.0,
}  # fmt: skip
COMMON = {
    "name",
    "questiontext",
    "generalfeedback",
    "defaultgrade",
    "penalty",
    "hidden",
    "idnumber",
    "tags",
}
COMBINED = {"correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"}
OWN = {
    "multichoice": {
        "single",
        "shuffleanswers",
        "answernumbering",
        "showstandardinstruction",
        "answer",
        *COMBINED,
    },
    "matching": {"shuffleanswers", "subquestion", *COMBINED},
    "shortanswer": {"usecase", "answer"},
}
WITH_TEXT = {"name", "questiontext", "generalfeedback", "answer", "subquestion", "tag", *COMBINED}
REPEATED = {"answer", "subquestion"}


class WrongStructure(AssertionError):  # noqa: N818 - named for what it is about
    """The file is not as Moodle documents it; the text says where."""


def check(text: str) -> list[Element]:
    """Give the questions of a file, the category's apart. Raises WrongStructure."""
    quiz = fromstring(text)
    need(quiz.tag == "quiz", quiz, "the file is no <quiz>")
    need(all(child.tag == "question" for child in quiz), quiz, "something is no <question>")
    first, *questions = quiz
    _category(first)
    for question in questions:
        _question(question)
    return questions


def need(condition: object, where: Element, what: str) -> None:
    if not condition:
        raise WrongStructure(f"{what}: {where.findtext('name/text') or where.tag}")


def text_of(element: Element) -> str:
    """The text of an element that must hold exactly one, with nothing in it but words."""
    texts = element.findall("text")
    need(len(texts) == 1, element, f"<{element.tag}> has {len(texts)} texts")
    need(not list(texts[0]), element, f"the text of <{element.tag}> holds elements")
    need(element.get("format", "html") in FORMATS, element, "there is no such format")
    return texts[0].text or ""


def agrees(question: Question, found: Element) -> None:
    """Fail unless a question stands there as it is: what is asked, and what is right."""
    assert words(text_of(found.findall("questiontext")[0])) == " ".join(
        map(said, filter(None, (question.stem, question.excerpt)))
    )
    answers = [(text_of(a), float(a.get("fraction", ""))) for a in found.findall("answer")]
    pairs = [
        (words(text_of(part)), words(text_of(part.findall("answer")[0])))
        for part in found.findall("subquestion")
    ]
    if question.answer_kind is AnswerKind.TEXT:
        assert [(said(text.replace(r"\*", "*"), code=False), grade) for text, grade in answers] == [
            (said(text, code=False), 100.0) for text in question.accepted
        ]
    elif question.answer_kind is AnswerKind.ORDER:
        places = {id_: place for place, id_ in enumerate(question.solution, start=1)}
        assert pairs == [(said(item.text), str(places[item.id])) for item in question.items]
    elif question.answer_kind is AnswerKind.MATCH:
        targets = {target.id: said(target.text) for target in question.targets}
        matched = zip(question.items, question.solution, strict=True)
        assert pairs == [(said(item.text), targets[id_]) for item, id_ in matched]
    else:
        assert [(words(text), grade > 0) for text, grade in answers] == [
            (said(option.text), option.correct) for option in question.options
        ]


def _category(question: Element) -> None:
    need(question.get("type") == "category", question, "no category comes first")
    need({child.tag for child in question} <= {"category", "info", "idnumber"}, question, "more")
    (category,) = question.findall("category")
    need(text_of(category).startswith("$course$/"), question, "the path is of no course")


def _question(question: Element) -> None:
    type_ = question.get("type", "")
    need(type_ in OWN, question, f"the type {type_!r} is not documented")
    tags = [child.tag for child in question]
    need(set(tags) <= COMMON | OWN[type_], question, "an element is not documented")
    once = (COMMON | OWN[type_]) - REPEATED
    need(all(tags.count(tag) == 1 for tag in once), question, "an element is missing or doubled")
    for child in question.iter():
        if child.tag in WITH_TEXT:
            text_of(child)
    for tag in ("name", "questiontext"):
        (child,) = question.findall(tag)
        need(text_of(child).strip(), question, f"<{tag}> is empty")
    need(0 < len(question.findtext("idnumber") or "") <= 100, question, "the idnumber is too long")
    need(question.findtext("hidden") == "0", question, "it is hidden")
    need(all(0 < len(tag) <= 50 for tag in tags_of(question)), question, "a tag is too long")
    {"multichoice": _multichoice, "matching": _matching, "shortanswer": _shortanswer}[type_](
        question
    )


def tags_of(question: Element) -> list[str]:
    """The tags of a question."""
    return [text_of(tag) for tag in question.findall("tags/tag")]


def _multichoice(question: Element) -> None:
    single, shuffle = question.findtext("single"), question.findtext("shuffleanswers")
    need(single in {"true", "false"}, question, "one or several?")
    need(shuffle in {"true", "false"}, question, "shuffled or not?")
    numbering = question.findtext("answernumbering")
    # The page names ABC too, for which Moodle's code has ABCD: these are common to both.
    need(numbering in {"abc", "123", "none"}, question, "no such numbering")
    grades = list(_grades(question))
    need(len(grades) >= 2, question, "there is nothing to choose from")
    right = [grade for grade in grades if grade > 0]
    if single == "true":
        need(right == [100.0] and min(grades) == 0, question, "not one is right")
    else:
        need(abs(sum(right) - 100) < 0.001, question, "the right ones do not make 100%")


def _matching(question: Element) -> None:
    need(question.findtext("shuffleanswers") in {"true", "false"}, question, "shuffled or not?")
    parts = question.findall("subquestion")
    need(len(parts) >= 2, question, "there are fewer than two to match")
    for part in parts:
        need(text_of(part).strip(), question, "there is nothing to match")
        (answer,) = part.findall("answer")
        need(text_of(answer).strip(), question, "there is nothing to match it with")
    need(len({text_of(part.findall("answer")[0]) for part in parts}) >= 3, question, "too few")


def _shortanswer(question: Element) -> None:
    need(question.findtext("usecase") in {"0", "1"}, question, "do capitals count?")
    need(100.0 in list(_grades(question)), question, "no answer is right")
    need(all(text_of(a).strip() for a in question.findall("answer")), question, "one is empty")


def _grades(question: Element) -> Iterator[float]:
    for answer in question.findall("answer"):
        (feedback,) = answer.findall("feedback")
        text_of(feedback)
        grade = float(answer.get("fraction", "nan"))
        need(abs(grade) in GRADES, question, f"Moodle has no grade of {grade}%")
        yield grade
