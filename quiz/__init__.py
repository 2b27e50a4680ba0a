"""Tradecraft: ATT&CK technique files turned into practice that sticks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Make the application; ``config`` wins over the environment, which wins over the defaults.

    Raises :class:`quiz.config.ConfigError`, with a sentence that says what to do,
    where a setting cannot work.
    """
    # Imported here so that quiz.content and quiz.questions load without Flask.
    from flask import Flask

    from quiz import cli, web
    from quiz.config import ROOT, load
    from quiz.content.folder import TechniqueFolder
    from quiz.db.base import alembic, db
    from quiz.services.releases import Releases
    from quiz.web.account.fit_job import FitJob
    from quiz.web.admin.job import ImportJob

    given = dict(config or {})
    instance = Path(given.pop("INSTANCE_DIR", ROOT / "instance"))
    app = Flask(__name__, template_folder=str(ROOT / "templates"), instance_path=str(instance))
    app.config.from_mapping(load(given, os.environ, instance))

    db.init_app(app)
    alembic.init_app(app)
    app.extensions["techniques"] = TechniqueFolder(app.config["TECHNIQUES_DIR"])
    app.extensions["releases"] = Releases(
        root=app.config["TECHNIQUES_DIR"],
        instance=instance,
        repository=app.config["ATTACK_URL"],
        offline=app.config["OFFLINE"],
    )
    app.extensions["import_job"] = ImportJob()
    app.extensions["fit_job"] = FitJob()
    web.init_app(app)
    cli.init_app(app)
    return app
