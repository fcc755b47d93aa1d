"""manage.py create_user EMAIL --workspace SLUG --role admin|manager|rep|viewer [--password P]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import selectors, services
from crm.core.actors import system_actor
from crm.core.errors import DomainError


class Command(BaseCommand):
    """Give a person a place in a workspace; asked again, role and password are set anew."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, where, as what."""
        parser.add_argument("email")
        parser.add_argument("--workspace", required=True)
        parser.add_argument("--role", required=True)
        parser.add_argument("--password")
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say who it is."""
        try:
            workspace = selectors.get_workspace(options["workspace"])
            member = services.add_member(
                actor=system_actor(workspace.id, via="command"),
                email=options["email"],
                role_key=options["role"],
                password=options["password"],
                name=options["name"],
            )
        except DomainError as error:
            raise CommandError(error.in_words()) from error
        self.stdout.write(f"{member.user.email} is {member.role.key} of {workspace.slug}")
