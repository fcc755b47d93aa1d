"""The offline model: lexicons and grammars instead of a provider. Free, fast, the same every time."""

import re
from dataclasses import dataclass

from agents.decisions.values import EscalationSign, FoundSlot, SeenMessage, Understanding
from agents.llm.offline import reasons
from agents.llm.offline.composer import compose
from agents.llm.offline.language import detect
from agents.llm.offline.phrases import lines
from agents.llm.offline.readable import is_noise
from agents.llm.offline.reading import Reading, fold, is_open, read
from agents.llm.offline.signs import find_signs
from agents.llm.offline.slots import find_slots
from agents.llm.offline.topics import intents_of, is_small_talk, sentiment_of, topics_of
from agents.llm.port import ComposeRequest, Composition, UnderstandRequest

NAME = "offline-rules-1"
HARD = 0.6
GRAVE = {"legal", "refund", "negative_sentiment"}
# what a complaint is about is neither a need nor a budget; who complains may be said in the same breath
NAMED_FACTS = {"name", "business_type"}


@dataclass(frozen=True, slots=True)
class OfflineModel:
    """An `AgentModel` that needs neither key nor network."""

    name: str = NAME

    def understand(self, request: UnderstandRequest) -> Understanding:
        """What the messages mean; see `agents.llm.port`."""
        written = [one for one in request.messages if one.text.strip()]
        texts = [one.text for one in written]
        known = [text for text in texts if not is_noise(fold(text))]
        language, sure = detect(known, request.languages, request.language, request.default_language)
        reading = read([(one.id, one.text) for one in written], language)
        signs = find_signs(reading)
        topics = (*topics_of(reading), *_media(request.messages), *_unreadable(reading))
        slots = () if "opt_out" in topics else _slots(reading, request, language, signs)
        hard = tuple(sign.reason for sign in signs if sign.confidence >= HARD)
        return Understanding(
            language=language,
            language_confidence=round(sure, 2),
            intents=intents_of(topics, hard, has_facts=bool(slots), says_much=_says_much(slots)),
            slots=slots,
            escalations=signs,
            sentiment=sentiment_of(reading, is_negative="negative_sentiment" in hard),
            asks_question="question" in topics or "price" in topics,
            looks_unfinished=_is_unfinished(texts, topics),
            topics=topics,
            declined_slot=request.asked_slot if _declines(topics, slots, request.asked_slot) else None,
            model_name=self.name,
        )

    def compose(self, request: ComposeRequest) -> Composition:
        """The acts as bubbles, from the reviewed templates."""
        return compose(request, self.name)

    def warm(self) -> None:
        """Load lexicons and the language identifier now rather than in the first customer's turn."""
        message = SeenMessage("warm", "hola necesito una web para mi tienda en Lima, budget 5k")
        self.understand(UnderstandRequest(messages=(message,), slots=()))


def _slots(
    reading: Reading, request: UnderstandRequest, language: str, signs: tuple[EscalationSign, ...]
) -> tuple[FoundSlot, ...]:
    """The slots of a batch; words that made an escalation sign fill none."""
    found = find_slots(reading, request, language)
    hard = [sign for sign in signs if sign.confidence >= HARD]
    grave = any(sign.reason in GRAVE for sign in hard)
    return tuple(
        one
        for one in found
        if not (hard and one.because == reasons.ANSWER)
        and not any(_overlaps(one, sign.quote) for sign in hard)
        and not (grave and (one.key not in NAMED_FACTS or one.confidence < 0.8))
    )


def _overlaps(one: FoundSlot, quote: str) -> bool:
    """Are the slot's words part of the escalation's, or the other way round?"""
    return bool(one.quote) and (one.quote in quote or quote in one.quote)


def _says_much(slots: tuple[FoundSlot, ...]) -> bool:
    """Do the facts outweigh a question beside them?"""
    return any(one.confidence >= 0.8 for one in slots)


def _media(messages: tuple[SeenMessage, ...]) -> tuple[str, ...]:
    """One topic per kind of message that is not text: "media:audio"."""
    return tuple(dict.fromkeys(f"media:{one.kind}" for one in messages if one.kind != "text"))


def _unreadable(reading: Reading) -> tuple[str, ...]:
    """The topic "unreadable" when every line is noise, "empty" when nothing was written."""
    spans = lines(reading.flat)
    if not spans:
        return ("empty",)
    if all(is_noise(reading.flat[start:end]) for start, end in spans):
        has_words = bool(re.search(r"[a-z]", reading.flat)) or "?" in reading.flat
        return ("unreadable",) if has_words else ("reaction",)
    return ()


def _is_unfinished(texts: list[str], topics: tuple[str, ...]) -> bool:
    """Is more probably coming: an open end, or nothing but a greeting?"""
    if not texts:
        return False
    is_hello = "greeting" in topics and len(texts[-1].split()) <= 2 and is_small_talk(texts[-1].lower())
    return is_open(texts[-1]) or is_hello or "wants_to_ask" in topics


def _declines(topics: tuple[str, ...], slots: tuple[FoundSlot, ...], asked: str | None) -> bool:
    """Does the customer refuse, or not know, the answer to what was asked?"""
    return asked is not None and "declined" in topics and not any(one.key == asked for one in slots)
