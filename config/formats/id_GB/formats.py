"""In Indonesian, with a colon in the clock and a decimal point."""

from config.formats.en.formats import *  # noqa: F403
