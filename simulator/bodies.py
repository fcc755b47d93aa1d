"""Reading the JSON objects that the control API and the page are sent."""

from typing import Any

from starlette.requests import Request

from simulator.refusals import BadRequestError


async def json_object(request: Request) -> dict[str, Any]:
    """The JSON object of the body, {} when it is empty; raises BadRequestError for anything else."""
    raw = await request.body()
    try:
        given = await request.json() if raw else {}
    except ValueError as wrong:
        raise BadRequestError("the body is not JSON") from wrong
    if not isinstance(given, dict):
        raise BadRequestError("the body is a JSON object")
    return given
