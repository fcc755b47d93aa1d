"""Second factors at rest."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from crm.core import sealing

SEALED = ("secret", "seed")


@transaction.atomic
def reseal_second_factors() -> int:
    """Everything that is sealed moves to the newest key; returns how many people's factors there were."""
    rows = Authenticator.objects.select_for_update(no_key=True).exclude(type=Authenticator.Type.WEBAUTHN)
    for row in rows:
        row.data = {name: _moved(name, value) for name, value in row.data.items()}
        row.save(update_fields=["data"])
    return len(rows)


def _moved(name: str, value: Any) -> Any:
    return sealing.reseal(value) if name in SEALED else value
