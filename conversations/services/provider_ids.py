"""A provider's id of a message: what comes about it under this name waits for each other."""

from django.db import connection


def lock_receipts(provider_id: str) -> None:
    """Until the commit nobody else files receipts or changes of this id, so that none is parked while its message is
    named. Taken after the conversation's lock and before the message's own, by everybody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", [provider_id])
