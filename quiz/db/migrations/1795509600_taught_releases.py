"""What each collection has taught, and the mark on cards whose answer a release changed."""

import sqlalchemy as sa
from alembic import op

revision = "1795509600"
down_revision = "1795505700"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "taught_release",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("edition", sa.String(64), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("collection", name="pk_taught_release"),
    )
    # Columns that may be empty are added in place: no table is rebuilt.
    op.add_column("card", sa.Column("changed_in", sa.Text(), nullable=True))
    op.add_column("card", sa.Column("changed_due", Moment, nullable=True))
    op.add_column("card", sa.Column("old_answer", sa.JSON(), nullable=True))
    op.add_column("card", sa.Column("new_answer", sa.JSON(), nullable=True))
