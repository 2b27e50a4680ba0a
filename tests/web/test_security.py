"""Every request is checked and every response carries the headers; see SAFETY."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from tests.web.conftest import MakeApp
from tests.web.visitor import Visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
STATIC = "/static/css/tokens.css"


def pages(app: Flask) -> list[str]:
    """Every address that can be opened without naming something."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]


def headers_of(client: FlaskClient, address: str) -> Headers:
    """The headers of a response, which is closed as its server would."""
    with client.get(address) as response:
        return response.headers


def test_every_response_carries_the_headers(app: Flask, client: FlaskClient) -> None:
    for address in [*pages(app), STATIC, "/nowhere", "/study/a/b", "/account/theme"]:
        headers = headers_of(client, address)
        assert headers["Content-Security-Policy"] == POLICY, address
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert "Access-Control-Allow-Origin" not in headers


def test_pages_are_never_stored_and_static_files_are(app: Flask, client: FlaskClient) -> None:
    for address in [*pages(app), "/nowhere"]:
        assert headers_of(client, address)["Cache-Control"] == "no-store", address
    assert headers_of(client, STATIC)["Cache-Control"] == "no-cache"
    assert "immutable" in headers_of(client, f"{STATIC}?v=1")["Cache-Control"]
    assert "immutable" not in headers_of(client, "/static/nothing.css?v=1")["Cache-Control"]


def test_every_static_file_of_a_page_is_there_and_versioned(client: FlaskClient) -> None:
    found = re.findall(r'(?:href|src)="([^"]*static[^"]*)"', client.get("/study/nothing").text)
    assert len(found) > 5
    for address in found:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        with client.get(address) as response:
            assert response.status_code == 200


def test_no_page_holds_an_inline_script_style_or_handler(app: Flask, client: FlaskClient) -> None:
    for address in pages(app):
        response = client.get(address, follow_redirects=True, buffered=True)
        if response.mimetype != "text/html":
            continue  # a file to keep
        html = response.text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", html), address


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "localhost:1", "[::1]:8000"])
def test_this_machine_is_answered_under_its_own_names(client: FlaskClient, host: str) -> None:
    assert client.get("/account/none", headers={"Host": host}).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "10.0.0.1", "["])
def test_any_other_host_is_refused_with_the_right_address(client: FlaskClient, host: str) -> None:
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert "http://127.0.0.1" in response.text or host == "["


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_change_asked_for_by_another_origin_is_refused(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    form = visitor.read("/").form("/account/theme")
    response = visitor.client.post(
        form.action, data=dict(form.fields) | {"theme": "dark"}, headers=headers
    )
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


def test_a_change_asked_for_by_our_own_page_is_made(visitor: Visitor) -> None:
    form = visitor.read("/").form("/account/theme")
    response = visitor.client.post(
        form.action,
        data=dict(form.fields) | {"theme": "dark"},
        headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    )
    assert response.status_code == 303


def test_every_change_needs_a_token(app: Flask, client: FlaskClient) -> None:
    posts = [r for r in app.url_map.iter_rules() if "POST" in (r.methods or ())]
    assert len(posts) > 4
    for rule in posts:
        address = re.sub(r"<int:\w+>", "1", rule.rule)
        response = client.post(re.sub(r"<[^>]*>", "x", address))
        assert response.status_code == 400, rule
        assert "out of date" in response.text


def test_cookies_are_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert cookie.startswith("tradecraft-")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_on_https_cookies_are_bound_to_the_host(client: FlaskClient) -> None:
    response = client.get("/", base_url="https://localhost")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tradecraft-")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_two_apps_on_one_machine_do_not_share_a_cookie(make_app: MakeApp) -> None:
    names = {make_app(SECRET_KEY=key * 32).config["SESSION_COOKIE_NAME"] for key in ("a", "b")}
    assert len(names) == 2
