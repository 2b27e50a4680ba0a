"""The page of the keys: what is typed is kept or said to be wrong, and the pages listen to it."""

import json
import re
from html import unescape

from tests.web.visitor import Page, Visitor


def listened_to(page: Page) -> dict[str, str]:
    """The keys that a page's script is told to listen to."""
    found = re.search(r"data-keys='([^']*)'", page.html)
    assert found is not None
    keys: dict[str, str] = json.loads(unescape(found[1]))
    return keys


def test_a_key_that_is_set_is_shown_listed_and_listened_to(visitor: Visitor) -> None:
    done = visitor.send(visitor.read("/account/keys"), "/account/keys", undo="Z", bury="")
    assert "Saved. The keys are the same on all your devices." in done.words
    assert dict(done.form("/account/keys").fields)["undo"] == "z"
    assert "usually u" in done.words
    front = visitor.read("/study/")
    assert (listened_to(front)["undo"], listened_to(front)["bury"]) == ("z", "")
    assert "<kbd>z</kbd>" in front.html
    assert "<kbd>b</kbd>" not in front.html


def test_a_key_given_twice_is_said_at_both_fields_and_nothing_typed_is_lost(
    visitor: Visitor,
) -> None:
    page = visitor.send(visitor.read("/account/keys"), "/account/keys", undo="b", mark="q")
    assert page.status == 422
    assert "Nothing was saved: 2 fields below need another key." in page.words
    assert "“b” is given twice: see Bury until tomorrow." in page.words
    assert 'aria-describedby="undo-error"' in page.html
    assert dict(page.form("/account/keys").fields)["mark"] == "q"
    assert listened_to(visitor.read("/study/"))["mark"] == "m"


def test_what_is_typed_is_shown_as_text_and_kept_out_of_the_page_otherwise(
    visitor: Visitor,
) -> None:
    page = visitor.send(visitor.read("/account/keys"), "/account/keys", undo='"><b>')
    assert "<b>" not in page.html
    done = visitor.send(visitor.read("/account/keys"), "/account/keys", undo='"', mark="<")
    assert done.status == 200
    assert listened_to(visitor.read("/study/")) | {"undo": '"', "mark": "<"} == listened_to(
        visitor.read("/study/")
    )


def test_all_keys_go_away_and_come_back(visitor: Visitor) -> None:
    page = visitor.read("/account/keys")
    token = dict(page.form("/account/keys").fields)["csrf_token"]
    for button, words, key in (("none", "No key does anything", ""), ("usual", "at first", "u")):
        done = Page(
            visitor.client.post(
                f"/account/keys/{button}", data={"csrf_token": token}, follow_redirects=True
            )
        )
        assert words in done.words
        front = visitor.read("/study/")
        assert listened_to(front)["undo"] == key
        assert ("key-hint" in front.html) == bool(key)


def test_a_form_of_another_session_changes_nothing(visitor: Visitor) -> None:
    visitor.read("/account/keys")
    response = visitor.client.post("/account/keys", data={"undo": "z"})
    assert response.status_code == 400
    assert listened_to(visitor.read("/study/"))["undo"] == "u"


def test_the_page_is_linked_from_the_settings_and_from_the_list_of_keys(visitor: Visitor) -> None:
    for address in ("/account/settings", "/study/"):
        assert any(link["href"] == "/account/keys" for link in visitor.read(address).links)
