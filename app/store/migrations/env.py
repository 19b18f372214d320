"""Alembic's entry: run the steps on the connection that `app.store.upgrade` has opened.

How to write a step, ``versions/NNNN_topic.py``:

* The number follows the newest one, and ``down_revision`` names that; a test holds both together.
* Columns beside the body are filled by `app.store.derive` after all steps. A column that is to be
  worked out *otherwise* from the same body needs a step too, even one that alters nothing: only
  after a step are they worked out anew, and ``changedesk verify`` compares them.
* A step that writes records (bodies, ids, versions, settings: any INSERT, UPDATE or DELETE) ends
  with `app.store.sealing.reseal`, which tells the log what was done and seals them anew::

      def upgrade() -> None:
          op.execute("UPDATE change SET body = json_set(body, '$.impact.currency', 'EUR')")
          reseal(op.get_bind(), "change", "Gave every change a currency")

  Without it the upgrade is refused and nothing is changed, because every such record would count as
  altered past the program from then on. Steps up to 0012 need it not: nothing was sealed yet.
"""

from alembic import context

from app.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
