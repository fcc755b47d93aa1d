"""The analytics floor: empty until its own issue builds it."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Names the app."""

    name = "analytics"
