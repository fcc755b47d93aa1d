"""In Spanish, with a decimal comma."""

from config.formats.es.formats import *  # noqa: F403
