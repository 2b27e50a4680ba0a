"""Progress: the matrix with what is remembered, totals, days, and each tactic in figures."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from quiz.content.markdown import file_name, write_technique
from quiz.db.base import begin_writing, db
from quiz.learning.knowledge import Knowledge
from quiz.learning.setup import Setup
from quiz.questions.scope import Scope
from quiz.services import starting
from quiz.services.deck import Flashcards
from quiz.web.context import current_learner
from quiz.web.progress.views import Summary
from tests import factories
from tests.catalogues import attack_markdown, starter
from tests.conftest import CountQueries
from tests.web.conftest import Clock, MakeApp
from tests.web.visitor import Page, Visitor

DOMAIN = "enterprise-attack"
LEARNED, FORGOTTEN = 4, 1


def study_cards(visitor: Visitor, number: int, rating: int = LEARNED) -> None:
    for _ in range(number):
        front = visitor.read("/study/")
        visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=rating)


def column(page: Page, tactic: str) -> str:
    """The HTML of one tactic of the matrix."""
    return page.html.partition(f'id="show-{tactic}"')[2].partition('class="tactic-switch"')[0]


def total(page: Page, label: str) -> str:
    """What the page says of one of the totals: the figure, with its note right behind."""
    entry = page.html.partition(f"<dt>{label}</dt>")[2].partition("</div>")[0]
    return re.sub(r"<[^>]*>", "", entry)


@pytest.fixture
def two_domains(make_app: MakeApp, tmp_path: Path) -> Visitor:
    """Someone at an app with the invented techniques, and three more for phones."""
    desk = factories.invented()
    pocket = [
        replace(t, stix_id=factories.stix_id(f"M{t.attack_id}"), name=f"Pocket {t.name}")
        for t in desk[:3]
    ]
    tactics = [{"short_name": t.short_name, "name": t.name} for t in factories.TACTICS]
    for name, domain, techniques in (("a", DOMAIN, desk), ("b", "mobile-attack", pocket)):
        folder = tmp_path / "techniques" / name
        folder.mkdir(parents=True)
        about = {"name": name, "domain": domain, "release": "1.0", "tactics": tactics}
        (folder / "collection.json").write_text(json.dumps(about), encoding="utf-8")
        for technique in techniques:
            text = write_technique(technique)
            (folder / file_name(technique)).write_text(text, encoding="utf-8")
    return Visitor(make_app(TECHNIQUES_DIR=tmp_path / "techniques").test_client())


def test_a_newcomer_sees_the_matrix_to_come_and_where_to_start(visitor: Visitor) -> None:
    page = visitor.read("/progress/")
    assert "<title>Progress · Tradecraft</title>" in page.html
    assert "Nothing to measure yet" in page.words
    assert f"Not met {len(starter())}" in page.words
    assert page.link(href="/study/", **{"class": "btn btn-primary"})
    for later in ("In total", "Last 14 days", "By tactic"):
        assert later not in page.words


def test_tactics_come_in_matrix_order_with_all_their_techniques(visitor: Visitor) -> None:
    page = visitor.read("/progress/")
    tactics = starter().tactics(DOMAIN)
    places = [page.html.index(f'id="show-{tactic.short_name}"') for tactic in tactics]
    assert places == sorted(places)
    for tactic in tactics:
        html = column(page, tactic.short_name)
        techniques = starter().in_tactic(DOMAIN, tactic.short_name)
        assert html.count('<div class="cell') == len(techniques)
        for technique in techniques:
            assert f'href="/library/{DOMAIN}/{technique.attack_id}"' in html


def test_sub_techniques_are_folded_below_their_parent(visitor: Visitor) -> None:
    html = column(visitor.read("/progress/"), "execution")
    parent = html.index("/T1059")
    fold = html.index("<details><summary>4 sub-techniques</summary>", parent)
    assert parent < fold < html.index("/T1059.001") < html.index("</details>", fold)


def test_a_cell_is_coloured_and_labelled_by_what_is_remembered(visitor: Visitor) -> None:
    study_cards(visitor, 1)
    page = visitor.read("/progress/")
    assert 'class="cell cell-strong"><a' in page.html
    assert "Strong 1" in page.words
    assert f"Not met {len(starter()) - 1}" in page.words


def test_what_was_learned_fades_until_it_is_reviewed(visitor: Visitor, clock: Clock) -> None:
    study_cards(visitor, 1)
    clock.forward(days=200)
    words = visitor.read("/progress/").words
    assert "Strong 0 Fair 0 Fading 1 Learning 0" in words


def test_totals_count_what_was_done(visitor: Visitor, clock: Clock) -> None:
    study_cards(visitor, 3)
    clock.forward(days=1)
    study_cards(visitor, 1, FORGOTTEN)
    page = visitor.read("/progress/")
    catalogue = visitor.client.application.extensions["techniques"].load().catalogue
    assert total(page, "cards met") == f"4of {len(catalogue.once(Flashcards).cards):,}"
    assert total(page, "days in a row") == "2"
    assert total(page, "reviews") == "4"
    assert total(page, "quiz answers") == "0"


def test_quiz_answers_count_with_the_share_that_was_right(visitor: Visitor) -> None:
    app = visitor.client.application
    with app.test_request_context():
        learner = current_learner()
        begin_writing(db.session)
        attempt = starting.start(
            db.session,
            learner,
            starter(),
            setup=Setup(scope=Scope(kinds=("tactic",)), length=2),
            seed=1,
            token="progress",
            now=app.config["NOW"](),
        )
        db.session.commit()
    question = visitor.read(f"/quiz/{attempt.id}/1")
    chosen = question.html.partition('name="chosen" value="')[2].partition('"')[0]
    visitor.send(question, f"/quiz/{attempt.id}/1", chosen=chosen)
    page = visitor.read("/progress/")
    assert total(page, "quiz answers") in {"10% right", "1100% right"}
    assert "Nothing to measure yet" not in page.words


def test_every_day_is_there_as_a_bar_and_in_figures(visitor: Visitor, clock: Clock) -> None:
    study_cards(visitor, 2)
    clock.forward(days=1)
    study_cards(visitor, 1, FORGOTTEN)
    words = visitor.read("/progress/").words
    assert "Last 14 days" in words
    assert "Wed 11 Mar: 2 done, 2 right" in words
    assert "Thu 12 Mar: 1 done, 0 right" in words
    html = visitor.read("/progress/").html
    row = '<th scope="row">Wed 11 Mar</th><td>2</td><td>2</td><td>0</td><td>0</td>'
    assert row in html


def test_each_tactic_is_summed_up_and_can_be_studied(visitor: Visitor) -> None:
    study_cards(visitor, 10)
    page = visitor.read("/progress/")
    for tactic in starter().tactics(DOMAIN):
        techniques = starter().in_tactic(DOMAIN, tactic.short_name)
        met = column(page, tactic.short_name).count("Strong</span>")
        row = page.words.partition("By tactic")[2].partition(tactic.name)[2]
        assert row.startswith(f" {met} of {len(techniques)} {met}000{len(techniques) - met} Study")
        assert page.link(href=f"/study/?tactics={tactic.short_name}")


def test_a_bar_is_filled_by_levels_in_order() -> None:
    levels = [Knowledge.NOT_MET, Knowledge.STRONG, Knowledge.FADING, Knowledge.STRONG]
    summary = Summary.of(levels)
    assert (summary.met, summary.total) == (3, 4)
    assert [(s.level, s.count, s.start, s.width) for s in summary.shares if s.count] == [
        (Knowledge.STRONG, 2, 0, 50),
        (Knowledge.FADING, 1, 50, 25),
        (Knowledge.NOT_MET, 1, 75, 25),
    ]
    assert Summary.of([]).total == 0


def test_a_technique_of_several_tactics_counts_once_in_the_legend(two_domains: Visitor) -> None:
    page = two_domains.read("/progress/")
    cells = page.html.count('<div class="cell')
    assert cells > len(factories.invented())
    assert f"Not met {len(factories.invented())}" in page.words


def test_each_domain_has_its_own_matrix(two_domains: Visitor) -> None:
    page = two_domains.read("/progress/")
    assert "Enterprise matrix" in page.words
    assert "Pocket" not in page.words
    mobile = two_domains.read(page.link(href="/progress/?domain=mobile-attack"))
    assert "Mobile matrix" in mobile.words
    assert "Not met 3" in mobile.words
    assert "Pocket Parcel Drop" in mobile.words
    assert mobile.link(href="/progress/?domain=mobile-attack", **{"aria-current": "page"})


def test_with_one_domain_there_is_nothing_to_switch(visitor: Visitor) -> None:
    assert "?domain=" not in visitor.read("/progress/").html


def test_a_domain_that_is_not_there_gives_the_first(visitor: Visitor) -> None:
    page = visitor.read("/progress/?domain=%3Cb%3E")
    assert page.status == 200
    assert "Enterprise matrix" in page.words


def test_without_any_technique_it_says_what_to_do(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    page = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "empty").test_client()).read("/progress/")
    assert page.status == 200
    assert "There is nothing to learn yet" in page.words


def test_its_number_of_queries_does_not_grow(visitor: Visitor, count_queries: CountQueries) -> None:
    study_cards(visitor, 1)
    with count_queries() as few:
        visitor.read("/progress/")
    study_cards(visitor, 9)
    with count_queries() as many:
        visitor.read("/progress/")
    assert len(many) == len(few) < 12


def test_hundreds_of_techniques_make_a_small_page_in_as_many_queries(
    make_app: MakeApp, visitor: Visitor, count_queries: CountQueries, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "attack").symlink_to(attack_markdown(), target_is_directory=True)
    many = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "real").test_client())
    for reader in (many, visitor):
        reader.read("/progress/")
    with count_queries() as starter_queries:
        visitor.read("/progress/")
    with count_queries() as queries:
        page = many.read("/progress/")
    assert len(queries) == len(starter_queries)
    assert page.html.count('<div class="cell') > 650
    assert len(page.html) < 300_000
