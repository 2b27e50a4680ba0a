"""Exams: answers that are graded at the end, time limits, confidence; quizzes under a name."""

import sqlalchemy as sa
from alembic import op

revision = "1795532400"
down_revision = "1795524000"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)

attempt_question = sa.table(
    "attempt_question",
    sa.column("version", sa.Integer()),
    sa.column("answered_at", Moment),
)


def upgrade() -> None:
    with op.batch_alter_table("learner") as batch:
        batch.add_column(sa.Column("exam_time", sa.Integer(), server_default="100", nullable=False))
    with op.batch_alter_table("attempt") as batch:
        batch.add_column(sa.Column("ends_at", Moment, nullable=True))
        batch.add_column(sa.Column("extended_s", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("attempt_question") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("confidence", sa.String(10), nullable=True))
        batch.add_column(
            sa.Column("flagged", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    answered = attempt_question.c.answered_at.is_not(None)
    op.execute(attempt_question.update().where(answered).values(version=1))
    op.create_table(
        "saved_quiz",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("setup", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learner.id"],
            name="fk_saved_quiz_learner_id_learner",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_quiz"),
        sa.UniqueConstraint("learner_id", "name", name="uq_saved_quiz_learner_id_name"),
    )
