"""Reading channels."""

from conversations.models import Channel
from crm.core.walls import everywhere


@everywhere()
def find_channel(kind: str, key: str) -> Channel | None:
    """The living channel of a webhook's address. A NUL fits into no column: such an address is nobody's."""
    if "\0" in key:
        return None
    return Channel.objects.filter(kind=kind, key=key, is_active=True).first()


def channels_with_secret_of(channel: Channel) -> dict[str, Channel]:
    """Channels that one provider app serves (they share its secret), by the provider's id of the number."""
    rows = Channel.objects.filter(
        kind=channel.kind, is_active=True, settings__app_secret=channel.settings.get("app_secret", "")
    )
    return {str(row.settings.get("phone_number_id", "")): row for row in rows}
