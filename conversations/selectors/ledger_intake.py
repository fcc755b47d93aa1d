"""The ledger of what came in: everything we said we took is there, once, and has come to an end."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import BinaryField, Count, Exists, F, Func, OuterRef, Q

from conversations.models import Channel, DeliveryState, InboundDelivery, InboundItem, Message
from conversations.selectors.ledger_rules import NO_BOOKS, Rule, Scope, listed

LEASE_SLACK = timedelta(seconds=60)  # a lease that ran out is found by the next sweep
NOT_FILED = {"reaction", "edit", "revoke", "system"}  # kinds that change a message instead of being one
FINAL = [DeliveryState.DONE, DeliveryState.IGNORED, DeliveryState.DEAD]


def intake_is_complete(scope: Scope) -> Rule:
    """Rule 1: what the provider got 2xx for is in the inbox, and nothing is there twice."""
    items = InboundItem.objects.values("channel", "kind", "external_id")
    twice = items.annotate(times=Count("pk")).filter(times__gt=1)
    breaches = [f"item {row['external_id']} stands there {row['times']} times" for row in twice]
    books = scope.books
    checked = InboundItem.objects.count()
    if books is not None:
        breaches += [f"{kind} {name} was taken and is not there" for _, kind, name in _missing(scope)]
        breaches += [f"body {digest} was taken and is not there" for digest in _missing_bodies(scope)]
        checked = len(books.updates) + len(books.bodies)
    says = "what was answered with 2xx is in the inbox, once"
    return Rule("1", says, checked, listed(breaches), "" if books else f"what we owe ({NO_BOOKS})")


def _missing(scope: Scope) -> set[tuple[str, str, str]]:
    """Updates we said we took that have no item on a channel of their account."""
    owed = {update.item for update in scope.books.updates} if scope.books else set()
    return owed - set(_kept())


def _kept() -> Iterator[tuple[str, str, str]]:
    """Every item as the provider names it: account, kind, id (of a receipt without its time)."""
    accounts = {c.pk: str(c.settings.get("phone_number_id", "")) for c in Channel.objects.all()}
    rows = InboundItem.objects.filter(kind__in=["message", "receipt"])
    for channel_id, kind, external_id in rows.values_list("channel_id", "kind", "external_id").iterator():
        name = external_id.rpartition(":")[0] if kind == "receipt" else external_id
        yield accounts.get(channel_id, ""), kind, name


def _missing_bodies(scope: Scope) -> set[str]:
    """Bodies we said we took that are not kept byte for byte."""
    digest = Func(F("body"), function="sha256", output_field=BinaryField())
    rows = InboundDelivery.objects.annotate(digest=digest).values_list("digest", flat=True)
    owed = set(scope.books.bodies) if scope.books else set()
    return owed - {bytes(each).hex() for each in rows.iterator()} if owed else owed


def intake_has_ended(scope: Scope) -> Rule:
    """Rule 2: every delivery and item is done, ignored or dead, with the reason, and none is held past its lease."""
    deliveries = InboundDelivery.objects.filter(received_at__gte=scope.since)
    items = InboundItem.objects.filter(delivery__received_at__gte=scope.since)
    old = Q(received_at__lt=scope.settled_before) & ~Q(state__in=FINAL)
    unsaid = Q(state__in=[DeliveryState.IGNORED, DeliveryState.DEAD], error="")
    breaches = [
        f"delivery {pk} is {state} without an end or a reason"
        for pk, state in deliveries.filter(old | unsaid).values_list("pk", "state")
    ]
    old = Q(delivery__received_at__lt=scope.settled_before) & ~Q(state__in=FINAL)
    held = Q(state=DeliveryState.NEW, lease_until__lt=scope.now - LEASE_SLACK)
    breaches += [
        f"{kind} {external_id} is {state} without an end or a reason"
        for kind, external_id, state in items.filter(old | unsaid | held).values_list(
            "kind", "external_id", "state"
        )
    ]
    says = "every delivery and item is done, ignored or dead, with the reason"
    return Rule("2", says, deliveries.count() + items.count(), listed(breaches))


def done_without_message(scope: Scope) -> tuple[int, list[str]]:
    """Messages that were worked off, how many, and those of them that are in no conversation."""
    filed = Message.objects.filter(channel_id=OuterRef("channel_id"), provider_id=OuterRef("external_id"))
    done = InboundItem.objects.filter(
        kind="message", state=DeliveryState.DONE, delivery__received_at__gte=scope.since
    ).exclude(payload__kind__in=NOT_FILED)
    lost = done.filter(~Exists(filed)).values_list("external_id", flat=True)
    return done.count(), [f"message {each} was worked off and is in no conversation" for each in lost]
