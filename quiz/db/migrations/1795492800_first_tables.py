"""The first tables: learners, their cards and reviews, their attempts and answers."""

import sqlalchemy as sa
from alembic import op

revision = "1795492800"
down_revision = None
branch_labels = ("default",)
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_learner()
    create_card()
    create_review()
    create_attempt()
    create_attempt_question()


def create_learner() -> None:
    op.create_table(
        "learner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("time_zone_known", sa.Boolean(), nullable=False),
        sa.Column("rollover_hour", sa.Integer(), nullable=False),
        sa.Column("new_per_day", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learner"),
        sa.UniqueConstraint("local", name="uq_learner_local"),
    )


def create_card() -> None:
    op.create_table(
        "card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("stix_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("stability", sa.Double(), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("due", Moment, nullable=True),
        sa.Column("last_review", Moment, nullable=True),
        sa.Column("first_review", Moment, nullable=True),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("queued_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.UniqueConstraint("learner_id", "key", name="uq_card_learner_id_key"),
        owned_by("card", "learner"),
    )
    index("card", "learner_id", "due")
    index("card", "learner_id", "first_review")
    index("card", "learner_id", "queued_at")
    index("card", "learner_id", "stix_id")


def create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("card_key", sa.String(128), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", Moment, nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("algorithm", sa.String(40), nullable=False),
        sa.Column("parameters_version", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint("card_id", "sequence", name="uq_review_card_id_sequence"),
        owned_by("review", "learner"),
        owned_by("review", "card"),
    )
    index("review", "learner_id", "reviewed_at")


def create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("collections", sa.Text(), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("learner_id", "token", name="uq_attempt_learner_id_token"),
        owned_by("attempt", "learner"),
    )
    index("attempt", "learner_id", "started_at")


def create_attempt_question() -> None:
    op.create_table(
        "attempt_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("card_key", sa.String(128), nullable=False),
        sa.Column("stix_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("chosen", sa.JSON(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempt_question"),
        sa.UniqueConstraint(
            "attempt_id", "position", name="uq_attempt_question_attempt_id_position"
        ),
        owned_by("attempt_question", "learner"),
        owned_by("attempt_question", "attempt"),
    )
    index("attempt_question", "learner_id", "answered_at")
    index("attempt_question", "learner_id", "stix_id")


def owned_by(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"],
        [f"{owner}.id"],
        name=f"fk_{table}_{owner}_id_{owner}",
        ondelete="CASCADE",
    )


def index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
