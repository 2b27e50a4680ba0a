"""The library: finding techniques, reading one, and what is wrong with the files."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from quiz.content.catalogue import Catalogue
from quiz.content.markdown import file_name, write_technique
from quiz.content.technique import Reference, Section, Technique
from quiz.db.base import begin_writing, db
from quiz.questions.generator import cards_of
from quiz.questions.scope import Scope
from quiz.services import learners, study
from quiz.web.library.paging import PAGE_SIZE, Page
from tests import factories
from tests.catalogues import starter
from tests.conftest import CountQueries
from tests.web.conftest import Clock, MakeApp
from tests.web.visitor import Page as WebPage
from tests.web.visitor import Visitor

POWERSHELL = "/library/enterprise-attack/T1059.001"


def put(root: Path, techniques: Iterable[Technique], **about: Any) -> Path:
    """Write a collection of technique files, and say what it is."""
    root.mkdir(parents=True)
    tactics = [{"short_name": t.short_name, "name": t.name} for t in factories.TACTICS]
    about = {"domain": "enterprise-attack", "release": "1.0", "tactics": tactics, **about}
    (root / "collection.json").write_text(json.dumps(about), encoding="utf-8")
    for technique in techniques:
        (root / file_name(technique)).write_text(write_technique(technique), encoding="utf-8")
    return root


def visit(make_app: MakeApp, folder: Path) -> Visitor:
    return Visitor(make_app(TECHNIQUES_DIR=folder).test_client())


def shown(page: WebPage) -> list[str]:
    """The IDs of the techniques that a page lists, in order."""
    path = "/library/enterprise-attack/"
    hrefs = (a["href"] for a in page.links if a.get("class") == "technique-row-name")
    return [href.removeprefix(path) for href in hrefs]


def rate(app: Flask, clock: Clock, attack_id: str, rating: int, times: int = 1) -> None:
    """Rate the first card of a technique of the starter, on as many days."""
    with app.app_context():
        catalogue = app.extensions["techniques"].load().catalogue
        learner = learners.local_learner(db.session, now=clock())
        db.session.commit()
        begin_writing(db.session)
        technique = catalogue.find(attack_id)
        key, _ = next(iter(cards_of(technique, catalogue)))
        for sequence in range(1, times + 1):
            study.rate(
                db.session,
                learner,
                catalogue,
                key,
                rating,
                sequence=sequence,
                duration_ms=1000,
                now=clock(),
            )
            if sequence < times:
                clock.forward(days=sequence)
        db.session.commit()


def test_every_technique_is_listed_once_over_the_pages(visitor: Visitor) -> None:
    page = visitor.read("/library/")
    found = shown(page)
    assert f"{len(starter())} techniques · showing 1 to 50" in page.words
    while any(link.get("rel") == "next" for link in page.links):
        page = visitor.read(page.link(rel="next"))
        found += shown(page)
    assert found == [technique.attack_id for technique in starter()]
    assert shown(visitor.read("/library/?page=999")) == shown(page)


@pytest.mark.parametrize(
    ("query", "first"),
    [("t1059.001", "T1059.001"), ("powershell", "T1059.001"), ("Valid Accounts", "T1078")],
)
def test_a_technique_is_found_by_id_and_by_name(visitor: Visitor, query: str, first: str) -> None:
    assert shown(visitor.read(f"/library/?q={query}"))[0] == first


def test_a_technique_is_found_by_words_of_its_text(visitor: Visitor) -> None:
    wanted = {t.attack_id for t in starter() if "4104" in t.description + t.detection}
    assert "T1059.001" in wanted
    assert set(shown(visitor.read("/library/?q=4104"))) == wanted


@pytest.mark.parametrize(
    "scope",
    [
        Scope(tactics=("persistence",)),
        Scope(platforms=("Linux",)),
        Scope(difficulties=("very hard",)),
        Scope(tactics=("discovery",), platforms=("Windows",), difficulties=("moderate",)),
    ],
)
def test_filters_leave_what_a_scope_of_the_same_name_selects(
    visitor: Visitor, scope: Scope
) -> None:
    page = visitor.read(f"/library/?{scope.query}")
    wanted = [technique.attack_id for technique in scope.select(starter())]
    assert shown(page) == wanted[:PAGE_SIZE]
    assert f"{len(wanted)} technique" in page.words
    assert page.link(href=f"/study/?{scope.query}")
    assert page.link(href=f"/quiz/?{scope.query}")


def test_what_was_chosen_stays_chosen_on_the_next_page(visitor: Visitor) -> None:
    first = visitor.read("/library/?q=e&platforms=Windows")
    assert '<option selected value="Windows">' in first.html
    second = visitor.read(first.link(rel="next"))
    assert '<option selected value="Windows">' in second.html
    assert 'value="e"' in second.html
    assert not set(shown(first)) & set(shown(second))


@pytest.mark.parametrize("query", ["tactics=gardening", "platforms=", "page=x", "q=%00&page=-4"])
def test_values_that_make_no_sense_leave_the_list_whole(visitor: Visitor, query: str) -> None:
    page = visitor.read(f"/library/?{query}")
    assert page.status == 200
    assert "Any tactic" in page.html


def test_a_search_that_finds_nothing_says_so_and_leads_out(visitor: Visitor) -> None:
    page = visitor.read("/library/?q=xyzzy&tactics=impact")
    assert "No technique found" in page.words
    assert "“xyzzy”" in page.words
    assert page.link(href="/library/?q=xyzzy")
    assert page.link(href="/library/")


def test_a_query_is_shown_as_text(visitor: Visitor) -> None:
    assert "<b>x" not in visitor.read("/library/?q=<b>x").html


def test_the_list_says_how_well_each_technique_is_known(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    rate(app, clock, "T1059.001", 3)
    assert "Learning" in visitor.read("/library/?q=T1059.001").words
    assert "Not met" in visitor.read("/library/?q=T1003.001").words


def test_the_list_takes_as_many_queries_however_much_was_studied(
    app: Flask, visitor: Visitor, clock: Clock, count_queries: CountQueries
) -> None:
    visitor.read("/library/")
    with count_queries() as before:
        visitor.read("/library/")
    for technique in starter().techniques[:30]:
        rate(app, clock, technique.attack_id, 3)
    with count_queries() as after:
        visitor.read("/library/")
    assert len(after) == len(before) <= 4


def test_domains_are_kept_apart(make_app: MakeApp, tmp_path: Path) -> None:
    everything = factories.invented()
    put(tmp_path / "root" / "desk", everything, name="desk")
    pocket = [
        replace(t, stix_id=factories.stix_id(f"M{t.attack_id}"), name=f"Pocket {t.name}")
        for t in everything[:3]
    ]
    put(tmp_path / "root" / "pocket", pocket, name="pocket", domain="mobile-attack")
    visitor = visit(make_app, tmp_path / "root")
    page = visitor.read("/library/")
    assert "Enterprise 24 techniques Mobile 3 techniques" in page.words
    assert "24 techniques All for Anki" in page.words
    mobile = visitor.read("/library/?domain=mobile-attack")
    assert "Pocket Parcel Drop" in mobile.words
    assert "Looking Around" not in mobile.html.partition("<footer")[0]
    # A search in one domain says what there is in the other.
    nothing = visitor.read("/library/?q=pocket")
    assert visitor.read(nothing.link(href="/library/?domain=mobile-attack&q=pocket")).status == 200
    assert "3 techniques in Mobile" in nothing.words
    # The same ID is another technique in each.
    assert "Pocket" in visitor.read("/library/mobile-attack/T9001").words
    assert "Pocket" not in visitor.read("/library/enterprise-attack/T9001").words


def test_a_page_of_a_list_knows_its_place() -> None:
    techniques = factories.invented()[:1] * (PAGE_SIZE * 9 + 1)
    assert Page.of(techniques, 1).numbers == (1, 2, None, 10)
    assert Page.of(techniques, 5).numbers == (1, None, 4, 5, 6, None, 10)
    last = Page.of(techniques, 99)
    assert (last.number, last.first_item, last.last_item) == (10, 451, 451)
    assert Page.of([], 1).numbers == (1,)


# A technique


def test_a_technique_shows_everything_its_file_says(visitor: Visitor) -> None:
    technique = starter().find("T1059.001")
    assert technique
    page = visitor.read(POWERSHELL)
    assert "Command and Scripting Interpreter: PowerShell T1059.001" in page.words
    for fact in (*starter().tactic_names(technique), *technique.platforms):
        assert fact in page.words
    assert ", ".join(technique.data_sources) in page.words
    for heading in ("Description", "Detection", "External references", "Family", "Related"):
        assert heading in page.words
    assert technique.path in page.words
    assert page.link(href="https://attack.mitre.org/techniques/T1059/001")


def test_a_technique_leads_to_its_family_and_to_related_ones_both_ways(visitor: Visitor) -> None:
    technique = starter().find("T1059.001")
    assert technique
    page = visitor.read(POWERSHELL)
    hrefs = {link["href"] for link in page.links}
    linked = (
        *starter().family(technique),
        *starter().links_from(technique),
        *starter().links_to(technique),
    )
    assert {f"/library/enterprise-attack/{other.attack_id}" for other in linked} <= hrefs
    assert "Its text points to" in page.words
    assert "Mentioned by" in page.words


def test_links_in_the_text_lead_to_our_own_pages(visitor: Visitor) -> None:
    text = visitor.read(POWERSHELL).html.partition('id="section-1"')[2].partition("<section")[0]
    assert 'href="/library/enterprise-attack/' in text
    assert "attack.mitre.org" not in text


def test_the_difficulty_comes_with_its_sentence_and_whether_it_is_stated(
    visitor: Visitor,
) -> None:
    catalogue: Catalogue = starter()
    for stated, words in ((True, "Stated: the text says so itself."), (False, "Inferred from")):
        technique = next(t for t in catalogue if catalogue.difficulty(t).stated is stated)
        page = visitor.read(f"/library/enterprise-attack/{technique.attack_id}")
        assert words in page.words
        sentence = catalogue.difficulty(technique).evidence[0].replace("`", "")
        assert sentence in page.words.replace(" ,", ",")


@pytest.mark.parametrize(
    "address", ["enterprise-attack/T9999", "mobile-attack/T1059", "enterprise-attack/<b>"]
)
def test_a_technique_that_is_not_there_is_not_found(visitor: Visitor, address: str) -> None:
    assert visitor.read(f"/library/{address}").status == 404


def test_a_technique_not_met_says_how_many_cards_wait(visitor: Visitor) -> None:
    technique = starter().find("T1059.001")
    assert technique
    cards = sum(kind.flashcard for _, kind in cards_of(technique, starter()))
    words = visitor.read(POWERSHELL).words
    assert f"You have not met this technique yet. {cards} cards wait for you." in words


def test_a_technique_says_what_is_remembered_of_each_card(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    rate(app, clock, "T1059.001", 4, times=3)
    clock.forward(days=1)
    words = visitor.read(POWERSHELL).words
    assert "You have met 1 of" in words
    assert "you would remember about" in words
    assert "Tactic 9" in words
    assert "in " in words.partition("Tactic 9")[2][:20]
    assert "not met yet" in words


def test_practising_a_technique_serves_its_cards_due_or_not(
    app: Flask, visitor: Visitor, clock: Clock
) -> None:
    rate(app, clock, "T1059.001", 4, times=2)
    card = visitor.send(visitor.read(POWERSHELL), "/study/queue")
    technique = starter().find("T1059.001")
    assert technique
    assert card.path.startswith(f"/study/{technique.stix_id}/tactic")
    assert "techniques=T1059.001" in card.path


def test_a_quiz_on_a_technique_asks_about_nothing_else(visitor: Visitor) -> None:
    page = visitor.read(POWERSHELL)
    question = visitor.send(page, "/quiz/")
    assert "Question 1 of" in question.words
    assert visitor.send(page, "/quiz/").path == question.path  # pressed twice, one quiz
    assert "T1059.001 0 of" in visitor.read("/quiz/").words


def test_a_hostile_text_is_shown_harmless(make_app: MakeApp, tmp_path: Path) -> None:
    hostile = factories.technique(
        "T9500",
        "<script>alert(1)</script> & Co",
        description="<img src=x onerror=alert(1)> [click](javascript:alert(1))"
        " ![pixel](https://example.org/pixel.png) <script>alert(1)</script>",
        platforms="Windows",
        url="https://wiki.example/T9500",
        references=(Reference(name="<b>Book</b>", url="https://example.org/?a=1&b=2"),),
        sections=(Section(heading="Mitigations", body="- <iframe src=https://example.org>"),),
        data_sources="<i>Disk</i>",
    )
    put(tmp_path / "root" / "own", [hostile], name="own")
    visitor = visit(make_app, tmp_path / "root")
    for address in ("/library/", "/library/enterprise-attack/T9500", "/library/problems"):
        page = visitor.read(address)
        body = page.html.partition("<main")[2]
        assert page.status == 200
        for bad in ("<script", "<img", "<iframe", 'href="javascript', "<b>", "<i>"):
            assert bad not in body, (address, bad)
    assert "wiki.example" in visitor.read("/library/enterprise-attack/T9500").words


def test_a_technique_with_the_least_a_file_can_hold_has_a_page(
    make_app: MakeApp, tmp_path: Path
) -> None:
    bare = factories.technique("T9500", "Bare", description="Nothing more.", platforms="Windows")
    put(tmp_path / "root" / "own", [bare], name="own")
    words = visit(make_app, tmp_path / "root").read("/library/enterprise-attack/T9500").words
    assert "The file says nothing about detecting it." in words
    assert "Family" not in words


# The files


def test_files_that_are_all_fine_are_said_to_be(visitor: Visitor) -> None:
    page = visitor.read("/library/problems")
    assert "All files are fine" in page.words
    assert page.link(href="/library/")


def test_every_file_left_out_is_named_with_its_line_and_what_to_do(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder = put(tmp_path / "root" / "own", factories.invented(), name="own")
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")
    visitor = visit(make_app, tmp_path / "root")
    page = visitor.read("/library/")
    assert "1 file could not be read" in page.words
    problems = visitor.read(page.link(href="/library/problems"))
    assert "1 file left out" in problems.words
    assert "own/bad.md:1" in problems.words
    assert "begin the file with a line" in problems.words
    (folder / "bad.md").unlink()
    assert "left out" not in visitor.read("/library/problems").words


def test_retired_techniques_are_listed_with_the_reason_and_have_no_page(
    make_app: MakeApp, tmp_path: Path
) -> None:
    old = factories.technique("T9700", "Gone Away", description="Once.", platforms="Linux")
    put(
        tmp_path / "root" / "own",
        [*factories.invented(), old],
        name="own",
        revoked={old.stix_id: factories.stix_id("T9001")},
    )
    visitor = visit(make_app, tmp_path / "root")
    page = visitor.read("/library/problems")
    assert "1 retired technique" in page.words
    assert "Gone Away T9700" in page.words
    assert "evoked" in page.words
    assert visitor.read("/library/enterprise-attack/T9700").status == 404


def test_a_library_without_techniques_says_what_to_do(make_app: MakeApp, tmp_path: Path) -> None:
    folder = put(tmp_path / "root" / "own", [], name="own")
    visitor = visit(make_app, tmp_path / "root")
    assert "No techniques yet" in visitor.read("/library/").words
    (folder / "bad.md").write_text("no front matter", encoding="utf-8")
    page = visitor.read("/library/")
    assert "See why 1 file could not be read" in page.words


def test_the_cards_shown_can_be_taken_to_anki(
    client: FlaskClient, visitor: Visitor, clock: Clock
) -> None:
    page = visitor.read("/library/?tactics=persistence")
    assert "These for Anki" in page.words
    (address,) = (link["href"] for link in page.links if "/anki" in link["href"])
    response = client.get(address)
    assert "tradecraft-persistence.apkg" in response.headers["Content-Disposition"]
    with ZipFile(BytesIO(response.data)) as package:
        assert package.namelist() == ["collection.anki2", "media"]
        assert package.testzip() is None
    clock.forward(days=1)
    assert client.get(address).data == response.data


def test_nothing_to_take_to_anki_is_said_and_the_filters_stay(visitor: Visitor) -> None:
    page = visitor.read("/library/anki?tactics=persistence&platforms=PRE")
    assert "There is no card to export here" in page.words
    assert re.search(r'<option selected value="persistence"', page.html)
