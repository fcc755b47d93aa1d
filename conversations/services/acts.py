"""One thing done to many conversations: each by the very service that does it to one, with what was refused and why.

What was done is kept with what was before, so that whoever did it can take it back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import policies, selectors
from conversations.errors import CannotUndoError
from conversations.models import Conversation, InboxAct, Priority
from conversations.services import ownership
from conversations.services.labelling import label_conversation
from conversations.services.priorities import set_priority
from conversations.services.snoozing import snooze_conversation, wake_conversation
from crm.core.actors import Actor
from crm.core.errors import DomainError, InvalidInputError
from crm.core.service import service

AT_ONCE = 200
UNDO_WITHIN = timedelta(minutes=10)  # a toast shows it for 8 seconds; the API and a slow network have longer
OWNER = ("owner_kind", "assignee_id")
STATUS = ("status", "snoozed_until")


def _assign(actor: Actor, row: UUID, value: Any) -> object:
    if value == "bot":
        return ownership.give_back(actor=actor, conversation_id=row)
    user_id = None if value == "nobody" else _uuid("user", value)
    return ownership.assign_conversation(actor=actor, conversation_id=row, user_id=user_id)


def _label(actor: Actor, row: UUID, value: Any) -> object:
    return label_conversation(actor=actor, conversation_id=row, add=[_uuid("label", value)])


def _unlabel(actor: Actor, row: UUID, value: Any) -> object:
    return label_conversation(actor=actor, conversation_id=row, remove=[_uuid("label", value)])


def _snooze(actor: Actor, row: UUID, value: Any) -> object:
    if not isinstance(value, datetime):
        raise InvalidInputError(fields={"until": [_("Choose until when.")]})
    return snooze_conversation(actor=actor, conversation_id=row, until=value)


def _read(actor: Actor, row: UUID, value: Any) -> object:
    policies.check_can_triage(
        actor
    )  # the service itself lets a reader pass, because opening a thread calls it
    return ownership.mark_read(actor=actor, conversation_id=row)


def _priority(actor: Actor, row: UUID, value: Any) -> object:
    return set_priority(actor=actor, conversation_id=row, priority=str(value))


def _plain(change: Callable[..., object]) -> Callable[[Actor, UUID, Any], object]:
    def act(actor: Actor, row: UUID, value: Any) -> object:
        return change(actor=actor, conversation_id=row)

    return act


# name -> what does it to one conversation, and which of its facts tell that it was done
ACTS: Mapping[str, tuple[Callable[[Actor, UUID, Any], object], tuple[str, ...]]] = {
    "assign": (_assign, OWNER),
    "label": (_label, ("labels",)),
    "unlabel": (_unlabel, ("labels",)),
    "snooze": (_snooze, STATUS),
    "wake": (_plain(wake_conversation), STATUS),
    "close": (_plain(ownership.close_conversation), STATUS),
    "reopen": (_plain(ownership.reopen_conversation), STATUS),
    "priority": (_priority, ("priority",)),
    "read": (_read, ("unread_count",)),
    "unread": (_plain(ownership.mark_unread), ("unread_count",)),
}


def act_on(*, actor: Actor, ids: Sequence[UUID], act: str, value: Any = None) -> InboxAct:
    """Do it to each, as far as it may be done; one that is refused keeps none of the others from it."""
    policies.check_can_triage(actor)
    ids = list(dict.fromkeys(ids))
    if act not in ACTS:
        raise InvalidInputError(
            fields={"act": [_("Choose one of %(choices)s.") % {"choices": ", ".join(ACTS)}]}
        )
    if not 1 <= len(ids) <= AT_ONCE:
        raise InvalidInputError(
            fields={"ids": [_("Choose 1 to %(most)s conversations.") % {"most": AT_ONCE}]}
        )
    steps, refusals = [], []
    for pk in ids:
        try:
            steps.append(_do(actor=actor, pk=pk, act=act, value=value))
        except DomainError as error:
            refusals.append({"id": str(pk), "code": error.code, "why": _why(error)})
    return _keep(actor=actor, act=act, steps=[s for s in steps if s], refusals=refusals)


def _why(error: DomainError) -> str:
    told = [text for texts in error.fields.values() for text in texts]
    return " ".join(told) if error.code == "invalid" and told else error.message


@service
def _do(*, actor: Actor, pk: UUID, act: str, value: Any) -> dict[str, Any]:
    """Empty when it was so already: what changed nothing is not taken back either."""
    change, facts = ACTS[act]
    before = _facts(_lock(actor, pk, act), facts)
    change(actor, pk, value)
    after = _facts(Conversation.objects.get(pk=pk), facts)
    if all(before[name] == after[name] for name in facts):
        return {}
    return {"id": str(pk), "before": before, "after": after}


@service
def _keep(*, actor: Actor, act: str, steps: list[dict[str, Any]], refusals: list[dict[str, Any]]) -> InboxAct:
    return InboxAct.objects.create(
        workspace_id=actor.workspace_id, user_id=actor.user_id, act=act, steps=steps, refusals=refusals
    )


def _facts(row: Conversation, names: Sequence[str]) -> dict[str, Any]:
    """What a step changes, as JSON; for the owner also from where the bot would read."""
    found: dict[str, Any] = {}
    for name in names:
        value = _labels(row) if name == "labels" else getattr(row, name)
        found[name] = value.isoformat() if isinstance(value, datetime) else value
    if "assignee_id" in found:
        found["assignee_id"] = str(row.assignee_id or "")
        found["agent_from_sequence"] = row.agent_from_sequence
    return found


def _labels(row: Conversation) -> list[str]:
    return sorted(str(pk) for pk in row.labelled.values_list("label_id", flat=True))


def undo_act(*, actor: Actor, act_id: UUID) -> InboxAct:
    """Take back what one did: each conversation is as it was before, unless something happened to it since. What
    could not be taken back is in `refusals`, with the reason."""
    row = _claim_undo(actor=actor, act_id=act_id)
    refusals = []
    for step in row.steps:
        try:
            _undo(actor=actor, act=row.act, step=step)
        except DomainError as error:
            refusals.append({"id": step["id"], "code": error.code, "why": _why(error)})
    row.refusals = refusals
    return row


@service
def _claim_undo(*, actor: Actor, act_id: UUID) -> InboxAct:
    """Once, and soon."""
    row = selectors.lock_act(actor, act_id)
    if row.undone_at is not None:
        raise CannotUndoError(_("This was taken back already."))
    if timezone.now() > row.created_at + UNDO_WITHIN:
        raise CannotUndoError(_("This is too long ago to be taken back at once. Change the conversations."))
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    return row


@service
def _undo(*, actor: Actor, act: str, step: Mapping[str, Any]) -> None:
    row = _lock(actor, UUID(step["id"]), act)
    before, after = step["before"], step["after"]
    _check_same(row, ACTS[act][1], after)
    if act == "assign":
        policies.check_can_take_over(actor)
        ownership.put_owner_back(actor, row, before)
    elif act in {"label", "unlabel"}:
        _put_labels_back(actor, row, before, after)
    elif act == "priority":
        set_priority(actor=actor, conversation_id=row.pk, priority=Priority(before["priority"]).name.lower())
    elif act in {"read", "unread"}:
        _put_unread_back(actor, row, before)
    else:
        _put_status_back(actor, row, before)


def _lock(actor: Actor, pk: UUID, act: str) -> Conversation:
    """Reopening locks the contact, and locks are taken in one order: so it is first here, too."""
    lock = ownership.lock_with_contact if act in {"close", "reopen"} else selectors.lock_conversation
    return lock(actor, pk)


def _check_same(row: Conversation, names: Sequence[str], after: Mapping[str, Any]) -> None:
    """Somebody, or the customer, did something else with it since: that stays."""
    now = _facts(row, names)
    if any(now[name] != after[name] for name in names):
        raise CannotUndoError(_("It was changed since, and stays as it is now."))


def _put_status_back(actor: Actor, row: Conversation, before: Mapping[str, Any]) -> None:
    if before["status"] == Conversation.Status.CLOSED:
        ownership.close_conversation(actor=actor, conversation_id=row.pk)
        return
    if row.status == Conversation.Status.CLOSED:
        ownership.reopen_conversation(actor=actor, conversation_id=row.pk)
    until = datetime.fromisoformat(before["snoozed_until"]) if before["snoozed_until"] else None
    if before["status"] == Conversation.Status.SNOOZED and until and until > timezone.now():
        snooze_conversation(actor=actor, conversation_id=row.pk, until=until)
    elif row.status == Conversation.Status.SNOOZED:
        wake_conversation(actor=actor, conversation_id=row.pk)


def _put_labels_back(
    actor: Actor, row: Conversation, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    there = {str(label.pk) for label in selectors.visible_labels(actor)}  # one may have been deleted since
    add = [UUID(pk) for pk in before["labels"] if pk not in after["labels"] and pk in there]
    remove = [UUID(pk) for pk in after["labels"] if pk not in before["labels"]]
    label_conversation(actor=actor, conversation_id=row.pk, add=add, remove=remove)


def _put_unread_back(actor: Actor, row: Conversation, before: Mapping[str, Any]) -> None:
    if before["unread_count"]:
        ownership.mark_unread(actor=actor, conversation_id=row.pk, count=before["unread_count"])
    else:
        ownership.mark_read(actor=actor, conversation_id=row.pk)


def _uuid(field: str, value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError as error:
        raise InvalidInputError(fields={field: [_("Choose one from the list.")]}) from error
