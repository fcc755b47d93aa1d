"""In Spanish, with a decimal point."""

from config.formats.es.formats import *  # noqa: F403

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
