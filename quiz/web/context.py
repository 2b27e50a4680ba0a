"""What a request works with: its time, its learner, the catalogue, the scope, the theme."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, request, url_for

from quiz.content.catalogue import Catalogue, domain_name
from quiz.content.folder import Loaded
from quiz.content.technique import Collection, Technique
from quiz.db.base import begin_writing, db, end_reading, has_begun_writing
from quiz.db.models import Learner
from quiz.learning.setup import Setup
from quiz.questions.display import source_of
from quiz.questions.kinds import KINDS
from quiz.questions.scope import Scope, tactic_in
from quiz.services import learners, moving
from quiz.services.flags import LONGEST_NOTE
from quiz.services.releases import Releases
from quiz.web.flags.forms import REASONS
from quiz.web.security import cookie_name, is_static

THEMES = ("auto", "light", "dark")
RECENT = 1.0
"""How long ago, in seconds, technique files may have been looked at that need not be newer."""


def now() -> datetime:
    """The moment of this request, in UTC: the same all through it."""
    if "now" not in g:
        g.now = current_app.config["NOW"]()
    moment: datetime = g.now
    return moment


def current_learner() -> Learner:
    """The learner who makes this request.

    Read once, and the read is ended, unless it is part of a transaction that writes. A release
    that came since is noticed first, so that everyone's cards are where it puts them.
    """
    if "learner" not in g:
        writing = has_begun_writing(db.session)
        _notice_releases()
        found = learners.find_local(db.session)
        if found is None:
            found = learners.local_learner(db.session, now=now())
            db.session.commit()
        if writing:  # also where something was committed here
            begin_writing(db.session)
        end_reading(db.session)
        g.learner = found
    learner: Learner = g.learner
    return learner


def _notice_releases() -> None:
    """Move everyone's cards along where the technique files have another release than before."""
    techniques = current_techniques()
    if current_app.extensions.get("noticed") is not techniques:
        moving.notice(db.session, techniques.catalogue, now=now())
        db.session.commit()
        current_app.extensions["noticed"] = techniques


def runs_instance() -> bool:
    """Whether who makes this request runs the instance: in solo mode, the one learner there is."""
    return bool(current_app.config["MODE"] == "solo")


def current_zone() -> ZoneInfo:
    """The learner's time zone."""
    return ZoneInfo(current_learner().time_zone)


def current_techniques() -> Loaded:
    """The technique files as they are now, with what was left out: read once a request."""
    if "techniques" not in g:
        g.techniques = current_app.extensions["techniques"].load()
    loaded: Loaded = g.techniques
    return loaded


def accept_recent_techniques() -> None:
    """Let this request do with technique files as they were a moment ago.

    Looking at hundreds of files takes longer than all the rest of keeping an answer, whose
    question was frozen before.
    """
    if "techniques" not in g:
        g.techniques = current_app.extensions["techniques"].recent(RECENT)


def newer_release(collection: Collection) -> str:
    """The number of a newer release than a collection's, where one is known; else nothing."""
    releases: Releases = current_app.extensions["releases"]
    return releases.newer(collection)


def current_catalogue() -> Catalogue:
    """The catalogue that this request works with."""
    return current_techniques().catalogue


def find_technique(stix_id: str | None) -> Technique | None:
    """A live technique by STIX id, or None where its file is gone."""
    return current_catalogue().by_stix_id.get(stix_id) if stix_id else None


def evidence_source(file: str) -> str | None:
    """Name what a file of evidence is about: a technique or a collection; None where it is gone."""
    return source_of(file, current_catalogue())


def scope_of_request() -> Scope:
    """The scope that the query string names; everything where it names none."""
    return Scope.from_lists(request.args.to_dict(flat=False))


def scope_labels(scope: Scope, catalogue: Catalogue) -> tuple[str, ...]:
    """Name what a scope holds, as people call it; nothing where it holds everything."""
    techniques = (catalogue.find(attack_id) for attack_id in scope.techniques)
    tactics = {t.short_name: t.name for d in catalogue.domains for t in catalogue.tactics(d)}
    tactics |= {
        tactic_in(d, t.short_name): f"{t.name} ({domain_name(d)})"
        for d in catalogue.domains
        for t in catalogue.tactics(d)
    }
    return (
        *(f"{catalogue.display_name(t)} ({t.attack_id})" for t in techniques if t),
        *(tactics[tactic] for tactic in scope.tactics if tactic in tactics),
        *scope.platforms,
        *(f"{level} to detect" for level in scope.difficulties),
        *(kind_title(kind) for kind in scope.kinds),
        *(domain_name(domain) for domain in scope.domains),
    )


def kind_title(slug: str) -> str:
    """A kind of question as the screen names it."""
    return KINDS[slug].title if slug in KINDS else slug


def wants_json() -> bool:
    """Whether a script asks, which takes JSON, and not a browser that shows a page."""
    return request.accept_mimetypes.best == "application/json"


def theme() -> str:
    """The learner's choice of theme: ``auto`` follows the system."""
    chosen = request.cookies.get(cookie_name("theme"), "auto")
    return chosen if chosen in THEMES else "auto"


def known_learner() -> Learner | None:
    """The learner, where this request has asked who it is: an error's page may not."""
    learner: Learner | None = g.get("learner")
    return learner


def asks_for_time_zone() -> bool:
    """Whether the page should tell us the browser's time zone, because we do not know it yet."""
    learner = known_learner()
    return learner is not None and not learner.time_zone_known


def init_app(app: Flask) -> None:
    """Give the templates the same functions, and static files a version in their URL."""
    app.jinja_env.globals.update(
        FLAG_REASONS=REASONS,
        LONGEST_NOTE=LONGEST_NOTE,
        THEMES=THEMES,
        asks_for_time_zone=asks_for_time_zone,
        current_catalogue=current_catalogue,
        current_learner=current_learner,
        current_techniques=current_techniques,
        evidence_source=evidence_source,
        find_technique=find_technique,
        kind_title=kind_title,
        known_learner=known_learner,
        newer_release=newer_release,
        now=now,
        runs_instance=runs_instance,
        theme=theme,
        with_scope=with_scope,
        with_setup=with_setup,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    versions: dict[tuple[str, str], str] = {}

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if is_static(endpoint) and "filename" in values and "v" not in values:
            values["v"] = _version(app, endpoint, values["filename"], versions)


def with_scope(endpoint: str, scope: Scope, **values: Any) -> str:
    """Build a URL that keeps the scope in its query string."""
    values |= parse_qs(scope.query)
    return url_for(endpoint, **values)


def with_setup(endpoint: str, setup: Setup, **values: Any) -> str:
    """Build a URL that keeps how a quiz is set up in its query string."""
    values |= parse_qs(setup.query)
    return url_for(endpoint, **values)


def _version(app: Flask, endpoint: str, name: str, versions: dict[tuple[str, str], str]) -> str:
    """Digest a static file's bytes, once in the life of the app unless in debug mode."""
    blueprint = endpoint.rpartition(".")[0]
    folder = (app.blueprints[blueprint] if blueprint else app).static_folder
    if (endpoint, name) not in versions or app.debug:
        path = Path(folder or "", name)
        digest = sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
        versions[endpoint, name] = digest
    return versions[endpoint, name]
