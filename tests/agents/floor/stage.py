"""Playing turns by hand: customers write, the clock moves on, workers answer."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from agents import services
from agents.llm.port import AgentModel, ComposeRequest, Composition, Understanding, UnderstandRequest
from agents.llm.registry import offline_model
from agents.models import AgentSession
from conversations import services as conversation_services
from conversations.models import Conversation, Message

ALL_IN_ONE = (
    "Hi, my name is Budi, I run a coffee shop in Bandung, I need a website, budget is 60 million rupiah"
)


@dataclass
class ThinkingModel:
    """The offline model with something that happens while it composes (`meanwhile`) or understands."""

    meanwhile: Callable[[], Any] = lambda: None
    while_reading: Callable[[], Any] = lambda: None
    real: AgentModel = field(default_factory=offline_model)
    name: str = "thinking"
    times: int = 0
    composed: list[ComposeRequest] = field(default_factory=list)  # what was asked for

    def understand(self, request: UnderstandRequest) -> Understanding:
        """As the offline model."""
        self.while_reading()
        return self.real.understand(request)

    def compose(self, request: ComposeRequest) -> Composition:
        """As the offline model, after whatever happens meanwhile."""
        self.times += 1
        self.composed.append(request)
        self.meanwhile()
        return self.real.compose(request)


def make_due(conversation_id: Any) -> None:
    """The wait is over."""
    past = timezone.now() - timedelta(seconds=2)
    AgentSession.objects.filter(conversation_id=conversation_id, due_at__isnull=False).update(due_at=past)


def answer(conversation_id: Any, *, rounds: int = 5) -> None:
    """The agent looks at the conversation until nothing is owed; waits are skipped."""
    services.schedule_turn(conversation_id=conversation_id)
    for _ in range(rounds):
        make_due(conversation_id)
        if services.run_turn(conversation_id=conversation_id) is None:
            return
    raise AssertionError("the agent does not come to an end")


def session_of(conversation_id: Any) -> AgentSession:
    """What the agent remembers now."""
    return AgentSession.objects.get(conversation_id=conversation_id)


def fresh(conversation_id: Any) -> Conversation:
    """The conversation as it is stored now."""
    return Conversation.objects.get(pk=conversation_id)


def said_by_bot(conversation_id: Any, *statuses: str) -> list[str]:
    """What the agent wrote, in order; with statuses only those."""
    rows = Message.objects.filter(conversation_id=conversation_id, author_kind="agent").order_by("sequence")
    return [m.text for m in rows if not statuses or m.status in statuses]


def send_all(conversation_id: Any) -> list[Message]:
    """What workers would hand to the provider now, in order; nothing is sent."""
    sent = []
    while claim := conversation_services.claim_next(conversation_id):
        Message.objects.filter(pk=claim.message_id).update(status="sent", lease_until=None)
        sent.append(Message.objects.get(pk=claim.message_id))
    return sent


def at_once(*works: Callable[[], Any], seconds: float = 30.0) -> list[Any]:
    """Run these in threads that start together, each with its own connection; results or raised errors, in order."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[place] = work()
        except Exception as error:  # the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one, daemon=True) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a worker hangs"
    return results
