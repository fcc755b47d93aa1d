"""What a scoring rule may look like, and what is wrong with one, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from leads.decisions.texts import number_of

EXAMPLES: dict[str, dict[str, Any]] = {
    "slot_known": {"slot": "budget"},
    "slot_matches": {"slot": "business_type", "any_of": ["restaurant", "hotel"]},
    "budget_at_least": {"slot": "budget", "amounts": {"USD": "3000", "IDR": "50000000"}},
    "intent_seen": {"intent": "ask_price"},
    "replied_within": {"minutes": 5},
    "language_is": {"language": "es"},
    "source_is": {"source": "whatsapp"},
    "tag_is": {"tag": "vip"},
}


def mistakes_in(when: str, params: Any) -> list[str]:
    """What is wrong with a rule's settings, in sentences for whoever typed them; empty when all is well."""
    example = EXAMPLES.get(when)
    if example is None:
        return [_("There is no kind of rule called '%(when)s'.") % {"when": when}]
    if not isinstance(params, dict):
        return [_("Write an object, for example %(json)s.") % {"json": _json(example)}]
    texts = [
        _('"%(key)s" is missing. Example: %(json)s') % {"key": key, "json": _json(example)}
        for key in example
        if key not in params
    ]
    texts += [
        _('"%(key)s" means nothing here. Example: %(json)s') % {"key": key, "json": _json(example)}
        for key in _unknown(params, example)
    ]
    return texts or _wrong_values(params)


def _unknown(params: Mapping[str, Any], example: Mapping[str, Any]) -> list[str]:
    return [
        key for key in params if key not in example and not (key == "min_confidence" and "slot" in example)
    ]


def _wrong_values(params: Mapping[str, Any]) -> list[str]:
    """One sentence for each setting whose value has the wrong shape."""
    texts = [_('"%(key)s" must be a text.') % {"key": key} for key in ("slot", "intent", "language", "source", "tag")
             if key in params and not (isinstance(params[key], str) and params[key])]  # fmt: skip
    if "any_of" in params and not _is_texts(params["any_of"]):
        texts.append(_('"any_of" must be a list of one or more texts.'))
    if "minutes" in params and not _is_between(params["minutes"], 0, 1_000_000):
        texts.append(_('"minutes" must be a number above 0.'))
    if "min_confidence" in params and not _is_between(params["min_confidence"], 0, 1):
        texts.append(_('"min_confidence" must be a number between 0 and 1.'))
    if "amounts" in params and not _is_amounts(params["amounts"]):
        texts.append(_('"amounts" must give an amount for each currency code, for example {"USD": "3000"}.'))
    return texts


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)


def _is_between(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low < value <= high


def _is_amounts(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(len(k) == 3 and k.isupper() and (number_of(v) or -1) > 0 for k, v in value.items())


def _json(example: Mapping[str, Any]) -> str:
    return str(dict(example)).replace("'", '"')
