"""Templates: the shape of a template send, and the templates a test has made known."""

import json
import re
from typing import Any

from simulator.meta_errors import (
    TEMPLATE_COUNT,
    TEMPLATE_DISABLED,
    TEMPLATE_PAUSED,
    UNKNOWN_TEMPLATE,
    GraphError,
    bad_value,
    wrong,
)
from simulator.meta_shapes import check_media, only, part, text_of
from simulator.refusals import BadRequestError
from simulator.store import Store

PARAMETERS = {
    "text": {"text", "parameter_name"},
    "payload": {"payload"},
    "coupon_code": {"coupon_code"},
    "currency": {"currency"},
    "date_time": {"date_time"},
    "action": {"action"},
    "location": {"location"},
}
MEDIA = {"image", "video", "document"}
STATUSES = {"PAUSED": TEMPLATE_PAUSED, "DISABLED": TEMPLATE_DISABLED}


def check_template(template: dict[str, Any], where: str) -> None:
    """Checks the shape of a template send; raises GraphError."""
    only(template, {"name", "language", "components"}, f'param "{where}"')
    if not re.fullmatch(r"[a-z0-9_]{1,512}", part(template, "name", str)):
        raise bad_value("A template name has lowercase letters, digits and underscores")
    language = part(template, "language", dict)
    only(language, {"code", "policy"}, 'param "language"')
    text_of(language, "code", 16)
    components = part(template, "components", list) if "components" in template else []
    for component in components:
        _check_component(component)


def _check_component(component: Any) -> None:
    if not isinstance(component, dict) or str(component.get("type")) not in {"header", "body", "button"}:
        raise wrong("A component must be an object of type header, body or button")
    button = {"sub_type", "index"} if component["type"] == "button" else set()
    only(component, {"type", "parameters"} | button, 'param "component"')
    if button and str(component.get("sub_type")) not in {"quick_reply", "url", "copy_code", "flow"}:
        raise wrong("A button component needs sub_type quick_reply, url, copy_code or flow")
    if button and not re.fullmatch(r"[0-9]", str(component.get("index"))):
        raise wrong("A button component needs its index, 0 to 9")
    for parameter in part(component, "parameters", list):
        _check_parameter(parameter)


def _check_parameter(parameter: Any) -> None:
    if not isinstance(parameter, dict):
        raise wrong("A parameter must be a JSON object")
    kind = str(parameter.get("type"))
    if kind in MEDIA:
        only(parameter, {"type", kind}, 'param "parameter"')
        check_media(part(parameter, kind, dict), kind)
    elif kind in PARAMETERS:
        only(parameter, {"type"} | PARAMETERS[kind], 'param "parameter"')
        _check_plain(parameter, kind)
    else:
        raise wrong(f"Unknown parameter type {kind!r}")


def _check_plain(parameter: dict[str, Any], kind: str) -> None:
    """Text goes on one line; the others only have to be there."""
    if kind not in parameter:
        raise wrong(f"A parameter of type {kind} needs its {kind}")
    if kind == "text" and re.search(r"[\n\t]| {5}", text_of(parameter, "text", 1024)):
        raise GraphError(
            132018,
            "Template parameter formatting",
            details="Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
            violation=True,
        )


class Templates:
    """Templates made by the control API; the words of a template are shown on the phone page."""

    def __init__(self, store: Store) -> None:
        """Templates are kept in the store."""
        self._store = store

    def put(self, number: str, given: dict[str, Any]) -> dict[str, Any]:
        """Makes one known: name, language, body (with {{1}} or {{name}}), status, buttons (their texts)."""
        if unknown := set(given) - {"name", "language", "body", "status", "buttons"}:
            raise BadRequestError(f"unknown in a template: {', '.join(sorted(unknown))}")
        if not {"name", "language", "body"} <= set(given):
            raise BadRequestError("a template needs name, language and body")
        template = {"status": "APPROVED", "buttons": [], **given}
        key = (number, template["name"], template["language"], json.dumps(template))
        self._store.write("INSERT OR REPLACE INTO templates VALUES (?, ?, ?, ?)", key)
        return template

    def check_send(self, number: str, send: dict[str, Any], *, any_template: bool) -> None:
        """Refuses a send of an unknown, paused or disabled template, or with a wrong count of parameters."""
        template = self.find(number, send["name"], send["language"]["code"])
        if template is None:
            if not any_template:
                raise GraphError.of(
                    UNKNOWN_TEMPLATE, f"template {send['name']} in {send['language']['code']}"
                )
            return
        if template["status"] in STATUSES:
            raise GraphError.of(STATUSES[template["status"]])
        wanted = len(set(re.findall(r"\{\{\s*(\w+)\s*\}\}", template["body"])))
        if (got := len(_body_parameters(send))) != wanted:
            details = (
                f"body: number of localizable_params ({got}) does not match the expected number ({wanted})"
            )
            raise GraphError.of(TEMPLATE_COUNT, details)

    def find(self, number: str, name: str, language: str) -> dict[str, Any] | None:
        """The known template of this number, name and language."""
        sql = "SELECT value FROM templates WHERE number = ? AND name = ? AND language = ?"
        found = self._store.row(sql, (number, name, language))
        return json.loads(found["value"]) if found else None

    def words(self, number: str, send: dict[str, Any]) -> str:
        """The text a person would read: the body filled in, or its name and parameters when unknown."""
        given = _body_parameters(send)
        template = self.find(number, send["name"], send["language"]["code"])
        if template is None:
            return f"[{send['name']}] " + " · ".join(str(each.get("text", "")) for each in given)
        texts = {
            str(each.get("parameter_name", place)): str(each.get("text", ""))
            for place, each in enumerate(given, 1)
        }
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: texts.get(found[1], found[0]), template["body"])


def _body_parameters(send: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        parameter
        for component in send.get("components", [])
        if component["type"] == "body"
        for parameter in component["parameters"]
    ]
