"""As in the United States, in Indonesian."""

from config.formats.en_US.formats import *  # noqa: F403
