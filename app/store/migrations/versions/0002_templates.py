"""Templates, the mode of a run, and the trade's word for a step that has not begun."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table and the columns; runs so far were live ones."""
    op.create_table(
        "template",
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("family", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("edition", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_template"),
        sa.UniqueConstraint("id", name="uq_template_id"),
    )
    op.create_index("ix_template_family", "template", ["family"])
    op.add_column("change", sa.Column("template", sa.Text))
    op.create_index("ix_change_template", "change", ["template"])
    op.add_column("run", sa.Column("mode", sa.Text))
    op.execute("UPDATE run SET mode = 'live'")
    _name_steps_pending()


def _name_steps_pending() -> None:
    """Rewrite the state ``todo`` of every step; the body of a run is JSON."""
    op.execute(
        "UPDATE run SET body = json_set(body, '$.steps', ("
        " SELECT json_group_array(CASE json_extract(step.value, '$.state')"
        "  WHEN 'todo' THEN json_set(step.value, '$.state', 'pending')"
        "  ELSE json(step.value) END)"
        " FROM json_each(run.body, '$.steps') AS step))"
        " WHERE json_array_length(body, '$.steps') > 0"
    )
