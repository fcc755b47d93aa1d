"""Puts acts into the reviewed words of agents/llm/offline/replies; the seed picks among the variants."""

import json
import re
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from agents.decisions.values import Act, KnownSlot, SlotSpec
from agents.llm.port import ComposeRequest, Composition

FOLDER = Path(__file__).parent / "replies"
FALLBACK = "en"
ONE_BUBBLE = 90
ASKING = {"ask", "ask_along"}
_GAP = re.compile(r"\{(\w+)\}")


def compose(request: ComposeRequest, model_name: str) -> Composition:
    """The reply in one or two bubbles: what is said, then what is asked."""
    said: list[str] = []
    asked: list[str] = []
    keys: list[str] = []
    for act in request.acts:
        key, text = _sentence(request, act)
        if text and text not in said:
            keys.append(key)
            (asked if act.kind in ASKING else said).append(text)
    return Composition(_bubbles(" ".join(said), " ".join(asked)), tuple(keys), model_name)


def _bubbles(said: str, asked: str) -> tuple[str, ...]:
    """One bubble when it is short, else the question in one of its own."""
    if said and asked and len(said) + len(asked) <= ONE_BUBBLE:
        return (f"{said} {asked}",)
    return tuple(text for text in (said, asked) if text)


def _sentence(request: ComposeRequest, act: Act) -> tuple[str, str]:
    """The template key and the words of one act; a workspace's own question wins over ours."""
    own = _own_question(request, act)
    if own:
        return f"custom.{act.slot}", own
    replies = _replies(request.language)
    key = next(
        (key for key in _keys(request, act) if key in replies and _fits(request, act, replies[key])), ""
    )
    if not key:
        return "", ""
    fitting = [text for text in replies[key] if _can_fill(text, _facts(request, act))]
    place = zlib.crc32(f"{request.seed}:{key}".encode()) % len(fitting)
    return key, _fill(fitting[place], _facts(request, act))


def _own_question(request: ComposeRequest, act: Act) -> str:
    """The workspace's phrasing of a question, the first time it is asked."""
    slot = _slot(request, act.slot)
    if act.kind != "ask" or slot is None or act.level > 0:
        return ""
    return slot.question.get(request.language) or ""


def _slot(request: ComposeRequest, key: str) -> SlotSpec | None:
    """The slot of that key, or None."""
    return next((slot for slot in request.slots if slot.key == key), None)


def _keys(request: ComposeRequest, act: Act) -> tuple[str, ...]:
    """The template keys that fit the act, the most special first."""
    if act.kind == "ask":
        slot = _slot(request, act.slot)
        kind = slot.kind if slot else "text"
        options = (f"ask.options.{act.level}",) if slot and slot.options else ()
        return (
            f"ask.{act.slot}.{act.level}",
            *options,
            f"ask.{kind}.{act.level}",
            f"ask.other.{act.level}",
            "ask.other.0",
        )
    if act.kind == "acknowledge":
        if "is_correction" in act.facts:
            return ("acknowledge.correction",)
        learnt = set(act.facts.get("slots", "").split(","))
        pairs = [
            f"acknowledge.{one}"
            for one in ("name", "business_type", "location", "need", "budget")
            if one in learnt
        ]
        both = ("acknowledge.business_type+location",) if {"business_type", "location"} <= learnt else ()
        return (*both, *pairs, "acknowledge")
    if act.kind == "cannot_read":
        return (f"cannot_read.{act.facts.get('kind', '')}", "cannot_read")
    return (act.kind, act.kind.split(".")[0])


def _fits(request: ComposeRequest, act: Act, variants: list[str]) -> bool:
    """Can at least one variant be said with what is known?"""
    facts = _facts(request, act)
    return any(_can_fill(text, facts) for text in variants)


def _facts(request: ComposeRequest, act: Act) -> Mapping[str, str]:
    """The words a template may mention. Values that are long or shouted are not repeated to the customer."""
    slot = _slot(request, act.slot)
    language = request.language
    facts = {"agent": request.persona.name, "business": request.persona.business_name}
    facts |= {key: known.value for key, known in request.known.items() if _is_repeatable(known)}
    if "name" in facts:
        facts["name"] = facts["name"].split()[0]
    if slot is not None:
        facts["label"] = slot.label.get(language) or slot.label.get(FALLBACK) or slot.key.replace("_", " ")
        facts["options"] = ", ".join(slot.options)
        facts["example"] = slot.example.get(language, "")
    return {key: value for key, value in facts.items() if value}


def _is_repeatable(known: KnownSlot) -> bool:
    """Is the value short and clear enough to say it back?"""
    return known.confidence >= 0.7 and len(known.value) <= 40 and "\n" not in known.value


def _can_fill(text: str, facts: Mapping[str, str]) -> bool:
    """Is there a word for every gap of the template?"""
    return all(gap in facts for gap in _GAP.findall(text))


def _fill(text: str, facts: Mapping[str, str]) -> str:
    """The template with its gaps filled, in one pass: braces in a customer's words stay what they are."""
    return _GAP.sub(lambda gap: facts[gap[1]], text)


@cache
def _replies(language: str) -> dict[str, list[str]]:
    """The templates of a language; English where we have none."""
    path = FOLDER / f"{language}.json"
    known = {one.stem for one in FOLDER.glob("*.json")}
    chosen = path if language in known else FOLDER / f"{FALLBACK}.json"
    return dict(json.loads(chosen.read_text(encoding="utf-8")))
