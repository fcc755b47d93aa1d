from .alerting import alert_owner
from .claiming import claim_turn
from .configuration import PARTS
from .failing import fail_turn
from .fairness import turns_to_take
from .publishing import publish_turn
from .replaying import replay_turn
from .retrying import DEAD_TURNS
from .scheduling import schedule_turn
from .setting_up import set_up_agent
from .settings import add_agent, change_agent, undo_agent_change, word_questions
from .starting_over import leave_late_answer_to_people, start_over
from .turns import run_turn, think, waits_for_model, warm_up

__all__ = [
    "DEAD_TURNS",
    "PARTS",
    "add_agent",
    "alert_owner",
    "change_agent",
    "claim_turn",
    "fail_turn",
    "leave_late_answer_to_people",
    "publish_turn",
    "replay_turn",
    "run_turn",
    "schedule_turn",
    "set_up_agent",
    "start_over",
    "think",
    "turns_to_take",
    "undo_agent_change",
    "waits_for_model",
    "warm_up",
    "word_questions",
]
