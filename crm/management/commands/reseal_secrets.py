"""manage.py reseal_secrets"""

from typing import Any

from django.core.management.base import BaseCommand

from crm.core import sealing


class Command(BaseCommand):
    """Seal all secrets in the database with the newest of SEAL_KEYS; afterwards older keys may leave the list."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many of each kind."""
        for what, count in sealing.reseal_everything().items():
            if options["verbosity"]:
                self.stdout.write(f"{count} {what} resealed")
