"""Machine colleagues."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Names the app, subscribes its reactions, says what bots are called and why they spoke."""

    name = "agents"

    def ready(self) -> None:
        """Everything here must be known before the first request."""
        from agents import reactions, selectors, services  # noqa: F401, PLC0415
        from crm import panels  # noqa: PLC0415
        from crm.core import dead_letters  # noqa: PLC0415

        dead_letters.add_source(services.DEAD_TURNS)
        panels.add_bot_name(selectors.bot_name)
        panels.add_brief("turn", selectors.turn_notes)
