"""What comes in as JSON."""

from typing import Any

from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from crm.core.plain import fault_of


class PlainJSONParser(JSONParser):
    """JSON as others write it. What is broken, nested without end, or can't be kept is refused, with its place."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The values, or a 400."""
        try:
            given = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply.") from error
        if fault := fault_of(given):
            raise ValidationError({fault[0]: [fault[1]]})
        return given
