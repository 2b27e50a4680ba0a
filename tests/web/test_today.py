"""The first page: useful on the first visit, and on every later one."""

from pathlib import Path

from tests.conftest import CountQueries
from tests.web.conftest import Clock, MakeApp
from tests.web.visitor import Visitor


def study_cards(visitor: Visitor, number: int, rating: int) -> None:
    for _ in range(number):
        front = visitor.read("/study/")
        visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=rating)


def test_the_very_first_visit_explains_and_starts_at_once(visitor: Visitor) -> None:
    page = visitor.read("/")
    assert page.status == 200
    assert "<title>Today · Tradecraft</title>" in page.html
    assert "Start with 10 cards" in page.words
    assert any(link["href"] == "/study/" for link in page.links)


def test_after_some_cards_it_says_what_is_left_and_what_was_missed(visitor: Visitor) -> None:
    study_cards(visitor, 2, rating=4)
    study_cards(visitor, 1, rating=1)
    page = visitor.read("/")
    assert "8 cards to study" in page.words
    assert "Study 8 cards" in page.words
    assert "Recently missed" in page.words
    assert "Wed 11 Mar: 3 done, 2 right" in page.words
    assert "Techniques met" in page.words


def test_with_nothing_due_it_says_until_when(visitor: Visitor) -> None:
    study_cards(visitor, 10, rating=4)
    page = visitor.read("/")
    assert "All done for now" in page.words
    assert "The next review is in" in page.words
    assert "Take a quiz" in page.words


def test_days_in_a_row_are_counted_by_study_days(visitor: Visitor, clock: Clock) -> None:
    study_cards(visitor, 1, rating=3)
    clock.forward(days=1)
    study_cards(visitor, 1, rating=3)
    assert "2 days in a row" in visitor.read("/").words


def test_it_says_how_many_reviews_wait_for_a_card_of_their_technique(
    visitor: Visitor, clock: Clock
) -> None:
    scope = "techniques=T1059.001&kinds={}"
    for kind in ("description", "tactic", "detection"):
        front = visitor.read(f"/study/?{scope.format(kind)}")
        visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating=4)
        clock.forward(days=1)
    clock.forward(days=30)
    said = "wait for another day: of each technique, one card comes a day."
    assert f"2 more reviews are due and {said}" in visitor.read("/").words
    assert f"3 reviews are due 2 of them {said}" in visitor.read("/study/breaks").words


def test_a_missed_technique_can_be_practised_from_here(visitor: Visitor) -> None:
    study_cards(visitor, 1, rating=1)
    page = visitor.send(visitor.read("/"), "/study/queue")
    assert page.path.startswith("/study/attack-pattern--")
    assert "Practicing" in page.words


def test_without_any_technique_it_says_what_to_do(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    visitor = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "empty").test_client())
    for address in ("/", "/study/"):
        page = visitor.read(address)
        assert page.status == 200
        assert "There is nothing to learn yet" in page.words
        assert str(tmp_path / "empty") in page.words


def test_the_footer_names_what_is_taught_and_mitre(visitor: Visitor) -> None:
    html = " ".join(visitor.read("/").html.split())
    assert "<strong>Starter collection 18.1</strong>" in html
    assert "ATT&amp;CK is a registered trademark of The MITRE Corporation" in html


def test_left_out_files_are_counted_on_every_page(make_app: MakeApp, tmp_path: Path) -> None:
    folder = tmp_path / "techniques" / "own"
    folder.mkdir(parents=True)
    (folder / "broken.md").write_text("no front matter", encoding="utf-8")
    page = Visitor(make_app(TECHNIQUES_DIR=tmp_path / "techniques").test_client()).read("/")
    assert "1 file left out" in page.html
    assert any(link["href"] == "/library/problems" for link in page.links)


def test_its_number_of_queries_does_not_grow(visitor: Visitor, count_queries: CountQueries) -> None:
    study_cards(visitor, 1, rating=1)
    with count_queries() as few:
        visitor.read("/")
    study_cards(visitor, 6, rating=1)
    with count_queries() as many:
        visitor.read("/")
    assert len(many) == len(few) < 28
