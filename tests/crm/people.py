"""A workspace with its people, made by the services alone."""

from dataclasses import dataclass, field

from django.test import Client

from crm import services
from crm.core.actors import Actor, system_actor
from crm.models import Contact, Membership, User, Workspace
from crm.selectors import actor_for
from crm.services import Known
from tests.proofs import signed_in

PASSWORD = "three blind mice run"
ROLES = ("admin", "manager", "rep", "viewer")


@dataclass
class House:
    """A workspace and who acts in it."""

    workspace: Workspace
    system: Actor
    members: dict[str, Membership] = field(default_factory=dict)

    def actor(self, name: str, *, via: str = "page") -> Actor:
        """A member, coming through a door."""
        membership = Membership.objects.select_related("role", "user").get(pk=self.members[name].pk)
        return actor_for(membership, via=via)

    def user(self, name: str) -> User:
        """The member's user, fresh."""
        return User.objects.get(pk=self.members[name].user_id)

    def browser(self, name: str) -> Client:
        """A browser that the member has signed in with just now."""
        return signed_in(self.user(name))

    def add(self, name: str, role: str = "rep") -> Membership:
        """One more member."""
        self.members[name] = services.add_member(
            actor=self.system,
            email=f"{name}@{self.workspace.slug}.test",
            role_key=role,
            password=PASSWORD,
            name=name.title(),
        )
        return self.members[name]

    def key(self, name: str) -> str:
        """An API key of the member."""
        return services.create_api_key(actor=self.system, email=self.user(name).email, name="tests").secret

    def api(self, name: str) -> Client:
        """A program with the member's key."""
        return Client(headers={"Authorization": f"Bearer {self.key(name)}"})

    def contact(self, name: str, *numbers: str, owner: str = "") -> Contact:
        """A contact, with phone numbers, somebody's or nobody's."""
        knowns = [Known("phone", number) for number in numbers]
        made = services.create_contact(actor=self.system, name=name, knowns=knowns)
        if not owner:
            return made
        changes = {"owner_id": self.members[owner].user_id}
        return services.change_contact(actor=self.system, contact_id=made.pk, changes=changes)


def make_house(slug: str) -> House:
    """A workspace with one member of each role, `<role>@<slug>.test`."""
    workspace = services.create_workspace(slug=slug, name=slug.title())
    made = House(workspace, system_actor(workspace.pk, via="command"))
    for role in ROLES:
        made.add(role, role)
    return made
