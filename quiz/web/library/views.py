"""Techniques to browse and read, and what is wrong with the files."""

import re
import secrets
from collections import defaultdict
from collections.abc import Callable
from io import BytesIO

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from quiz.content.catalogue import Catalogue
from quiz.content.releases import ChangeKind
from quiz.content.render import render_markdown
from quiz.content.search import search
from quiz.content.technique import MITRE_URL, Technique
from quiz.db.base import begin_writing, db
from quiz.exports.anki import NothingToExport, filename, write
from quiz.questions.kinds import KINDS
from quiz.services import anki, moving, progress
from quiz.services.lookalikes import LookAlike, look_alike
from quiz.services.progress import TechniqueProgress
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_techniques,
    current_zone,
    now,
    scope_labels,
    scope_of_request,
    with_scope,
)
from quiz.web.library.forms import ANY, FilterForm
from quiz.web.library.paging import Page

Render = Callable[[str], Markup]
ATTACK_PAGES = {"C": "campaigns", "G": "groups", "M": "mitigations", "S": "software"}
ATTACK_ID = re.compile(rf"(?P<kind>[{''.join(ATTACK_PAGES)}])\d{{4}}")

bp = Blueprint("library", __name__, url_prefix="/library")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the techniques of a domain, searched and narrowed down by the query string."""
    catalogue = current_catalogue()
    domain = _domain(catalogue)
    form = FilterForm(request.args)
    form.offer(catalogue, domain)
    hits = search(catalogue, form.q.data or "")
    scope = form.scope(domain if domain and len(catalogue.domains) > 1 else ANY)
    found = [technique for technique in hits if scope.includes(technique, catalogue)]
    return render_template(
        "library/index.html",
        form=form,
        domain=domain,
        hits_by_domain={d: sum(hit.domain == d for hit in hits) for d in catalogue.domains},
        scope=scope,
        page=Page.of(found, request.args.get("page", 1, type=int)),
        levels=progress.levels(db.session, current_learner(), catalogue, now=now()),
    )


@bp.get("/anki")
def anki_package() -> ResponseReturnValue:
    """Give the flashcards of a scope as a file for Anki."""
    scope, catalogue, learner = scope_of_request(), current_catalogue(), current_learner()
    try:
        content = anki.content(db.session, catalogue, scope)
    except NothingToExport as error:
        flash(str(error), "warning")
        return redirect(with_scope(".index", scope, domain=next(iter(scope.domains), None)), 303)
    begin_writing(db.session)
    since = anki.since(db.session, learner, content, now=now())
    db.session.commit()
    packed = BytesIO()
    write(packed, content, since)
    packed.seek(0)
    return send_file(
        packed,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=filename(scope_labels(scope, catalogue)),
    )


@bp.get("/<domain>/<attack_id>")
def technique(domain: str, attack_id: str) -> ResponseReturnValue:
    """Show all there is to a technique, and what this learner knows of it."""
    catalogue = current_catalogue()
    found = catalogue.find(attack_id, domain)
    if found is None:
        abort(404)
    markdown = _renderer(found, catalogue)
    known = progress.technique(db.session, current_learner(), catalogue, found, now=now())
    return render_template(
        "library/technique.html",
        technique=found,
        sections=_sections(found, markdown),
        markdown=markdown,
        attack_page=_attack_page,
        difficulty=catalogue.difficulty(found),
        parent=catalogue.parent(found),
        known=known,
        alike=_look_alike(found, known, catalogue),
        zone=current_zone(),
        token=secrets.token_urlsafe(16),
    )


@bp.get("/problems")
def problems() -> ResponseReturnValue:
    """List the files that were left out and the techniques that are not asked about, and why."""
    loaded = current_techniques()
    retired: dict[str, list[Technique]] = defaultdict(list)
    for technique in loaded.catalogue.retired:
        retired[technique.retired].append(technique)
    notices = [problem for problem in loaded.problems if problem.severity != "error"]
    return render_template(
        "library/problems.html",
        left_out=loaded.left_out,
        errors=[problem for problem in loaded.problems if problem.severity == "error"],
        notices=[notice for notice in notices if notice.message not in retired],
        retired=retired,
    )


def _domain(catalogue: Catalogue) -> str | None:
    """The domain to show: the one asked for, else the first there is."""
    asked = request.args.get("domain", "")
    return asked if asked in catalogue.domains else next(iter(catalogue.domains), None)


@bp.get("/releases")
def releases() -> ResponseReturnValue:
    """Show what the release that is taught now changed, and what that means for the learner."""
    catalogue, learner = current_catalogue(), current_learner()
    return render_template(
        "library/releases.html",
        taught=moving.taught(db.session, catalogue),
        waiting=moving.changed(db.session, learner, catalogue),
        change_kinds=tuple(ChangeKind),
        kinds=KINDS,
        zone=current_zone(),
    )


@bp.get("/licenses")
def licences() -> ResponseReturnValue:
    """Show whose the collections are, and on what terms they are used."""
    return render_template("library/licences.html", collections=current_techniques().collections)


def _look_alike(
    technique: Technique, known: TechniqueProgress, catalogue: Catalogue
) -> LookAlike | None:
    """What a technique is confused with, where one of its cards is a leech."""
    if not any(card.tags.leech for card in known.asked):
        return None
    return look_alike(db.session, current_learner(), catalogue, technique)


def _sections(technique: Technique, markdown: Render) -> list[tuple[str, Markup]]:
    """Render a technique's texts under their headings."""
    texts = [
        ("Description", technique.description),
        ("Detection", technique.detection),
        *((section.heading, section.body) for section in technique.sections),
    ]
    return [(heading, markdown(text)) for heading, text in texts if text.strip()]


def _renderer(technique: Technique, catalogue: Catalogue) -> Render:
    """Make what renders a technique's texts; their links lead to our own pages."""

    def link(attack_id: str) -> str | None:
        target = catalogue.find(attack_id, technique.domain) or catalogue.find(attack_id)
        if target is None:
            return None
        return url_for(".technique", domain=target.domain, attack_id=target.attack_id)

    return lambda text: Markup(render_markdown(text, link=link))  # noqa: S704 - cleaned by nh3


def _attack_page(attack_id: str) -> str:
    """The address of MITRE's page of a group, software, campaign or mitigation; else nothing."""
    match = ATTACK_ID.fullmatch(attack_id)
    return f"{MITRE_URL}{ATTACK_PAGES[match['kind']]}/{attack_id}" if match else ""
