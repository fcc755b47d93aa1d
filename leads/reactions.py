"""What the leads floor does when something has happened: nudge a worker, tell the browsers. What no sweep would find
again is done, or written down to be done, here and now."""

from conversations.events import ConversationOwnerChanged, MessageEchoed, MessageQueued, MessageReceived
from crm.core.events import Envelope, Event, on
from crm.core.nudge import nudge, nudge_each
from crm.events import ContactChanged, MemberRenamed, WorkspaceCreated
from leads import tasks
from leads.events import (
    DuplicatesFound,
    LeadAssigned,
    LeadCaptured,
    LeadChanged,
    LeadDisqualified,
    LeadHandedOver,
    LeadNoted,
    LeadNoteEdited,
    LeadQualified,
    LeadReopened,
    LeadScored,
    LeadsMerged,
    LeadsParted,
    LeadStatusTakenBack,
    LeadsToldApart,
    NextStepDone,
    ScoringPublished,
    SlotsRecorded,
)
from leads.models import ChoreKind


@on(MessageReceived, MessageQueued, MessageEchoed)
def follow_message(envelope: Envelope[MessageReceived | MessageQueued | MessageEchoed]) -> None:
    """The contact's lead is captured, or hears of the message."""
    message = {
        "workspace_id": str(envelope.workspace_id),
        "conversation_id": envelope.event.conversation_id,
        "message_id": envelope.event.message_id,
        "cause_id": str(envelope.id),
        "depth": envelope.depth + 1,
    }
    nudge_each(tasks.follow_messages, "messages", message)


@on(ConversationOwnerChanged)
def follow_owner(envelope: Envelope[ConversationOwnerChanged]) -> None:
    """Whoever takes the conversation of a lead that nobody owns has the lead too."""
    event = envelope.event
    if event.owner_kind == "person" and event.user_id:
        tasks.follow_owner(
            workspace_id=str(envelope.workspace_id),
            contact_id=event.contact_id,
            user_id=event.user_id,
            cause_id=str(envelope.id),
            depth=envelope.depth + 1,
        )


@on(ContactChanged)
def refresh_lines(envelope: Envelope[ContactChanged]) -> None:
    """Lists show the new name."""
    if "name" in envelope.event.fields:
        tasks.refresh_lines(str(envelope.workspace_id), envelope.event.contact_id)


@on(MemberRenamed)
def rename_owner(envelope: Envelope[MemberRenamed]) -> None:
    """Their leads show the new name, and stand in one group."""
    tasks.put_down(ChoreKind.RENAME, str(envelope.workspace_id), envelope.event.user_id)


@on(WorkspaceCreated)
def set_up_leads(envelope: Envelope[WorkspaceCreated]) -> None:
    """A new workspace gets its slots, rules and thresholds."""
    nudge(tasks.set_up_leads, workspace_id=envelope.event.workspace_id)


@on(ScoringPublished)
def rescore_leads(envelope: Envelope[ScoringPublished]) -> None:
    """Open leads are counted again by the new rules, in the background."""
    tasks.rescore_leads(str(envelope.workspace_id))


@on(LeadCaptured)
def look_for_duplicates(envelope: Envelope[LeadCaptured]) -> None:
    """A new lead is held against those that are there."""
    lead_id, cause_id = envelope.event.lead_id, str(envelope.id)
    tasks.put_down(ChoreKind.LOOK, str(envelope.workspace_id), lead_id, cause_id, envelope.depth + 1)


@on(
    LeadCaptured, SlotsRecorded, LeadScored, LeadQualified, LeadHandedOver, LeadAssigned, LeadChanged,
    LeadDisqualified, LeadReopened, LeadNoted, LeadNoteEdited, NextStepDone, LeadsMerged,
    LeadsParted, LeadsToldApart, DuplicatesFound, LeadStatusTakenBack,
)  # fmt: skip
def tell_lead(envelope: Envelope[Event]) -> None:
    """Whoever looks at the lead or at the list sees it move."""
    tasks.tell_lead(envelope.workspace_id, envelope.event.payload()["lead_id"])
