"""Facts of the leads floor."""

from dataclasses import dataclass

from crm.core.events import Event, event


@event
@dataclass(frozen=True)
class LeadCaptured(Event):
    """Somebody who may buy has shown up."""

    name = "leads.lead_captured"
    lead_id: str
    contact_id: str
    conversation_id: str = ""
    source: str = ""


@event
@dataclass(frozen=True)
class SlotsRecorded(Event):
    """Facts about a lead were learnt, corrected, confirmed or cleared; `how` is the verb."""

    name = "leads.slots_recorded"
    lead_id: str
    keys: tuple[str, ...] = ()
    how: str = "recorded"


@event
@dataclass(frozen=True)
class LeadScored(Event):
    """A lead's score changed."""

    name = "leads.lead_scored"
    lead_id: str
    score: int
    previous: int
    temperature: str


@event
@dataclass(frozen=True)
class LeadQualified(Event):
    """A lead is worth a salesperson's time."""

    name = "leads.lead_qualified"
    lead_id: str
    score: int
    conversation_id: str = ""


@event
@dataclass(frozen=True)
class LeadHandedOver(Event):
    """A lead went from the agent to a person; `user_id` is empty when nobody could take it."""

    name = "leads.lead_handed_over"
    lead_id: str
    user_id: str = ""
    conversation_id: str = ""
    reason: str = ""


@event
@dataclass(frozen=True)
class LeadAssigned(Event):
    """A lead got another owner; `user_id` is empty when it has none now."""

    name = "leads.lead_assigned"
    lead_id: str
    user_id: str = ""
    previous_user_id: str = ""


@event
@dataclass(frozen=True)
class LeadChanged(Event):
    """Fields of a lead were edited."""

    name = "leads.lead_changed"
    lead_id: str
    fields: tuple[str, ...] = ()


@event
@dataclass(frozen=True)
class LeadDisqualified(Event):
    """A lead will not buy; `reason` in the words of whoever said so."""

    name = "leads.lead_disqualified"
    lead_id: str
    reason: str = ""


@event
@dataclass(frozen=True)
class LeadReopened(Event):
    """A disqualified lead is worked on again."""

    name = "leads.lead_reopened"
    lead_id: str


@event
@dataclass(frozen=True)
class LeadNoted(Event):
    """Somebody wrote a note about a lead."""

    name = "leads.lead_noted"
    lead_id: str
    text: str
    note_id: str = ""


@event
@dataclass(frozen=True)
class LeadNoteEdited(Event):
    """A note was changed, deleted or restored; `how` is the verb."""

    name = "leads.lead_note_edited"
    lead_id: str
    note_id: str
    how: str


@event
@dataclass(frozen=True)
class NextStepDone(Event):
    """What was planned for a lead is done."""

    name = "leads.next_step_done"
    lead_id: str
    step: str
    due_on: str = ""


@event
@dataclass(frozen=True)
class LeadsMerged(Event):
    """Two leads turned out to be one."""

    name = "leads.leads_merged"
    lead_id: str
    merged_lead_id: str
    merge_id: str
    because: str = ""


@event
@dataclass(frozen=True)
class LeadsParted(Event):
    """A merge was undone."""

    name = "leads.leads_parted"
    lead_id: str
    merged_lead_id: str
    merge_id: str


@event
@dataclass(frozen=True)
class LeadsToldApart(Event):
    """Somebody said that two leads that look alike are of two people."""

    name = "leads.leads_told_apart"
    lead_id: str
    other_lead_id: str


@event
@dataclass(frozen=True)
class DuplicatesFound(Event):
    """A new lead looks like one that is there already."""

    name = "leads.duplicates_found"
    lead_id: str
    count: int
    because: str = ""


@event
@dataclass(frozen=True)
class LeadStatusTakenBack(Event):
    """A change of status was taken back; `status` is what it was before."""

    name = "leads.lead_status_taken_back"
    lead_id: str
    status: str


@event
@dataclass(frozen=True)
class SlotSettingsChanged(Event):
    """An admin changed which facts agents find out, or how they are called."""

    name = "leads.slot_settings_changed"
    slot_id: str
    called: str


@event
@dataclass(frozen=True)
class ScoringPublished(Event):
    """Leads are scored by other rules or thresholds from now on."""

    name = "leads.scoring_published"
    version_id: str
    number: int
