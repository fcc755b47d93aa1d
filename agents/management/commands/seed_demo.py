"""manage.py seed_demo: the demo workspace `demo` with its people, channel, agent and last week's leads; idempotent."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents import services as agents
from agents.management.demo.playing import play_stories
from conversations import services as conversations
from conversations.models import Channel
from crm import services as crm
from crm.core.actors import Actor, system_actor
from crm.models import User
from crm.selectors import actor_for
from leads import services as leads

PEOPLE = [
    ("admin@demo.test", "admin", "Ana Prasetyo"),
    ("manager@demo.test", "manager", "Marco Ruiz"),
    ("rep@demo.test", "rep", "Rina Wijaya"),
    ("viewer@demo.test", "viewer", "Victor Lane"),
]
REP_PHONE = "+628110000900"
ARCHIVE = "demo-archive"
CHANNEL = {
    "app_secret": "demo-app-secret",
    "verify_token": "demo-verify-token",
    "phone_number_id": "100000000000001",
    "access_token": "demo-access-token",
    "display_phone_number": "+62 811 0000 001",
}


class Command(BaseCommand):
    """Fill the demo workspace. Its passwords are known to everybody, so it only runs on loopback."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Workspace, people, channel, slots, rules, agent."""
        if not settings.SITE_URL.startswith(("http://127.0.0.1", "http://localhost")):
            raise CommandError(
                "The demo has passwords that everybody knows: it only runs on loopback (SITE_URL)."
            )
        workspace = crm.create_workspace(slug="demo", name="Studio Senja")
        actor = system_actor(workspace.id, via="command")
        people = {}
        for email, role, name in PEOPLE:
            member = crm.add_member(actor=actor, email=email, role_key=role, password="demo", name=name)  # noqa: S106
            people[name.split()[0].lower()] = member
        leads.set_up_leads(actor=actor)
        agents.set_up_agent(actor=actor)
        conversations.create_channel(
            actor=actor, kind="whatsapp_meta", key="demo-whatsapp", name="WhatsApp", settings=CHANNEL
        )
        stage = {name: actor_for(people[name], via="command") for name in ("rina", "marco")}
        told = play_stories(actor, self._archive(actor), stage)
        rina = people["rina"]
        if User.objects.filter(pk=rina.user_id, phone="").update(
            phone=REP_PHONE
        ):  # from now on alerts go out
            crm.confirm_phone(actor=actor, membership_id=rina.pk)
        self.stdout.write(f"demo workspace ready ({told} new conversations): admin@demo.test / demo")

    def _archive(self, actor: Actor) -> Channel:
        """Where the stories of the last days are kept: no provider behind it, and closed to deliveries."""
        secret = secrets.token_urlsafe(32)
        known = Channel.objects.filter(kind="simulator", key=ARCHIVE).first()
        if known is not None:
            return known
        channel = conversations.create_channel(
            actor=actor,
            kind="simulator",
            key=ARCHIVE,
            name="WhatsApp archive",
            settings={"app_secret": secret},
        )
        channel.is_active = False
        channel.save(update_fields=["is_active"])
        return channel
