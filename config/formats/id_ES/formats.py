"""In Indonesian, with a colon in the clock and a decimal comma."""

from config.formats.en_ES.formats import *  # noqa: F403
