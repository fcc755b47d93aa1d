"""As in the United States, in Spanish."""

from config.formats.en_US.formats import *  # noqa: F403
