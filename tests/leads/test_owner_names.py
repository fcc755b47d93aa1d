"""An owner who is called otherwise, and two who are called the same: lists show and group leads by who they are."""

from itertools import pairwise

import pytest
from celery.app.task import Task
from django.test import Client
from redis.exceptions import ConnectionError as RedisAwayError

from crm import services as crm_services
from crm.models import EventRecord
from leads import selectors, services
from leads.models import Chore, Lead
from tests.factories.leads import add_member, make_cast, make_lead


@pytest.fixture
def redis_away(monkeypatch):
    """Nobody can be nudged."""

    def refuse(task, *args, **kwargs):
        raise RedisAwayError("away")

    monkeypatch.setattr(Task, "apply_async", refuse)


def names():
    """What each lead's owner is called in its row."""
    return sorted(Lead.objects.values_list("name_line", "owner_name"))


@pytest.mark.django_db(transaction=True)
def test_a_colleague_who_is_called_otherwise_is_so_on_their_leads(redis_away, monkeypatch):
    # given a rep of two workspaces with more leads than are done at once, and a colleague with one
    monkeypatch.setattr("leads.services.chores.AT_ONCE", 2)
    cast, other = make_cast(), make_cast("other")
    rep = cast.members["rep"].user
    other.members["rep"].user = rep
    type(other.members["rep"]).objects.filter(pk=other.members["rep"].pk).update(user=rep)
    for n in range(3):
        make_lead(cast, f"Budi {n}", owner="rep")
    make_lead(cast, "Wati", owner="manager")
    make_lead(other, "Ayu", owner="rep")
    versions = set(Lead.objects.values_list("pk", "version", "updated_at"))

    # when they change their name, and the worker who began with it dies
    crm_services.change_own_profile(actor=cast.actor("rep"), name="Rini", phone="")
    chores = list(Chore.objects.filter(kind="rename"))
    assert sorted(chore.workspace_id for chore in chores) == sorted([cast.workspace.pk, other.workspace.pk])
    assert services.chores._step(chores[0].pk)
    for chore in chores:
        services.go_on_with_chore(chore_id=chore.pk, seconds=60.0)

    # then all their leads say so, in both workspaces, and nobody has changed them
    assert names() == [("Ayu", "Rini"), *((f"Budi {n}", "Rini") for n in range(3)), ("Wati", "Manager")]
    assert set(Lead.objects.values_list("pk", "version", "updated_at")) == versions
    assert not Chore.objects.filter(kind="rename").exists()


def test_who_changes_but_their_number_is_called_as_before(cast):
    rep = cast.actor("rep")

    crm_services.change_own_profile(actor=rep, name=cast.user("rep").name, phone="628110000")

    assert not EventRecord.objects.filter(name="crm.member_renamed").exists()


def test_two_owners_of_one_name_are_two_groups(cast):
    # given two colleagues called Rep whose leads were active in turn, and leads nobody owns
    cast.members["second"] = add_member(cast, "rep", "Ani")
    cast.members["second"].user.name = cast.user("rep").name
    cast.members["second"].user.save()
    made = [make_lead(cast, f"Lead {n}", owner=("rep", "second", "")[n % 3]) for n in range(9)]
    page = Client()
    page.force_login(cast.user("admin"))

    # then each has one stretch of the grouped list, over all its pages
    sort = selectors.grouped_sort(("-last_activity_at",), "owner")
    found, cursor = [], ""
    for _ in range(9):
        part = selectors.list_leads(
            selectors.visible_leads(cast.actor("admin")), sort=sort, cursor=cursor, size=2
        )
        found += part.rows
        cursor = part.next_cursor
        if not cursor:
            break
    owners = [lead.owner_id for lead in found]
    assert len(found) == len(made)
    assert sum(one != other for one, other in pairwise(owners)) == 2
    assert page.get("/leads/", {"group": "owner"}).status_code == 200
    assert (
        page.get("/api/v1/leads/", {"ordering": "owner_id"}).status_code == 400
    )  # it is nobody's to ask for
