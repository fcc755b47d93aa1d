from .chores import Chore, ChoreKind
from .jobs import JobAction, JobStep, LeadJob
from .leads import (
    NEVER,
    OPEN_STATUSES,
    Direction,
    Lead,
    LeadStatus,
    Temperature,
    name_key,
    status_rank,
    temperature_rank,
)
from .merges import LeadMerge, NotTheSame
from .notes import LeadNote
from .saved_views import COLUMNS, GROUPINGS, SHOWN, SavedView
from .scoring import Handover, LeadSettings, RuleKind, ScoreRule, ScoreRun, ScoringVersion
from .slots import LeadSlot, Slot, SlotKind, SlotSource

__all__ = [
    "COLUMNS",
    "GROUPINGS",
    "NEVER",
    "OPEN_STATUSES",
    "SHOWN",
    "Chore",
    "ChoreKind",
    "Direction",
    "Handover",
    "JobAction",
    "JobStep",
    "Lead",
    "LeadJob",
    "LeadMerge",
    "LeadNote",
    "LeadSettings",
    "LeadSlot",
    "LeadStatus",
    "NotTheSame",
    "RuleKind",
    "SavedView",
    "ScoreRule",
    "ScoreRun",
    "ScoringVersion",
    "Slot",
    "SlotKind",
    "SlotSource",
    "Temperature",
    "name_key",
    "status_rank",
    "temperature_rank",
]
