"""Refusals of the leads floor."""

from django.utils.translation import gettext_noop

from crm.core.errors import DomainError


class LeadAlreadyQualifiedError(DomainError):
    """The lead was qualified before, by whoever was faster."""

    code = "lead_already_qualified"
    message = gettext_noop("This lead is qualified already.")


class LeadClosedError(DomainError):
    """The lead was disqualified or converted."""

    code = "lead_closed"
    message = gettext_noop("This lead is closed. Reopen it first.")


class LeadNotClosedError(DomainError):
    """Only a disqualified lead can be reopened."""

    code = "lead_not_closed"
    message = gettext_noop("Only a disqualified lead can be reopened.")


class AnotherLeadOpenError(DomainError):
    """The contact has an open lead; there is one at a time."""

    code = "another_lead_open"
    message = gettext_noop("This contact has an open lead already. Work on that one.")


class SlotUnknownError(DomainError):
    """The workspace has no such slot."""

    code = "slot_unknown"
    status = 400
    message = gettext_noop("There is no such slot in this workspace.")


class SlotNotFilledError(DomainError):
    """There is no value to confirm or clear."""

    code = "slot_not_filled"
    message = gettext_noop("This slot has no value yet.")


class NothingToRestoreError(DomainError):
    """The change touched nothing that is edited by hand."""

    code = "nothing_to_restore"
    message = gettext_noop("This change has no earlier value that can be put back.")


class NoNextStepError(DomainError):
    """There is nothing to do."""

    code = "no_next_step"
    message = gettext_noop("No next step is planned. Plan one first.")


class SameLeadError(DomainError):
    """A lead and itself, or two of one contact."""

    code = "same_lead"
    message = gettext_noop("These are of one person already. Choose another lead.")


class OpenLeadMustStayError(DomainError):
    """Work would be lost from sight."""

    code = "open_lead_must_stay"
    message = gettext_noop("One of them is open, the other closed: keep the open one.")


class MergeAlreadyUndoneError(DomainError):
    """Somebody was faster."""

    code = "merge_already_undone"
    message = gettext_noop("This merge was undone already.")


class LeadChangedSinceError(DomainError):
    """What is to be taken back is no more as it was left."""

    code = "lead_changed_since"
    message = gettext_noop("Somebody has changed this lead since.")


class JobRunningError(DomainError):
    """A bulk change can be taken back once it is through."""

    code = "job_running"
    message = gettext_noop("This bulk change is still running. Take it back when it is through.")


class JobUndoneError(DomainError):
    """A bulk change is taken back once."""

    code = "job_undone"
    message = gettext_noop("This bulk change was taken back already.")


class NoScoringDraftError(DomainError):
    """There is nothing to publish: somebody published or dropped the draft."""

    code = "no_scoring_draft"
    message = gettext_noop(
        "There is no draft any more: it was published or dropped. Change a rule and look at it again."
    )
