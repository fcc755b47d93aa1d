"""manage.py close_demo"""

from typing import Any

from django.core.management.base import BaseCommand

from crm import services


class Command(BaseCommand):
    """Close the accounts of the demo's users, before a demo becomes the real thing."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []  # one of them asks for this command

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many."""
        self.stdout.write(f"{services.close_demo()} demo accounts closed")
