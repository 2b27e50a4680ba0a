"""The only way from Markdown to HTML."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.content.render import ATTRIBUTES, MAX_LENGTH, TAGS, render_markdown
from tests.catalogues import attack

REL = 'rel="noopener noreferrer nofollow"'


class Tags(HTMLParser):
    """The tags and attributes that a browser would find, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    """Check that a browser finds only the tags and attributes that are allowed."""
    for tag, attributes in Tags(html).found:
        assert tag in TAGS
        assert set(attributes) <= {"rel"} | ATTRIBUTES.get(tag, set())
        if "href" in attributes:
            assert attributes["rel"] == "noopener noreferrer nofollow"
            assert urlsplit((attributes["href"] or "").strip()).scheme in ("", "http", "https")


# What real files hold


def test_code_in_html_shows_as_code() -> None:
    assert render_markdown("Run <code>a_b_c &lt;x&gt; `y`</code>.") == (
        "<p>Run <code>a_b_c &lt;x&gt; `y`</code>.</p>\n"
    )


def test_code_closed_by_another_opening_shows_as_code() -> None:
    assert render_markdown("<code>a<code> and <code>b</code>") == (
        "<p><code>a</code> and <code>b</code></p>\n"
    )


def test_code_that_is_never_closed_shows_as_text() -> None:
    assert render_markdown("<code>a") == "<p>&lt;code&gt;a</p>\n"


def test_html_code_in_a_code_block_stays_as_it_is() -> None:
    assert "&lt;code&gt;x&lt;/code&gt;" in render_markdown("```\n<code>x</code>\n```")


def test_placeholders_in_angle_brackets_show() -> None:
    assert "cat &lt;user&gt;" in render_markdown("cat <user>")


def test_a_line_break_in_html_breaks_the_line() -> None:
    assert render_markdown("a<br>b") == "<p>a<br>\nb</p>\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Doors (Citation: Doors 2024).", "<p>Doors.</p>\n"),
        ("Doors.(Citation: A)(Citation: B) More.", "<p>Doors. More.</p>\n"),
        ("Doors (Citation: Doors (2024) Guide).", "<p>Doors.</p>\n"),
        ("Doors (see below).", "<p>Doors (see below).</p>\n"),
    ],
)
def test_citations_are_left_out(text: str, shown: str) -> None:
    assert render_markdown(text) == shown


def test_lists_tables_and_emphasis_show() -> None:
    html = render_markdown("* **a**\n* *b*\n\n|x|y|\n|:-|-:|\n|1|2|\n\n3. c")
    assert "<li><strong>a</strong></li>" in html
    assert "<th>x</th>" in html
    assert '<ol start="3">' in html


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("### a", ["h3"]),
        ("# a", ["h3"]),
        ("## a\n### b\n## c", ["h3", "h4", "h3"]),
        ("### a\n#### b", ["h3", "h4"]),
        ("# a\n###### b", ["h3", "h6"]),
        ("a\n=====\n\nb\n---", ["h3", "h4"]),
    ],
)
def test_headings_leave_the_two_highest_levels_to_the_page(text: str, tags: list[str]) -> None:
    assert [tag for tag, _ in Tags(render_markdown(text)).found if tag.startswith("h")] == tags


# Links


def test_links_tell_the_other_site_nothing() -> None:
    html = render_markdown("[a](https://doors.example/x_(y))")
    assert html == f'<p><a href="https://doors.example/x_(y)" {REL}>a</a></p>\n'


@pytest.mark.parametrize(
    "url",
    [
        "https://attack.mitre.org/techniques/T1059/001",
        "http://attack.mitre.org/techniques/T1059/001/",
        "/techniques/T1059/001",
    ],
)
def test_links_to_techniques_lead_to_the_apps_own_pages(url: str) -> None:
    asked = []

    def link(attack_id: str) -> str:
        asked.append(attack_id)
        return f"/library/{attack_id}"

    html = render_markdown(f"[PowerShell]({url})", link=link)
    assert html == f'<p><a href="/library/T1059.001" {REL}>PowerShell</a></p>\n'
    assert asked == ["T1059.001"]


def test_links_to_techniques_the_app_does_not_have_lead_to_mitre() -> None:
    html = render_markdown("[a](/techniques/T1059)", link=lambda attack_id: None)
    assert 'href="https://attack.mitre.org/techniques/T1059"' in html
    assert 'href="https://attack.mitre.org/techniques/T1059"' in render_markdown(
        "[a](/techniques/T1059)"
    )


def test_other_links_to_mitre_stay() -> None:
    html = render_markdown(
        "[a](https://attack.mitre.org/software/S0002)", link=lambda attack_id: "/wrong"
    )
    assert 'href="https://attack.mitre.org/software/S0002"' in html


# Hostile text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<code><script>alert(1)</script></code>",
    "<code onclick=alert(1)>x</code>",
    "<code>&lt;script&gt;alert(1)&lt;/script&gt;</code>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java&#115;cript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[a](https://x.example/"onmouseover="alert(1))',
    '[a](https://x.example "title\\" onclick=alert(1)")',
    "![a](https://tracker.example/pixel.png)",
    "![a](javascript:alert(1))",
    "[![a](x)](javascript:alert(1))",
    "[a]\n\n[a]: javascript:alert(1)",
    "| a |\n|:-:|\n| <b style='x'> |",
    "<style>*{display:none}</style>",
    "<svg/onload=alert(1)>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "<!-- --><iframe src=//x.example>",
    "\x00<scr\x00ipt>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shows_harmless(text: str) -> None:
    html = render_markdown(text)
    assert_harmless(html)
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html.lower()


@given(st.lists(st.sampled_from([*HOSTILE, "[", "](", ")", "<", ">", "`", "\n", '"', "*"])))
def test_hostile_pieces_put_together_show_harmless(pieces: list[str]) -> None:
    assert_harmless(render_markdown("".join(pieces)))


@given(st.text(), st.text())
def test_nothing_that_anyone_writes_gets_past_the_allow_list(text: str, url: str) -> None:
    assert_harmless(render_markdown(text))
    assert_harmless(render_markdown(f"[{text}]({url})", link=lambda attack_id: url))


@pytest.mark.parametrize(
    "text",
    ["[" * MAX_LENGTH, "![" * 2000 + "<a " * 20_000, ("![" * 80 + "<a " * 50 + "\n\n") * 500],
)
def test_brackets_that_would_take_minutes_show_as_text(text: str) -> None:
    assert Tags(render_markdown(text)).text.count("[") == text.count("[")


def test_a_text_longer_than_any_real_one_shows_as_it_is() -> None:
    html = render_markdown("**<b>** " * (MAX_LENGTH // 8 + 1))
    assert html.startswith("<pre>**&lt;b&gt;** ")


def test_every_real_text_shows_harmless_and_without_remains_of_its_markup() -> None:
    for technique in attack():
        for text in (technique.description, technique.detection):
            html = render_markdown(text)
            assert_harmless(html)
            assert "(Citation:" not in html
            assert "&lt;code&gt;" not in html
