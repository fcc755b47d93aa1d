"""Outgoing mail."""

from config import env

globals().update(env.email_settings())
DEFAULT_FROM_EMAIL = env.DEFAULT_FROM_EMAIL
