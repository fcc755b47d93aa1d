"""Interactive messages: reply buttons, lists, a link button, a location request, flows - and their limits."""

from collections.abc import Callable
from typing import Any

from simulator.meta_errors import bad_value, missing, wrong
from simulator.meta_shapes import check_media, only, part, text_of

LONGEST_BODY = {"list": 4096}


def check_interactive(interactive: dict[str, Any], where: str) -> None:
    """Checks an interactive object; raises GraphError."""
    kind = part(interactive, "type", str)
    if kind not in ACTIONS:
        raise wrong(f"Param interactive type must be one of {{{', '.join(ACTIONS)}}} - got {kind!r}")
    only(interactive, {"type", "header", "body", "footer", "action"}, f'param "{where}"')
    _check_words(part(interactive, "body", dict), "body", LONGEST_BODY.get(kind, 1024))
    if "footer" in interactive:
        _check_words(part(interactive, "footer", dict), "footer", 60)
    if "header" in interactive:
        _check_header(part(interactive, "header", dict), kind)
    ACTIONS[kind](part(interactive, "action", dict))


def _check_words(words: dict[str, Any], where: str, longest: int) -> None:
    only(words, {"text"}, f'param "{where}"')
    text_of(words, "text", longest)


def _check_header(header: dict[str, Any], kind: str) -> None:
    form = part(header, "type", str)
    allowed = {"text"} if kind == "list" else {"text", "image", "video", "document"}
    if form not in allowed:
        raise bad_value(f"A header of type {form} is not allowed on a {kind}")
    only(header, {"type", form}, 'param "header"')
    if form == "text":
        text_of(header, "text", 60)
    else:
        check_media(part(header, form, dict), form)


def _check_buttons(action: dict[str, Any]) -> None:
    only(action, {"buttons"}, 'param "action"')
    buttons = part(action, "buttons", list)
    if not 1 <= len(buttons) <= 3:
        raise bad_value(
            f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3, got {len(buttons)}"
        )
    titles = [_checked_reply(button) for button in buttons]
    if len(set(titles)) != len(titles):
        raise bad_value("Button titles must be unique")


def _checked_reply(button: Any) -> str:
    """Checks one reply button and answers its title."""
    if not isinstance(button, dict) or button.get("type") != "reply":
        raise wrong("A button must be {type: reply, reply: {id, title}}")
    only(button, {"type", "reply"}, 'param "button"')
    reply = part(button, "reply", dict)
    only(reply, {"id", "title"}, 'param "reply"')
    text_of(reply, "id", 256)
    return text_of(reply, "title", 20)


def _check_list(action: dict[str, Any]) -> None:
    only(action, {"button", "sections"}, 'param "action"')
    text_of(action, "button", 20)
    sections = part(action, "sections", list)
    if not 1 <= len(sections) <= 10:
        raise bad_value(f"Invalid sections count: 1 to 10, got {len(sections)}")
    rows = [row for section in sections for row in _rows_of(section, alone=len(sections) == 1)]
    if len(rows) > 10:
        raise bad_value(f"Total row count exceed max allowed count: 10, got {len(rows)}")
    if len({row["id"] for row in rows}) != len(rows):
        raise bad_value("Row ids must be unique")


def _rows_of(section: Any, *, alone: bool) -> list[dict[str, Any]]:
    """Checks one section and answers its rows."""
    if not isinstance(section, dict):
        raise wrong("A section must be a JSON object")
    only(section, {"title", "rows"}, 'param "section"')
    if "title" in section:
        text_of(section, "title", 24)
    elif not alone:
        raise missing("A section title is required when there is more than one section")
    rows = part(section, "rows", list)
    for row in rows:
        _check_row(row)
    return list(rows)


def _check_row(row: Any) -> None:
    if not isinstance(row, dict):
        raise wrong("A row must be a JSON object")
    only(row, {"id", "title", "description"}, 'param "row"')
    text_of(row, "id", 200)
    text_of(row, "title", 24)
    if "description" in row:
        text_of(row, "description", 72)


def _check_link(action: dict[str, Any]) -> None:
    only(action, {"name", "parameters"}, 'param "action"')
    if action.get("name") != "cta_url":
        raise wrong("Param action name must be 'cta_url'")
    parameters = part(action, "parameters", dict)
    only(parameters, {"display_text", "url"}, 'param "parameters"')
    text_of(parameters, "display_text", 20)
    text_of(parameters, "url", 2000)


def _check_location_request(action: dict[str, Any]) -> None:
    if action != {"name": "send_location"}:
        raise wrong("Param action must be {name: send_location}")


FLOW_PARAMETERS = {
    "flow_message_version", "flow_id", "flow_name", "flow_cta", "flow_token", "mode", "flow_action",
    "flow_action_payload",
}  # fmt: skip


def _check_flow(action: dict[str, Any]) -> None:
    only(action, {"name", "parameters"}, 'param "action"')
    if action.get("name") != "flow":
        raise wrong("Param action name must be 'flow'")
    parameters = part(action, "parameters", dict)
    only(parameters, FLOW_PARAMETERS, 'param "parameters"')
    if parameters.get("flow_message_version") != "3":
        raise wrong("Param flow_message_version must be '3'")
    if ("flow_id" in parameters) == ("flow_name" in parameters):
        raise wrong("Either flow_id or flow_name is required")
    text_of(parameters, "flow_cta", 30)


ACTIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _check_location_request,
    "flow": _check_flow,
}
