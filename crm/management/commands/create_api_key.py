"""manage.py create_api_key --workspace SLUG --user EMAIL [--name N]: prints the key, alone, on stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import selectors, services
from crm.core.actors import system_actor
from crm.core.errors import DomainError


class Command(BaseCommand):
    """Make a key with which a program acts as a member. It is shown once."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where and as whom."""
        parser.add_argument("--workspace", required=True)
        parser.add_argument("--user", required=True)
        parser.add_argument("--name", default="API key")

    def handle(self, *args: Any, **options: Any) -> None:
        """The key and nothing else."""
        try:
            workspace = selectors.get_workspace(options["workspace"])
            key = services.create_api_key(
                actor=system_actor(workspace.id, via="command"), email=options["user"], name=options["name"]
            )
        except DomainError as error:
            raise CommandError(error.in_words()) from error
        self.stdout.write(key.secret)
