"""Reading channels."""

from django.db.models import Q

from conversations.models import Channel, fingerprints_of, is_found_by
from crm.core.walls import everywhere


@everywhere()
def find_channel(kind: str, key: str) -> Channel | None:
    """The living channel of a webhook's address. A NUL fits into no column: such an address is nobody's."""
    if "\0" in key:
        return None
    return Channel.objects.filter(kind=kind, key=key, is_active=True).first()


def channels_with_secret_of(channel: Channel) -> dict[str, Channel]:
    """Channels that one provider app serves (they share its secret), by the provider's id of the number."""
    prints = fingerprints_of(channel.settings.get("app_secret"))
    sealed_alike = Q(settings__app_secret__print__in=prints)
    not_sealed = Q(settings__app_secret__print__isnull=True)
    rows = Channel.objects.filter(sealed_alike | not_sealed, kind=channel.kind, is_active=True)
    return {
        str(row.settings.get("phone_number_id", "")): row
        for row in rows
        if is_found_by(row.settings.get("app_secret"), prints)
    }
