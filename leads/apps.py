"""The leads floor: who may buy."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Names the app, subscribes its reactions, hangs its topics and its card."""

    name = "leads"
    verbose_name = "Leads"
