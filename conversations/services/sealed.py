"""Secrets of channels at rest."""

from django.db import transaction

from conversations.models import Channel, in_plain_words


@transaction.atomic
def reseal_channels() -> int:
    """The secrets of every channel move to the newest key; returns how many channels there were. All or none."""
    rows = Channel.objects.select_for_update(no_key=True).only("settings").order_by("pk")
    for row in rows:
        Channel.objects.filter(pk=row.pk).update(settings=in_plain_words(row.settings))  # sealed on its way
    return len(rows)
