"""Scopes: what they select, and that a URL carries them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from quiz.content.catalogue import Catalogue, domain_name
from quiz.questions.scope import Scope
from tests import factories
from tests.catalogues import starter

values = st.lists(st.text(min_size=1, max_size=12), max_size=4, unique=True).map(tuple)


@given(tactics=values, platforms=values, techniques=values, kinds=values)
def test_a_scope_survives_its_query_string(
    tactics: tuple[str, ...],
    platforms: tuple[str, ...],
    techniques: tuple[str, ...],
    kinds: tuple[str, ...],
) -> None:
    scope = Scope(tactics=tactics, platforms=platforms, techniques=techniques, kinds=kinds)
    assert Scope.from_query(scope.query) == scope


def test_an_empty_scope_leaves_everything_in() -> None:
    catalogue = starter()
    assert Scope().select(catalogue) == catalogue.techniques
    assert Scope().query == ""


def test_fields_narrow_each_other_and_values_widen() -> None:
    catalogue = starter()
    windows = Scope(platforms=("Windows",)).select(catalogue)
    two = Scope(platforms=("Windows",), tactics=("execution", "impact")).select(catalogue)
    assert 0 < len(two) < len(windows)
    assert all({"execution", "impact"} & set(t.tactics) for t in two)


def test_a_level_selects_techniques_of_that_difficulty() -> None:
    catalogue = starter()
    chosen = Scope(difficulties=("very hard",)).select(catalogue)
    assert chosen
    assert {str(catalogue.difficulty(t).level) for t in chosen} == {"very hard"}


def test_cards_are_of_the_kinds_in_scope_only() -> None:
    catalogue = starter()
    cards = list(Scope(techniques=("T1059.001",), kinds=("tactic", "attack-id")).cards(catalogue))
    assert [(str(t.attack_id), k.slug) for t, k in cards] == [
        ("T1059.001", "tactic"),
        ("T1059.001", "attack-id"),
    ]


def test_values_that_nothing_has_select_nothing() -> None:
    assert Scope(tactics=("nonsense",)).select(starter()) == ()


# Domains


def two_domains() -> Catalogue:
    """The invented techniques, and three for phones whose tactics are called the same."""
    phones = [
        replace(t, stix_id=factories.stix_id(f"M{t.attack_id}"), domain="mobile-attack")
        for t in factories.invented()[:3]
    ]
    return factories.catalogue_of([*factories.invented(), *phones])


def test_a_tactic_with_its_domain_leaves_its_namesakes_out() -> None:
    catalogue = two_domains()
    everywhere = Scope(tactics=("arrival",)).select(catalogue)
    assert {t.domain for t in everywhere} == {"enterprise-attack", "mobile-attack"}
    phones = Scope(tactics=("mobile-attack:arrival",)).select(catalogue)
    assert phones == catalogue.in_tactic("mobile-attack", "arrival")
    both = Scope(tactics=("mobile-attack:arrival", "enterprise-attack:covering-up"))
    assert set(both.select(catalogue)) == {
        *phones,
        *catalogue.in_tactic("enterprise-attack", "covering-up"),
    }


def test_a_tactic_is_told_apart_within_the_domains_of_the_scope() -> None:
    catalogue = two_domains()
    apart = Scope(tactics=("arrival", "nonsense")).told_apart(catalogue)
    assert apart.tactics == ("enterprise-attack:arrival", "mobile-attack:arrival", "nonsense")
    assert Scope(tactics=apart.tactics).told_apart(catalogue).tactics == apart.tactics
    phones = Scope(domains=("mobile-attack",), tactics=("arrival",))
    assert phones.told_apart(catalogue).tactics == ("mobile-attack:arrival",)
    assert phones.told_apart(catalogue).select(catalogue) == phones.select(catalogue)


def test_domains_are_named_as_people_do() -> None:
    names = [domain_name(d) for d in ("enterprise-attack", "ics-attack", "our-own")]
    assert names == ["Enterprise", "ICS", "Our Own"]
