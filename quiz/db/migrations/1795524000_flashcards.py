"""Flashcards: settings, parameters, breaks, decks; what undoing and statistics need of a review."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "1795524000"
down_revision = "1795509600"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
A_BATCH = 5000

# The forgetting curve of FSRS-6 with the weights of all reviews up to here.
DECAY = -0.1542
FACTOR = 0.9 ** (1 / DECAY) - 1

DERIVED = ("day", "first_that_day", "state_before", "interval_before", "predicted")

review = sa.table(
    "review",
    *map(sa.column, ("id", "card_id", "learner_id", "time_zone")),
    sa.column("reviewed_at", Moment),
    sa.column("before", sa.JSON()),
    sa.column("day", sa.Date()),
    sa.column("first_that_day", sa.Boolean()),
    *map(sa.column, ("state_before", "interval_before", "predicted")),
    *map(sa.column, ("rating", "duration_ms")),
)
card = sa.table("card", *map(sa.column, ("id", "asked", "remembered", "duration_ms")))
learner = sa.table("learner", sa.column("id"), sa.column("rollover_hour"))


def upgrade() -> None:
    create_scheduler_parameters()
    create_owned_tables()
    create_anki_notes()
    add_settings()
    add_to_cards()
    add_to_reviews()
    with op.batch_alter_table("attempt_question") as batch:
        batch.add_column(sa.Column("taken_for", sa.String(80), nullable=True))


def create_scheduler_parameters() -> None:
    op.create_table(
        "scheduler_parameters",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_scheduler_parameters"),
    )


def create_owned_tables() -> None:
    create_owned(
        "fit",
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=True),
        sa.Column("log_loss_before", sa.Double(), nullable=True),
        sa.Column("log_loss_after", sa.Double(), nullable=True),
        sa.Column("better", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("applied", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index("ix_fit_learner_id_created_at", "fit", ["learner_id", "created_at"])
    create_owned(
        "study_break",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("spread_days", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
    )
    op.create_index("ix_study_break_learner_id_last_day", "study_break", ["learner_id", "last_day"])
    create_owned(
        "saved_deck",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.UniqueConstraint("learner_id", "name", name="uq_saved_deck_learner_id_name"),
    )
    op.create_table(
        "day_summary",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.Column("undone_ids", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "day", name="pk_day_summary"),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name="fk_day_summary_learner_id_learner",
            ondelete="CASCADE",
        ),
    )


def create_owned(table: str, *parts: sa.schema.SchemaItem) -> None:
    """Create a table of what learners own."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name=f"fk_{table}_learner_id_learner",
            ondelete="CASCADE",
        ),
    )


def create_anki_notes() -> None:
    op.create_table(
        "anki_note",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("card_key", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name="fk_anki_note_learner_id_learner",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "card_key", name="pk_anki_note"),
    )


def add_settings() -> None:
    with op.batch_alter_table("learner") as batch:
        for column in (
            sa.Column("reviews_per_day", sa.Integer(), server_default="200", nullable=False),
            sa.Column("new_order", sa.String(20), server_default="suggested", nullable=False),
            sa.Column("bury_siblings", sa.Boolean(), server_default=sa.true(), nullable=False),
            sa.Column("answering", sa.String(10), server_default="reveal", nullable=False),
            sa.Column("two_buttons", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("quiz_counts", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("keys", sa.JSON(), nullable=True),
            sa.Column("extended_day", sa.Date(), nullable=True),
            sa.Column("extended_to", sa.Integer(), server_default="0", nullable=False),
            sa.Column("parameters_version", sa.String(40), nullable=True),
        ):
            batch.add_column(column)
        batch.create_foreign_key(
            "fk_learner_parameters_version_scheduler_parameters",
            "scheduler_parameters",
            ["parameters_version"],
            ["version"],
        )


def add_to_cards() -> None:
    with op.batch_alter_table("card") as batch:
        for column in (
            sa.Column("entries", sa.Integer(), server_default="0", nullable=False),
            sa.Column("last_day", sa.Date(), nullable=True),
            sa.Column("suspended_at", Moment, nullable=True),
            sa.Column("buried_until", Moment, nullable=True),
            sa.Column("marked_at", Moment, nullable=True),
            sa.Column("note", sa.Text(), nullable=True),
            sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
            sa.Column("remembered", sa.Integer(), server_default="0", nullable=False),
            sa.Column("duration_ms", sa.BigInteger(), server_default="0", nullable=False),
        ):
            batch.add_column(column)
    op.execute("UPDATE card SET entries = reviews")
    op.create_index(
        "ix_card_memory",
        "card",
        [
            *("learner_id", "last_review", "state", "stability", "difficulty", "due"),
            *("suspended_at", "entries"),
        ],
    )
    op.drop_index("ix_card_learner_id_due", "card")
    op.create_index(
        "ix_card_learner_id_state_due",
        "card",
        ["learner_id", "state", "due"],
        sqlite_where=sa.text("suspended_at IS NULL"),
        postgresql_where=sa.text("suspended_at IS NULL"),
    )


def add_to_reviews() -> None:
    with op.batch_alter_table("review") as batch:
        for column in (
            sa.Column("day", sa.Date(), nullable=True),
            sa.Column("first_that_day", sa.Boolean(), nullable=True),
            sa.Column("state_before", sa.String(12), nullable=True),
            sa.Column("interval_before", sa.Double(), nullable=True),
            sa.Column("predicted", sa.Double(), nullable=True),
            sa.Column("source", sa.String(10), server_default="card", nullable=False),
            sa.Column("chosen", sa.JSON(), nullable=True),
            sa.Column("taken_for", sa.String(80), nullable=True),
            sa.Column("taken_off", sa.JSON(), nullable=True),
            sa.Column("undone_at", Moment, nullable=True),
        ):
            batch.add_column(column)
    fill_reviews()
    count_on_cards()
    with op.batch_alter_table("review") as batch:
        batch.alter_column("day", existing_type=sa.Date(), nullable=False)
        batch.alter_column("first_that_day", existing_type=sa.Boolean(), nullable=False)
        batch.alter_column("state_before", existing_type=sa.String(12), nullable=False)
    # Until here nothing was undone: the last review of a card is the last of its log.
    op.execute(
        "UPDATE card SET last_day = (SELECT day FROM review"
        " WHERE review.card_id = card.id AND review.sequence = card.entries)"
    )
    op.create_index("ix_review_learner_id_day", "review", ["learner_id", "day"])
    undone = sa.text("undone_at IS NOT NULL")
    op.create_index(
        "ix_review_learner_id_undone_at",
        "review",
        ["learner_id", "undone_at"],
        sqlite_where=undone,
        postgresql_where=undone,
    )


def fill_reviews() -> None:
    """Tell of each review, from what the log has, what statistics ask about it."""
    connection = op.get_bind()
    rollover = dict(connection.execute(sa.select(learner.c.id, learner.c.rollover_hour)).all())
    fill = (
        sa.update(review)
        .where(review.c.id == sa.bindparam("row"))
        .values({name: sa.bindparam(f"new_{name}") for name in DERIVED})
    )
    seen: tuple[int, date] | None = None
    for rows in batches(connection):
        values = []
        for row in rows:
            day = study_day(row.reviewed_at, row.time_zone, rollover[row.learner_id])
            first, seen = (row.card_id, day) != seen, (row.card_id, day)
            values.append({"row": row.id, "new_day": day, "new_first_that_day": first})
            values[-1].update(memory_before(row.before, aware(row.reviewed_at)))
        connection.execute(fill, values)


def count_on_cards() -> None:
    """Count on each card how often it was asked in review and remembered, and its time."""
    asked = sa.and_(review.c.first_that_day, review.c.state_before == "review")
    counts = {
        "asked": sa.func.count(sa.case((asked, 1))),
        "remembered": sa.func.count(sa.case((sa.and_(asked, review.c.rating > 1), 1))),
        "duration_ms": sa.func.coalesce(sa.func.sum(review.c.duration_ms), 0),
    }
    of_card = review.c.card_id == card.c.id
    op.execute(
        sa.update(card).values(
            {name: sa.select(n).where(of_card).scalar_subquery() for name, n in counts.items()}
        )
    )


def batches(connection: sa.Connection) -> Iterator[list[Any]]:
    """Read every review, each card's in order, a few thousand at a time."""
    place = (0, 0)
    query = (
        sa.select(review.c.id, review.c.card_id, review.c.learner_id, review.c.time_zone)
        .add_columns(review.c.reviewed_at, review.c.before)
        .order_by(review.c.card_id, review.c.id)
        .limit(A_BATCH)
    )
    while True:
        card, last = place
        after = sa.or_(
            review.c.card_id > card, sa.and_(review.c.card_id == card, review.c.id > last)
        )
        rows = list(connection.execute(query.where(after)))
        if not rows:
            return
        yield rows
        place = (rows[-1].card_id, rows[-1].id)


def memory_before(before: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Tell the state, interval and predicted chance of a card's memory at its review."""
    interval = predicted = None
    if before["last_review"]:
        last = datetime.fromisoformat(before["last_review"])
        interval = (datetime.fromisoformat(before["due"]) - last) / timedelta(days=1)
        elapsed = max(0, (at - last).days)
        predicted = (1 + FACTOR * elapsed / before["stability"]) ** DECAY
    return {
        "new_state_before": before["state"],
        "new_interval_before": interval,
        "new_predicted": predicted,
    }


def study_day(at: datetime, zone: str, rollover_hour: int) -> date:
    """Tell the study day by the clock on the learner's wall."""
    local = aware(at).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return (local - timedelta(hours=rollover_hour)).date()


def aware(at: datetime) -> datetime:
    """Mark what SQLite gives as the UTC it is."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
