"""The shared cast: two workspaces, who works in them, a WhatsApp channel, and a customer.

People (`Player`): `admin`, `manager`, `owner` (a rep), `teammate` (a rep of the owner's team), `colleague` (a rep of
no team), `viewer`; `stranger` is the admin of another workspace. Each has `.actor()`, `.user`, `.page` (a signed-in
browser) and `.api` (a program with that person's key). Others: `workspace`, `strangers_workspace`, `system` and `agent`
(actors), `anonymous` (a browser, signed out), `channel` (secret and number as in tests/payloads, bot on),
`strangers_channel`, `conversation` (Budi has just written, the bot owns it), `strangers_conversation`.
`nudges` keeps what workers would be asked to look at, in place of a broker: [(task name, arguments)].
`graph` plays Meta on a socket of its own.
Rows beyond that: tests/factories.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.test import Client

from conversations.models import Channel, Conversation
from crm import services as crm_services
from crm.core.actors import Actor, ActorKind, Sight, system_actor
from crm.core.outgoing import calls
from crm.models import Membership, Team, User, Workspace
from crm.selectors import actor_for
from tests.conversations.graph import Graph
from tests.factories.conversations import ChannelFactory, receive
from tests.proofs import signed_in


class Api:
    """A program that calls /api/v1/ with a key: `api.get("leads/")`, `api.post("leads/", {...}, **headers)`."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client()

    def call(self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Any method; `path` below /api/v1/ or the absolute URL of a next page."""
        url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        body = "" if data is None else json.dumps(data)
        sent = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return self.client.generic(method, url, body, content_type="application/json", headers=sent)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """Read."""
        return self.call("GET", path, headers=headers)

    def post(self, path: str, data: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Write; `headers={"Idempotency-Key": ...}`."""
        return self.call("POST", path, data, headers)

    def patch(self, path: str, data: Any, headers: dict[str, str] | None = None) -> Any:
        """Change; `headers={"If-Match": ...}`."""
        return self.call("PATCH", path, data, headers)


@dataclass
class Player:
    """A member of a workspace and the doors they come through."""

    member: Membership

    def actor(self, via: str = "page") -> Actor:
        """Who acts when they act."""
        return actor_for(self.member, via=via)

    @property
    def user(self) -> User:
        """The person."""
        return self.member.user

    @cached_property
    def page(self) -> Client:
        """Their browser, signed in just now."""
        return signed_in(self.user)

    @cached_property
    def api(self) -> Api:
        """A program with their key."""
        system = system_actor(self.member.workspace_id, via="command")
        return Api(crm_services.create_api_key(actor=system, email=self.user.email).secret)

    def is_reached_at(self, phone: str) -> None:
        """The number is in their profile, and somebody who manages members has confirmed it."""
        User.objects.filter(pk=self.user.pk).update(phone=phone)
        system = system_actor(self.member.workspace_id, via="command")
        crm_services.confirm_phone(actor=system, membership_id=self.member.pk)
        self.member.refresh_from_db()


def add_player(workspace: Workspace, role: str, name: str) -> Player:
    """One more member, `<name>@<workspace>.test`, password "secret"."""
    system = system_actor(workspace.pk, via="command")
    email = f"{name.lower()}@{workspace.slug}.test"
    member = crm_services.add_member(actor=system, email=email, role_key=role, name=name, password="secret")
    return Player(member)


@pytest.fixture
def nudges(monkeypatch) -> list[tuple[str, dict[str, Any]]]:
    """What workers were asked to look at; nobody does. The tests call the tasks or services themselves."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def keep(task: Any, args: Any = None, kwargs: Any = None, **_: Any) -> None:
        asked.append((task.name, dict(kwargs or {})))

    monkeypatch.setattr("celery.app.task.Task.apply_async", keep)
    monkeypatch.setattr("agents.tasks.schedule_turns", lambda ids: None)
    return asked


@pytest.fixture
def graph(settings):
    """Meta, on a socket of its own; our patience is short."""
    settings.PROVIDER_TIMEOUT = 0.4
    found = Graph()
    settings.META_GRAPH_URL = found.url
    yield found
    calls.close_shared_clients()  # the process's own clients keep connections open
    found.close()


@pytest.fixture
def workspace(db) -> Workspace:
    """Where the cast works."""
    return crm_services.create_workspace(slug="warung", name="Warung Senja")


@pytest.fixture
def strangers_workspace(db) -> Workspace:
    """Where the stranger works."""
    return crm_services.create_workspace(slug="elsewhere", name="Elsewhere")


@pytest.fixture
def system(workspace) -> Actor:
    """The product itself."""
    return system_actor(workspace.pk, via="command")


@pytest.fixture
def agent(workspace) -> Actor:
    """A bot that answers customers."""
    permissions = {
        "contacts.view", "contacts.edit", "conversations.view", "conversations.reply",
        "conversations.take_over", "conversations.assign", "leads.view", "leads.edit", "leads.assign",
    }  # fmt: skip
    return Actor(
        kind=ActorKind.AGENT,
        id="agent-1",
        label="Sarah",
        workspace_id=workspace.pk,
        permissions=frozenset(permissions),
        via="task",
        sight=Sight.ALL,
    )


@pytest.fixture
def admin(workspace) -> Player:
    """May do everything."""
    return add_player(workspace, "admin", "Ada")


@pytest.fixture
def manager(workspace) -> Player:
    """Sees everything, may assign."""
    return add_player(workspace, "manager", "Mira")


@pytest.fixture
def _team(workspace) -> Team:
    return Team.objects.create(workspace=workspace, name="Java")


@pytest.fixture
def owner(workspace, _team) -> Player:
    """The rep whose conversations these are."""
    player = add_player(workspace, "rep", "Rina")
    player.member.teams.add(_team)
    return player


@pytest.fixture
def teammate(workspace, _team) -> Player:
    """A rep of the owner's team: sees the owner's rows."""
    player = add_player(workspace, "rep", "Tomi")
    player.member.teams.add(_team)
    return player


@pytest.fixture
def colleague(workspace) -> Player:
    """A rep of no team: sees their own rows and nobody's, not the owner's."""
    return add_player(workspace, "rep", "Cahya")


@pytest.fixture
def viewer(workspace) -> Player:
    """Sees everything, changes nothing."""
    return add_player(workspace, "viewer", "Vera")


@pytest.fixture
def stranger(strangers_workspace) -> Player:
    """May do everything - elsewhere."""
    return add_player(strangers_workspace, "admin", "Stranger")


@pytest.fixture
def anonymous() -> Client:
    """A browser, signed out."""
    return Client()


@pytest.fixture
def channel(workspace) -> Channel:
    """A WhatsApp number by Meta; /hooks/whatsapp_meta/warung-whatsapp/."""
    return ChannelFactory.create(workspace=workspace, key="warung-whatsapp")


@pytest.fixture
def strangers_channel(strangers_workspace) -> Channel:
    """Another workspace's number under the same Meta app."""
    row = ChannelFactory.create(workspace=strangers_workspace, key="elsewhere-whatsapp")
    row.settings["phone_number_id"] = "109900000000012"
    row.save()
    return row


@pytest.fixture
def conversation(channel) -> Conversation:
    """Budi wrote a second ago: open, the bot's, within its window."""
    return Conversation.objects.get(pk=receive(channel, "Halo kak").conversation_id)


@pytest.fixture
def strangers_conversation(strangers_channel) -> Conversation:
    """Somebody wrote to the other workspace."""
    message = receive(strangers_channel, "Hola", phone="573005550142", name="Camila")
    return Conversation.objects.get(pk=message.conversation_id)
