"""${message}.

Change columns and constraints inside ``with op.batch_alter_table(...)``: SQLite rebuilds the
table, and the rows stay. Where rows have to change, name their tables here (``sa.table``) as they
were at the time; the models move on. Migrations go up only: the way back is a backup.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
