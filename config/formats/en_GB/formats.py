"""Day first, 24 hours, decimal point."""

from config.formats.en.formats import *  # noqa: F403
