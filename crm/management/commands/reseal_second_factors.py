"""manage.py reseal_second_factors"""

from typing import Any

from django.core.management.base import BaseCommand

from crm import services


class Command(BaseCommand):
    """Seal all second factors with the newest of MFA_KEYS; afterwards older keys may leave the list."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many."""
        count = services.reseal_second_factors()
        if options["verbosity"]:
            self.stdout.write(f"{count} second factors resealed")
