"""Today: most urgent first, each person once."""

from uuid import uuid4

from crm import panels
from crm.core.actors import system_actor


def row(about, rank, at):
    return {"about": about, "rank": rank, "at": at, "title": about}


def test_a_person_who_wants_two_things_is_shown_once_and_where_the_more_urgent_one_stands(monkeypatch):
    leads = [row("mateo", 1, 1), row("ayu", 1, 2)]
    inbox = [row("james", 1, 3), row("ayu", 1, 4), row("putu", 2, 0)]
    monkeypatch.setattr(panels, "_queues", [lambda actor: inbox, lambda actor: leads])

    shown, more = panels.today(system_actor(uuid4(), via="task"), limit=3)

    assert [(r["title"], r["at"]) for r in shown] == [("mateo", 1), ("ayu", 2), ("james", 3)]
    assert more == 1
