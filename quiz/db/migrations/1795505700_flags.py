"""Flags on questions, and the cards that are switched off."""

import sqlalchemy as sa
from alembic import op

revision = "1795505700"
down_revision = "1795492800"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_flag()
    create_switched_off()


def create_flag() -> None:
    op.create_table(
        "flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("attempt_question_id", sa.Integer(), nullable=True),
        sa.Column("card_key", sa.String(128), nullable=False),
        sa.Column("stix_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("resolved_at", Moment, nullable=True),
        sa.Column("resolution", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_flag"),
        sa.UniqueConstraint(
            "learner_id",
            "card_key",
            "seed",
            "reason",
            name="uq_flag_learner_id_card_key_seed_reason",
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name="fk_flag_learner_id_learner", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["attempt_question_id"],
            ["attempt_question.id"],
            name="fk_flag_attempt_question_id_attempt_question",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_flag_card_key", "flag", ["card_key"])
    op.create_index("ix_flag_attempt_question_id", "flag", ["attempt_question_id"])


def create_switched_off() -> None:
    op.create_table(
        "switched_off",
        sa.Column("card_key", sa.String(128), nullable=False),
        sa.Column("stix_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.PrimaryKeyConstraint("card_key", name="pk_switched_off"),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name="fk_switched_off_learner_id_learner",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_switched_off_learner_id", "switched_off", ["learner_id"])
