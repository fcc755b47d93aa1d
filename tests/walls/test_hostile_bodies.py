"""Requests that ask for more than they may: every column of a table in the body, and rows of another workspace."""

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from crm.models import Contact, Membership, User
from leads.models import Lead
from tests.walls.home import Home, fingerprint, make_home
from tests.walls.routes import Route
from tests.walls.test_matrix import WRITES, call_as, guarded, offering, ready, request_for, undone

# What a caller can never set through any body, whatever it is called there.
FIXED = ("id", "workspace_id", "created_at", "is_staff", "is_superuser", "user_id")
COUNTED = ("ownership_epoch", "score", "version")  # the product counts these itself
TOO_MUCH = 99
OURS = ("crm", "conversations", "leads", "agents")


@pytest.fixture
def home(owner, admin, channel, system, nudges) -> Home:
    return make_home(owner, ready(admin), channel, system)


def every_column(stranger: Any) -> dict[str, Any]:
    """Each column of each table of ours with a value that would do harm."""
    hostile: dict[str, Any] = {}
    for model in (one for name in OURS for one in apps.get_app_config(name).get_models()):
        for field in model._meta.concrete_fields:
            hostile |= {field.name: harmful(field, stranger), field.attname: harmful(field, stranger)}
    return hostile


def harmful(field: models.Field, stranger: Any) -> Any:
    """The stranger's workspace for keys to workspaces, themselves for people, else something conspicuous."""
    if field.is_relation:
        own: dict[Any, Any] = {User: stranger.user.pk, Membership: stranger.member.pk}
        return str(own.get(field.related_model, stranger.member.workspace_id))
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.IntegerField):
        return TOO_MUCH
    if isinstance(field, models.UUIDField):
        return str(uuid.uuid4())
    return "2001-01-01T00:00:00Z" if isinstance(field, models.DateTimeField) else "HOSTILE"


def guarded_columns() -> dict[str, Any]:
    """The columns nobody may set, of every row that the routes speak of."""
    tables = (Lead, Contact, Membership, User, apps.get_model("conversations", "Conversation"))
    return {
        f"{row._meta.label}/{row.pk}/{name}": getattr(row, name)
        for table in tables
        for row in table._default_manager.order_by("pk")
        for name in FIXED + COUNTED
        if hasattr(row, name)
    }


def is_moved(name: str, before: Any, after: Any) -> bool:
    """Changed, or for what is counted: set to the value of the body."""
    return bool(after == TOO_MUCH if name.rsplit("/", 1)[1] in COUNTED else after != before)


def writes(home: Home) -> list[tuple[str, Route]]:
    return [
        (method, route)
        for route in (offering(home, one) for one in guarded())
        for method in sorted(route.methods)
        if method in WRITES
    ]


@pytest.mark.django_db
def test_no_body_sets_what_nobody_may_set(home, stranger):
    hostile, before, found, walked = every_column(stranger), guarded_columns(), [], 0
    elsewhere = fingerprint(stranger.member.workspace_id)
    for method, route in writes(home):
        with undone():
            # when a right request also names every column of every table
            address, body = request_for(home, method, route)
            answer = call_as(home.admin, method, route, address, {**hostile, **body})
            walked += 1

            # then no row that was there has another id, workspace, owner of rights or score; nothing is elsewhere
            after = guarded_columns()
            moved = [name for name, value in before.items() if is_moved(name, value, after.get(name, value))]
            made = [row.pk for row in Contact.objects.exclude(workspace_id=home.conversation.workspace_id)]
            if moved or made or answer.status_code >= 500:
                found.append(f"{method} {route.pattern}: {answer.status_code} {moved} {made}")
            if fingerprint(stranger.member.workspace_id) != elsewhere:
                found.append(f"{method} {route.pattern}: wrote into the stranger's workspace")
    assert not found, "\n".join(found)
    assert walked > 30


@pytest.mark.django_db
def test_no_body_reaches_a_row_of_another_workspace(home, stranger):
    # given a stranger with a lead and a conversation of their own, and the ids of the home's rows and people
    ready(stranger)
    ids = {
        "contact": str(home.conversation.contact_id), "user": str(home.owner.user.pk), "lead": str(home.lead.pk),
        "owner": str(home.owner.user.pk), "conversation": str(home.conversation.pk),
        "channel": str(home.channel.pk), "reply_to": home.message.provider_id,
    }  # fmt: skip
    before, found = fingerprint(home.conversation.workspace_id), []

    # when they are sent to every route that makes something, or asked for as filters of every list
    for route in (offering(home, one) for one in guarded() if not one.parameters):
        with undone():
            for method in sorted(route.methods & {"POST"}):
                answer = call_as(
                    stranger, method, route, route.address({}), {**home.body(method, route), **ids}
                )
                if answer.status_code >= 500 or fingerprint(home.conversation.workspace_id) != before:
                    found.append(f"{method} {route.pattern}: {answer.status_code}")
            for name, value in ids.items():
                answer = call_as(stranger, "GET", route, f"{route.address({})}?{name}={value}", None)
                said = answer.content.decode(errors="replace")
                if answer.status_code >= 500 or str(home.lead.pk) in said.replace(value, ""):
                    found.append(f"GET {route.pattern}?{name}=: {answer.status_code}")
    assert not found, "\n".join(found)
