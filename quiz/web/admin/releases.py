"""The releases of ATT&CK: which there are here, and getting another while pages are served."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from quiz.content.bundle import MAX_COMPRESSED, MIB
from quiz.content.catalogue import domain_name
from quiz.content.download import Patience
from quiz.content.folder import TechniqueFolder
from quiz.content.official import ENTERPRISE, NEWEST, Official, order
from quiz.content.release_folder import SUMS, CannotImport
from quiz.services.releases import TROUBLE, Obtained, Releases, safe_name, why
from quiz.web.admin.forms import LookForm, ReleaseForm, UploadForm
from quiz.web.admin.job import ImportJob
from quiz.web.context import current_techniques, current_zone, newer_release
from quiz.web.filters import plural
from quiz.web.uploads import expect_file

bp = Blueprint("releases", __name__, url_prefix="/releases")

LARGEST_UPLOAD = MAX_COMPRESSED
"""Nearly twice the largest release: Enterprise 18.1 has 34.4 MB of JSON, 7.5 MB compressed."""
HASTE = Patience(answer=5, more=5, whole=10)
BY_COMMAND = "A larger file can be imported by “flask --app app techniques import FILE”."
BUSY = "Another import is under way; wait until it is done."


@bp.url_value_preprocessor
def take_a_bundle(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let the one form that sends a bundle be as large as one, before anything reads it."""
    if endpoint == "admin.releases.upload":
        expect_file(LARGEST_UPLOAD + MIB)


@bp.get("")
def index() -> ResponseReturnValue:
    """Show what is installed, how an import goes, and the ways to get another release."""
    return _page(ReleaseForm(), UploadForm())


@bp.get("/status")
def status() -> ResponseReturnValue:
    """Say how the import goes, to the page's script."""
    state = _job().state
    return jsonify(running=state.running, step=state.step, come=state.come, all=state.all)


@bp.post("")
def fetch() -> ResponseReturnValue:
    """Begin to fetch and import a release of MITRE's."""
    form = ReleaseForm()
    release = form.release() if form.validate_on_submit() else None
    if release is None:
        return _page(form, UploadForm()), 422
    releases, job = _releases(), _job()

    def run(job: ImportJob) -> str:
        job.step("Asking for it")
        return import_(job, releases.obtain_official(release, progress=job.fetched))

    import_ = _importing(overwrite=bool(form.overwrite.data))
    if not job.start(_called(release), run):
        flash(BUSY, "error")
    return redirect(url_for(".index"), code=303)


@bp.post("/upload")
def upload() -> ResponseReturnValue:
    """Take a bundle, and begin to import it."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _page(ReleaseForm(), form), 422
    sent, job = form.bundle.data, _job()
    name = safe_name(PurePosixPath(str(sent.filename).replace("\\", "/")).name)
    import_ = _importing(overwrite=bool(form.overwrite.data))
    with ExitStack() as stack:
        try:
            if job.state.running:
                raise CannotImport(BUSY)
            path = stack.enter_context(_releases().work()) / name
            sent.save(path)
        except TROUBLE as error:
            flash(f"{why(error, name).rstrip('.')}.", "error")
            return redirect(url_for(".index"), code=303)
        # The file goes with the thread that imports it, which has to be there then.
        kept = stack.pop_all()
        if not job.start(name, lambda job: import_(job, _held(kept, path))):
            kept.close()
            flash(BUSY, "error")
    return redirect(url_for(".index"), code=303)


@bp.post("/look")
def look() -> ResponseReturnValue:
    """Look for newer releases, and remember which there are."""
    if not LookForm().validate_on_submit():
        return redirect(url_for(".index"), code=303)
    try:
        index = _releases().look(patience=HASTE)
    except TROUBLE as error:
        flash(f"That could not be looked up: {why(error, 'the index')}.", "error")
    else:
        newer = {c.label: n for c in current_techniques().collections if (n := newer_release(c))}
        names = ", ".join(f"{number} instead of {label}" for label, number in newer.items())
        newest = index.get(ENTERPRISE, ("unknown",))[-1]
        flash(f"Newer: {names}." if names else f"Nothing is newer. Newest: {newest}.", "info")
    return redirect(url_for(".index"), code=303)


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Say how large a bundle may be."""
    form = UploadForm(formdata=None)
    form.bundle.errors = (f"That is larger than {LARGEST_UPLOAD // MIB} MiB. {BY_COMMAND}",)
    return _page(ReleaseForm(formdata=None), form), 413


def _page(form: ReleaseForm, upload_form: UploadForm) -> str:
    releases, loaded = _releases(), current_techniques()
    known = releases.known()
    return render_template(
        "admin/releases.html",
        form=form,
        upload_form=upload_form,
        look_form=LookForm(formdata=None),
        state=_job().state,
        collections=loaded.collections,
        counts=Counter(technique.collection for technique in loaded.catalogue),
        imported={c.name: _imported_at(releases.root / c.folder.name) for c in loaded.collections},
        offline=releases.offline,
        newest={domain: numbers[-1] for domain, numbers in known.items() if numbers},
        numbers=sorted({n for ns in known.values() for n in ns}, key=order, reverse=True),
        largest=LARGEST_UPLOAD // MIB,
        zone=current_zone(),
    )


def _importing(*, overwrite: bool) -> Callable[[ImportJob, AbstractContextManager[Obtained]], str]:
    """Make what imports a release that is to be had, for a thread that has no request."""
    releases = _releases()
    techniques: TechniqueFolder = current_app.extensions["techniques"]

    def import_(job: ImportJob, to_be_had: AbstractContextManager[Obtained]) -> str:
        with to_be_had as got:
            job.step("Reading and checking")
            done = releases.import_(got, overwrite=overwrite)
        job.step("Loading")
        techniques.load()  # so that no page has to wait for it
        label = done.collection.label
        if not done.imported.changed:
            return f"{label} was there already; nothing changed."
        replaced = done.imported.replaced
        instead = f" It takes the place of {replaced}." if replaced else ""
        return f"{label} is there: {plural(done.techniques, 'technique')}.{instead}"

    return import_


@contextmanager
def _held(stack: ExitStack, path: Path) -> Iterator[Obtained]:
    """Have an uploaded file at hand, then let go of it."""
    with stack:
        yield Obtained(path=path)


def _imported_at(folder: Path) -> datetime | None:
    """When an import last changed a collection; None for one that no import made."""
    try:
        return datetime.fromtimestamp((folder / SUMS).stat().st_mtime, UTC)
    except OSError:
        return None


def _called(release: Official) -> str:
    domain = domain_name(release.domain)
    return f"the newest {domain}" if release.number == NEWEST else f"{domain} {release.number}"


def _releases() -> Releases:
    releases: Releases = current_app.extensions["releases"]
    return releases


def _job() -> ImportJob:
    job: ImportJob = current_app.extensions["import_job"]
    return job
