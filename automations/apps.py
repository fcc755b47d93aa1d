"""The automations floor: empty until its own issue builds it."""

from django.apps import AppConfig


class AutomationsConfig(AppConfig):
    """Names the app."""

    name = "automations"
