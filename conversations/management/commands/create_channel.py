"""manage.py create_channel --workspace SLUG --kind KIND --key KEY [--set NAME=VALUE ...]"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations import services
from crm import selectors
from crm.core.actors import system_actor
from crm.core.errors import DomainError


class Command(BaseCommand):
    """Configure a way in and out; asked again, the given settings are set anew."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, what kind, its key, its settings."""
        parser.add_argument("--workspace", required=True)
        parser.add_argument("--kind", required=True)
        parser.add_argument("--key", required=True)
        parser.add_argument("--name", default="")
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say the webhook's address."""
        try:
            workspace = selectors.get_workspace(options["workspace"])
            channel = services.create_channel(
                actor=system_actor(workspace.id, via="command"),
                kind=options["kind"],
                key=options["key"],
                name=options["name"],
                settings=dict(self._pair(text) for text in options["set"]),
            )
        except (DomainError, ValidationError) as error:
            raise CommandError(_said(error)) from error
        self.stdout.write(f"channel {channel.key}: /hooks/{channel.kind}/{channel.key}/")

    @staticmethod
    def _pair(text: str) -> tuple[str, str]:
        name, sep, value = text.partition("=")
        if not sep:
            raise CommandError(f"--set {text}: write NAME=VALUE.")
        return name, value


def _said(error: DomainError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(error.messages)
    return "; ".join([error.message, *(f"{k}: {t}" for k, v in error.fields.items() for t in v)])
