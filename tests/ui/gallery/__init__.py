"""Every widget of the kit in every state, to be looked at: ``python -m tests.ui.gallery OUT``."""

from tests.ui.gallery.basics import basics
from tests.ui.gallery.cards import many, questions, restores
from tests.ui.gallery.charts import charts
from tests.ui.gallery.lists import lists
from tests.ui.gallery.messages import messages
from tests.ui.gallery.run import run
from tests.ui.gallery.verdicts import verdicts

SHEETS = {
    "charts": charts,
    "basics": basics,
    "lists": lists,
    "run": run,
    "messages": messages,
    "questions": questions,
    "restores": restores,
    "many": many,
    "verdicts": verdicts,
}
