"""Domains side by side: what is called the same in two of them is never mixed up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from quiz.content.markdown import file_name, write_technique
from quiz.content.technique import Technique
from tests import factories
from tests.factories import DOMAIN, link
from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor

PHONES = "mobile-attack"


@pytest.fixture
def app(make_app: MakeApp, tmp_path: Path) -> Flask:
    """An app with the invented techniques, and seven more for phones with the same tactics."""
    desk = factories.invented()
    pocket = [
        replace(
            t,
            stix_id=factories.stix_id(f"M{t.attack_id}"),
            attack_id=type(t.attack_id)(f"T8{t.attack_id[2:]}"),
            url=t.url.replace("T9", "T8"),
            name=f"Pocket {t.name}",
            description=f"{t.description} It needs {link('T9018', 'a sweep')}.",
        )
        for t in desk[:7]
    ]
    put(tmp_path / "techniques" / "desk", desk, DOMAIN)
    put(tmp_path / "techniques" / "pocket", pocket, PHONES)
    return make_app(TECHNIQUES_DIR=tmp_path / "techniques")


def put(folder: Path, techniques: list[Technique] | tuple[Technique, ...], domain: str) -> None:
    folder.mkdir(parents=True)
    tactics = [{"short_name": t.short_name, "name": t.name} for t in factories.TACTICS]
    about = {"domain": domain, "release": "1.0", "tactics": tactics}
    (folder / "collection.json").write_text(json.dumps(about), encoding="utf-8")
    for technique in techniques:
        (folder / file_name(technique)).write_text(write_technique(technique), encoding="utf-8")


def test_the_builder_offers_each_domains_tactics_apart(visitor: Visitor) -> None:
    page = visitor.read("/quiz/")
    assert "Enterprise tactics any" in page.words
    assert "Mobile tactics any" in page.words
    assert 'value="mobile-attack:arrival"' in page.html
    assert 'value="enterprise-attack:arrival"' in page.html
    assert 'value="arrival"' not in page.html


def test_a_link_that_names_a_tactic_of_one_domain_chooses_that_domains(visitor: Visitor) -> None:
    html = visitor.read(f"/quiz/?tactics=arrival&domains={PHONES}").html
    assert 'value="mobile-attack:arrival" checked' in html
    assert 'value="enterprise-attack:arrival" checked' not in html


def test_a_quiz_on_one_domains_tactic_is_named_by_both(visitor: Visitor) -> None:
    builder = visitor.read("/quiz/")
    visitor.send(builder, "/quiz/", tactics=f"{PHONES}:arrival", length="5", start="1")
    assert "Arrival (Mobile)" in visitor.read("/quiz/").words


def test_counting_keeps_tactics_of_one_name_apart(visitor: Visitor) -> None:
    def cards(query: str) -> int:
        found: int = visitor.client.get(f"/quiz/count?{query}").get_json()["cards"]
        return found

    both, desk, phones = (
        cards(f"tactics={tactic}")
        for tactic in ("arrival", f"{DOMAIN}:arrival", f"{PHONES}:arrival")
    )
    assert 0 < phones < desk
    assert both == desk + phones


def test_studying_a_tactic_of_one_domain_is_named_by_both(visitor: Visitor) -> None:
    page = visitor.read(f"/study/?tactics={PHONES}:arrival")
    assert "Practicing Arrival (Mobile)" in page.words


def test_the_matrix_leads_to_its_own_domains_cards(visitor: Visitor) -> None:
    front = visitor.read("/study/")
    visitor.send(visitor.read(front.link(id="reveal")), "/rating", rating="3")
    page = visitor.read(f"/progress/?domain={PHONES}")
    assert "In total all domains together" in page.words
    assert page.link(href=f"/study/?tactics=arrival&domains={PHONES}")


def test_a_text_that_points_to_another_domain_leads_there(visitor: Visitor) -> None:
    page = visitor.read(f"/library/{PHONES}/T8001")
    assert page.link(href=f"/library/{DOMAIN}/T9018")
