"""Pairs as a query string names them."""

from urllib.parse import parse_qs, urlencode

from quiz.questions.pairs import Pair, read_pairs
from tests import factories
from tests.catalogues import starter


def test_a_pair_is_read_as_it_was_written() -> None:
    catalogue = starter()
    one, other = catalogue.find("T1059.001"), catalogue.find("T1059.003")
    assert one
    assert other
    pair = Pair(one=one, other=other)
    assert pair.value(catalogue) == "T1059.001~T1059.003"
    assert Pair.read(pair.value(catalogue), catalogue) == pair
    assert urlencode({"pairs": pair.value(catalogue)}) == "pairs=T1059.001~T1059.003"


def test_a_pair_of_another_domain_with_the_same_ids_names_its_domain() -> None:
    twins = [
        factories.technique(t.attack_id, t.name, domain="ics-attack", stix_id=f"attack--{n}")
        for n, t in enumerate(factories.invented()[:2])
    ]
    catalogue = factories.catalogue_of((*factories.invented(), *twins))
    pair = Pair(one=twins[0], other=twins[1])
    assert pair.value(catalogue) == "ics-attack:T9001~T9001.001"
    query = urlencode({"pairs": pair.value(catalogue)})
    (found,) = read_pairs(parse_qs(query)["pairs"], catalogue)
    assert found == pair
    (plain,) = read_pairs(["T9001~T9001.001"], catalogue)
    assert plain.ids.isdisjoint(pair.ids)


def test_what_names_no_pair_is_left_out_and_each_pair_comes_once() -> None:
    values = [
        *("T9001~T9002", "T9003~T9004", "T9002~T9001"),
        *("T9001~T9001", "T9001", "~", "", "T9001~T0000", "ics-attack:T9001~T9002", "a:b:c~d~e"),
    ]
    found = read_pairs(values, factories.catalogue())
    assert [pair.value(factories.catalogue()) for pair in found] == ["T9001~T9002", "T9003~T9004"]
