"""Card after card in a real browser: without whole page loads, by own keys, answered, by thumb."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select, update

from quiz.db.base import WRITES
from quiz.db.models import Learner, Review
from tests.browser.conftest import AssertAccessible, OpenPage
from tests.browser.test_study import listening

SCOPE = "techniques=T1059.001&techniques=T1566.001&techniques=T1003&kinds=description"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def settings(tmp_path: Path, open_page: OpenPage) -> Callable[..., None]:
    """Set what the settings page sets."""

    def choose(**wanted: object) -> None:
        open_page("/study/").close()  # so that there is a learner
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}", execution_options=WRITES)
        with engine.begin() as connection:
            connection.execute(update(Learner).values(**wanted))
        engine.dispose()

    return choose


@pytest.fixture
def ratings(tmp_path: Path) -> Callable[[], list[int]]:
    """Read the ratings in the log that stand."""

    def read() -> list[int]:
        engine = create_engine(f"sqlite:///{tmp_path / 'live.sqlite'}")
        with engine.connect() as connection:
            query = select(Review.rating).where(Review.undone_at.is_(None)).order_by(Review.id)
            found = list(connection.scalars(query))
        engine.dispose()
        return found

    return read


def stay(page: Page) -> Page:
    """Leave a word in the page that a whole load would wipe."""
    page.evaluate("window.stayed = true")
    return page


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def reveal(page: Page) -> Page:
    page.get_by_role("link", name="Show answer").click()
    expect(page.locator("#answer")).to_be_focused()
    return page


def said(page: Page, words: str) -> None:
    expect(page.locator(".flashes")).to_contain_text(words)


def test_the_next_card_comes_without_a_page_load_and_back_and_reload_behave(
    open_page: OpenPage, ratings: Callable[[], list[int]]
) -> None:
    page = stay(listening(open_page(f"/study/?{SCOPE}")))
    front = page.url
    back = reveal(page).url
    assert page.title() == "Study: answer · Tradecraft"
    page.get_by_role("button", name="Easy").click()
    said(page, "Saved: Easy.")
    expect(page.locator("h1.stem")).to_be_focused()
    assert (page.title(), stayed(page)) == ("Study · Tradecraft", True)
    assert page.evaluate("window.scrollY") == 0
    second = page.url
    assert second != front
    page.go_back()
    expect(page.get_by_role("heading", name="already rated this card")).to_be_visible()
    assert page.url == back
    page.go_back()
    expect(page.locator("h1.stem")).to_be_visible()
    assert page.url == front
    page.go_forward()
    page.go_forward()
    expect(page).to_have_url(second)
    expect(page.locator("#reveal")).to_be_visible()
    assert stayed(page)
    page.reload()
    expect(page.locator("#reveal")).to_be_visible()
    assert (page.url, stayed(page), ratings()) == (second, False, [4])


def test_the_answer_is_not_fetched_before_it_is_asked_for(open_page: OpenPage) -> None:
    page = open_page("/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/study/?{SCOPE}")
    page.locator("#reveal").hover()
    page.locator("#reveal").focus()
    expect(page.locator("#reveal")).to_be_focused()
    assert not [url for url in asked if "/answer?" in url]
    reveal(page)
    assert len([url for url in asked if "/answer?" in url]) == 1


def test_a_double_click_is_one_rating(
    open_page: OpenPage, ratings: Callable[[], list[int]]
) -> None:
    page = reveal(listening(open_page(f"/study/?{SCOPE}")))
    page.get_by_role("button", name="Good").dblclick()
    said(page, "Saved: Good.")
    assert ratings() == [3]


def test_two_tabs_rate_a_card_once(open_page: OpenPage, ratings: Callable[[], list[int]]) -> None:
    first = reveal(listening(open_page(f"/study/?{SCOPE}")))
    second = first.context.new_page()
    second.goto(first.url)
    stay(listening(second))
    first.get_by_role("button", name="Good").click()
    said(first, "Saved: Good.")
    second.get_by_role("button", name="Again").click()
    said(second, "You had already rated that card Good")
    assert (stayed(second), ratings()) == (True, [3])


def test_without_a_connection_nothing_is_lost_and_it_can_be_tried_again(
    open_page: OpenPage, ratings: Callable[[], list[int]]
) -> None:
    page = stay(listening(open_page(f"/study/?{SCOPE}")))
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.method))
    page.context.set_offline(True)
    page.get_by_role("link", name="Show answer").click()
    said(page, "There is no connection. This page stays as it is")
    page.context.set_offline(False)
    reveal(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Good").click()
    said(page, "Not saved yet: there is no connection.")
    expect(page.locator("#answer")).to_be_visible()
    assert (ratings(), failed) == ([], ["GET", "POST"])
    page.context.set_offline(False)
    page.get_by_role("button", name="Good").click()
    said(page, "Saved: Good.")
    assert (stayed(page), ratings()) == (True, [3])


def test_what_fails_on_the_server_is_shown_by_the_browser_itself(open_page: OpenPage) -> None:
    page = stay(reveal(listening(open_page(f"/study/?{SCOPE}"))))
    page.evaluate("document.querySelector('.rating-bar [name=shown]').value = 'made-up'")
    page.get_by_role("button", name="Good").click()
    said(page, "has to be shown before it can be rated")
    assert stayed(page)


def test_own_keys_are_listened_to_shown_and_listed(
    open_page: OpenPage, ratings: Callable[[], list[int]]
) -> None:
    page = open_page("/account/keys")
    page.get_by_label("Good", exact=True).fill("Space")
    page.get_by_label("Undo your last rating").fill("z")
    page.get_by_label("Hard", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    said(page, "Saved. The keys are the same on all your devices.")
    page.goto(f"/study/?{SCOPE}")
    front = listening(page).url
    expect(page.locator("#reveal")).to_have_attribute("aria-keyshortcuts", "Space Enter")
    page.keyboard.press("Space")
    expect(page.locator("#answer")).to_be_focused()
    hard = page.get_by_role("button", name="Hard")
    assert hard.get_attribute("aria-keyshortcuts") is None
    page.keyboard.press("2")
    page.keyboard.press("u")
    page.keyboard.press("Space")
    said(page, "Saved: Good.")
    page.keyboard.press("Z")
    said(page, "Undone: Good.")
    assert (page.url.partition("#")[0], ratings()) == (front, [])
    page.keyboard.press("?")
    expect(page.locator(".key-list")).to_contain_text("z Undo your last rating")


def test_keys_with_a_modifier_while_composing_or_held_do_nothing(
    open_page: OpenPage, ratings: Callable[[], list[int]]
) -> None:
    page = reveal(listening(open_page(f"/study/?{SCOPE}")))
    for options in (
        "ctrlKey: true",
        "altKey: true",
        "metaKey: true",
        "repeat: true",
        "isComposing: true",
        "keyCode: 229",
    ):
        page.evaluate(
            "document.querySelector('#answer').dispatchEvent(new KeyboardEvent('keydown',"
            f" {{ key: '3', bubbles: true, {options} }}))"
        )
    page.evaluate("document.querySelector('.card-back').contentEditable = 'true'")
    page.locator("#answer").focus()
    page.keyboard.press("3")
    page.evaluate("document.querySelector('.card-back').contentEditable = 'false'")
    assert ratings() == []
    page.keyboard.press("3")
    said(page, "Saved: Good.")
    assert ratings() == [3]


def test_the_row_of_digits_works_where_it_types_other_characters(open_page: OpenPage) -> None:
    page = reveal(listening(open_page(f"/study/?{SCOPE}")))
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: '\"', code: 'Digit3', bubbles: true }))"
    )
    said(page, "Saved: Good.")


def test_e_opens_the_note_and_types_nothing_into_it(open_page: OpenPage) -> None:
    page = listening(open_page(f"/study/?{SCOPE}"))
    page.keyboard.press("e")
    expect(page.get_by_label("Your note")).to_be_focused()
    expect(page.get_by_label("Your note")).to_have_value("")


def test_cards_are_answered_by_keys_alone(
    open_page: OpenPage, settings: Callable[..., None], ratings: Callable[[], list[int]]
) -> None:
    settings(answering="choose")
    page = stay(listening(open_page(f"/study/?{SCOPE}")))
    expect(page.locator("label.option").first).to_have_attribute("data-key", "1")
    page.keyboard.press("2")
    expect(page.locator("input[name=chosen]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    assert "/result?" in page.url
    page.reload()
    expect(page.locator(".result-said")).to_contain_text("back in")
    assert len(ratings()) == 1
    stay(listening(page)).keyboard.press("Space")
    expect(page.locator("form[data-answer]")).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.press("u")
    said(page, "Undone")
    expect(page.locator("form[data-answer]")).to_be_visible()
    assert (stayed(page), len(ratings())) == (True, 1)


def test_two_tabs_answer_a_card_once_and_the_first_answer_counts(
    open_page: OpenPage, settings: Callable[..., None], ratings: Callable[[], list[int]]
) -> None:
    settings(answering="choose")
    first = listening(open_page(f"/study/?{SCOPE}"))
    second = first.context.new_page()
    second.goto(first.url)
    stay(listening(second))
    first.get_by_role("button", name="I don’t know").click()
    expect(first.locator(".result-said")).to_contain_text("Again: back in 1 min")
    second.locator("label.option").first.click()
    second.get_by_role("button", name="Answer").click()
    said(second, "You had already answered that card: your first answer counts.")
    expect(second.locator("#answer")).to_contain_text("You did not know it.")
    assert (stayed(second), second.url, ratings()) == (True, first.url, [1])


def test_a_typed_answer_survives_a_lost_connection(
    open_page: OpenPage, settings: Callable[..., None], ratings: Callable[[], list[int]]
) -> None:
    settings(answering="type")
    page = listening(open_page("/study/?techniques=T1059.001&kinds=description"))
    page.get_by_label("Your answer").fill("Powershel")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    said(page, "Not saved yet")
    expect(page.get_by_label("Your answer")).to_have_value("Powershel")
    page.context.set_offline(False)
    page.get_by_role("button", name="Answer", exact=False).click()
    expect(page.locator("#answer")).to_contain_text("Nearly: it is spelled another way")
    assert ratings() == [1]
    page.get_by_role("button", name="Good").click()
    expect(page.locator(".result-said")).to_contain_text("Good: back in 10 min")
    assert ratings() == [3]


def test_answering_works_without_scripts(
    open_page: OpenPage, settings: Callable[..., None], ratings: Callable[[], list[int]]
) -> None:
    settings(answering="choose")
    page = open_page(
        f"/study/?{SCOPE}", java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page.locator("label.option").first.click()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".result-said")).to_contain_text("back in")
    page.get_by_role("link", name="Next card").click()
    page.get_by_role("button", name="I don’t know").click()
    expect(page.locator("#answer")).to_contain_text("You did not know it.")
    assert ratings()[1:] == [1]


@pytest.mark.parametrize(
    ("way", "size"),
    [
        ("reveal", PHONE),
        ("choose", PHONE),
        ("reveal", {"width": 320, "height": 568}),
        ("choose", {"width": 320, "height": 568}),
        ("reveal", {"width": 740, "height": 360}),
    ],
)
def test_what_comes_next_is_in_reach_of_a_thumb(
    open_page: OpenPage, settings: Callable[..., None], way: str, size: dict[str, int]
) -> None:
    settings(answering=way)
    page = listening(open_page(f"/study/?{SCOPE}", viewport=size, has_touch=True, is_mobile=True))
    if way == "choose":
        assert_in_reach(page, ".answer-bar .btn", size["height"])
        page.get_by_role("button", name="I don’t know").click()
        expect(page.locator("#answer")).to_be_visible()
        assert_in_reach(page, "#next", size["height"])
    else:
        assert_in_reach(page, "#reveal", size["height"])
        page.locator("#reveal").click()
        expect(page.locator("#answer")).to_be_visible()
        assert_in_reach(page, ".rating", size["height"])


@pytest.mark.parametrize("size", [PHONE, {"width": 740, "height": 360}])
def test_nothing_is_under_the_notch_or_the_home_bar_of_a_phone(
    open_page: OpenPage, size: dict[str, int]
) -> None:
    page = listening(open_page(f"/study/?{SCOPE}", viewport=size, has_touch=True, is_mobile=True))
    fit = page.locator("meta[name=viewport]").get_attribute("content")
    assert "viewport-fit=cover" in (fit or "")  # else a phone tells no insets
    insets = {"top": 0, "bottom": 34, "left": 44, "right": 44}
    page.context.new_cdp_session(page).send(
        "Emulation.setSafeAreaInsetsOverride", {"insets": insets}
    )
    reveal(page)
    for what in (".site-nav a span", ".rating", ".flashcard"):
        for box in (found.bounding_box() for found in page.locator(what).all()):
            assert box is not None
            assert box["x"] >= insets["left"], what
            assert box["x"] + box["width"] <= size["width"] - insets["right"], what
            if what != ".flashcard":
                assert box["y"] + box["height"] <= size["height"] - insets["bottom"], what


def assert_in_reach(page: Page, what: str, height: int) -> None:
    """Fail where a button is not in the lower half of the window, free of the tabs, and big."""
    tabs = page.locator(".site-nav").bounding_box()
    assert tabs is not None
    foot = tabs["y"] if tabs["y"] > height / 2 else height
    for button in page.locator(what).all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48, what
        assert box["y"] >= height / 2, f"{what} is at {box['y']} of {height}"
        assert box["y"] + box["height"] <= foot, f"{what} ends at {box['y'] + box['height']}"


def test_every_page_of_answering_is_accessible(
    open_page: OpenPage, settings: Callable[..., None], assert_accessible: AssertAccessible
) -> None:
    settings(answering="choose", two_buttons=True)
    page = listening(open_page("/study/?techniques=T1059.001&kinds=description"))
    assert_accessible(page)
    page.get_by_role("button", name="I don’t know").click()
    expect(page.locator("#answer")).to_be_focused()
    assert_accessible(page)
    settings(answering="reveal")
    assert_accessible(reveal(listening(open_page(f"/study/?{SCOPE}"))))
    page.goto("/account/keys")
    page.get_by_label("Undo your last rating").fill("b")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was saved: 2 fields below")).to_be_visible()
    assert_accessible(page)
