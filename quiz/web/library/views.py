"""Techniques to browse and read, and what is wrong with the files."""

import secrets
from collections import defaultdict

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from quiz.content.catalogue import Catalogue
from quiz.content.render import render_markdown
from quiz.content.search import search
from quiz.content.technique import Technique
from quiz.db.base import db
from quiz.services import progress
from quiz.web.context import (
    current_catalogue,
    current_learner,
    current_techniques,
    current_zone,
    now,
)
from quiz.web.library.forms import ANY, FilterForm
from quiz.web.library.paging import Page

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


@bp.get("/<domain>/<attack_id>")
def technique(domain: str, attack_id: str) -> ResponseReturnValue:
    """Show all there is to a technique, and what this learner knows of it."""
    catalogue = current_catalogue()
    found = catalogue.find(attack_id, domain)
    if found is None:
        abort(404)
    return render_template(
        "library/technique.html",
        technique=found,
        sections=_sections(found, catalogue),
        difficulty=catalogue.difficulty(found),
        parent=catalogue.parent(found),
        known=progress.technique(db.session, current_learner(), catalogue, found, now=now()),
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


def _sections(technique: Technique, catalogue: Catalogue) -> list[tuple[str, Markup]]:
    """Render a technique's texts under their headings; its links lead to our own pages."""

    def link(attack_id: str) -> str | None:
        target = catalogue.find(attack_id, technique.domain)
        if target is None:
            return None
        return url_for(".technique", domain=target.domain, attack_id=target.attack_id)

    texts = [
        ("Description", technique.description),
        ("Detection", technique.detection),
        *((section.heading, section.body) for section in technique.sections),
    ]
    return [
        (heading, Markup(render_markdown(text, link=link)))  # noqa: S704 - cleaned by nh3
        for heading, text in texts
        if text.strip()
    ]
