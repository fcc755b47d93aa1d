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
from .scoring import Handover, LeadSettings, RuleKind, ScoreRule, ScoreRun
from .slots import LeadSlot, Slot, SlotKind, SlotSource

__all__ = [
    "NEVER",
    "OPEN_STATUSES",
    "Direction",
    "Handover",
    "Lead",
    "LeadMerge",
    "LeadNote",
    "LeadSettings",
    "LeadSlot",
    "LeadStatus",
    "NotTheSame",
    "RuleKind",
    "ScoreRule",
    "ScoreRun",
    "Slot",
    "SlotKind",
    "SlotSource",
    "Temperature",
    "name_key",
    "status_rank",
    "temperature_rank",
]
