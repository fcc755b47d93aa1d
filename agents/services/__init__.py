from .alerting import alert_owner
from .scheduling import schedule_turn
from .setting_up import set_up_agent
from .turns import claim_turn, give_up_or_retry, publish_turn, run_turn, think

__all__ = [
    "alert_owner",
    "claim_turn",
    "give_up_or_retry",
    "publish_turn",
    "run_turn",
    "schedule_turn",
    "set_up_agent",
    "think",
]
