"""manage.py create_workspace SLUG --name N"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crm import services
from crm.core.errors import DomainError


class Command(BaseCommand):
    """Open a workspace; asked again, nothing changes."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Slug and name."""
        parser.add_argument("slug")
        parser.add_argument("--name", default="")
        parser.add_argument("--language", default="en", choices=["en", "es", "id"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Say its slug."""
        slug = options["slug"]
        try:
            workspace = services.create_workspace(
                slug=slug, name=options["name"] or slug.title(), language=options["language"]
            )
        except DomainError as error:
            raise CommandError(error.in_words()) from error
        self.stdout.write(f"workspace {workspace.slug} ({workspace.name})")
