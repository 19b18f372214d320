"""The briefing is kept under its hash and logged; the command and the window write it to a file."""

import json

import pytest

from app.__main__ import build_parser
from app.cli import briefing as command
from app.errors import NotFound
from app.services.message.briefings import Briefs, make_briefing


def test_it_is_kept_and_logged_and_changes_nothing_of_the_plan(opened, made):
    change = made(contacts=())
    briefs = Briefs(opened.desk, opened.files, opened.render_briefing)
    printed = make_briefing(change.number, briefs=briefs)
    assert opened.files.get(printed.sha256).startswith(b"%PDF")
    assert printed.pages == 1
    assert printed.open_points == ("nobody to reach during the work",)
    event = opened.queries.events(change=change.id)[0]
    assert (event.kind, event.refs) == ("briefing.made", (printed.sha256,))
    with opened.new_uow() as uow:
        assert uow.changes.get(change.id) == change


def test_the_command_writes_one_page_and_says_what_is_open(opened, made, tmp_path, capsys):
    number, target = made(contacts=()).number, tmp_path / "b.pdf"
    args = build_parser().parse_args(["briefing", number, "--out", str(target), "--json"])
    assert command.run(args, opened) == 0
    said = json.loads(capsys.readouterr().out)
    assert target.read_bytes().startswith(b"%PDF")
    assert said["pages"] == 1
    assert said["open_points"] == ["nobody to reach during the work"]
    assert not list(tmp_path.glob("*.part"))
    unknown = build_parser().parse_args(["briefing", "CHG-999999"])
    with pytest.raises(NotFound):
        command.run(unknown, opened)
