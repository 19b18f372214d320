"""Messages, a form with an error, an empty page."""

from PySide6.QtWidgets import QWidget

from tests.ui.gallery.sample import START, ZONE, sheet
from ui.messages import Message, MessageAction, Tone
from ui.widgets import buttons as b
from ui.widgets.banner import Banner
from ui.widgets.empty import EmptyState, ghost_chart
from ui.widgets.fields import ChoiceField, FlagField, LineField, PickField, TextField
from ui.widgets.form import Form
from ui.widgets.labels import body
from ui.widgets.layout import card, column, panel, row
from ui.widgets.moment_field import MomentField


def messages() -> QWidget:
    error = Banner(
        Message(
            "Failed: the safety backup of db-01 stopped",
            Tone.ERROR,
            "db-01, writing to the vault",
            "4, safety backup of orders, at 01:20:34 SAST",
            "The vault disk is full: 0.4 GB free",
            "db-01 is unchanged, version 14 is running",
            "Free 9 GB, or choose another vault folder, and run step 4 again.",
            "$ pg_dump -Fc\nwrite: ENOSPC <b>\nexit 1",
            (MessageAction("Choose another folder", print), MessageAction("Back out", print)),
        )
    )
    error._fold.setChecked(True)
    warning = Banner(Message("The key of db-02 is not confirmed", Tone.WARNING, next="Compare it."))
    form = Form(2)
    name = LineField("Name", "As it is called in the log", placeholder="db-01")
    form.add("name", name)
    address = LineField("Address")
    address.set_value("10.0.0.256")
    form.add("address", address)
    form.add("login", ChoiceField("Login", (("agent", "SSH agent"), ("key", "Key file"))))
    form.add("secret", LineField("Password", secret=True))
    form.add("text", TextField("What is wrong", lines=3), wide=True)
    when = MomentField("Starts", (ZONE, "Europe/Berlin"))
    when.set_value(START, ZONE)
    form.add("when", when, wide=True)
    form.add("flag", FlagField("Service", "Users are without it", "It counts as downtime"))
    pick = PickField("Hosts", (("1", "db-01"), ("2", "db-02")))
    pick.set_value(("1",))
    form.add("hosts", pick)
    address.set_error("This is not an address. Use a name or 4 numbers up to 255.")
    empty = EmptyState(
        "No baseline yet",
        "Choose up to 12 measures and take the baseline now, so that "
        "the report can say what the change made better or worse.",
        b.primary("Choose measures"),
        takes="takes about 2 min",
        ghost=ghost_chart,
    )
    left = panel(
        column(error, warning, card(column(body("A card " * 20), margins=(12, 12, 12, 12))), None)
    )
    return sheet(panel(row(left, form, gap=24)), empty, width=1100)
