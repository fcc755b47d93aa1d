"""Outgoing mail."""

from config import env

EMAIL_TIMEOUT = env.EMAIL_TIMEOUT  # seconds: a server that says nothing holds nobody for longer
globals().update(env.email_settings())
DEFAULT_FROM_EMAIL = env.DEFAULT_FROM_EMAIL
