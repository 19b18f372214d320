"""Controls of a risk become records of their own: a text, and the part of the plan it rests on."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Rewrite controls that are plain texts; the body of a change is JSON."""
    op.execute(
        "UPDATE change SET body = json_set(body, '$.risk.controls', ("
        " SELECT json_group_array(CASE control.type"
        "  WHEN 'text' THEN json_object('text', control.value, 'link', '')"
        "  ELSE json(control.value) END)"
        " FROM json_each(change.body, '$.risk.controls') AS control))"
        " WHERE json_valid(body) AND json_array_length(body, '$.risk.controls') > 0"
    )
