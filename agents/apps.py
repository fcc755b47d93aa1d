"""Machine colleagues."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    """Names the app, subscribes its reactions, says what bots are called and why they spoke."""

    name = "agents"
    verbose_name = _("Agents")

    def ready(self) -> None:
        """Everything here must be known before the first request."""
        from agents import reactions, selectors, services  # noqa: F401, PLC0415
        from agents.views.agents import AGENTS  # noqa: PLC0415
        from agents.views.slots import SLOTS  # noqa: PLC0415
        from crm import panels  # noqa: PLC0415
        from crm.core import dead_letters  # noqa: PLC0415
        from crm.core.configuration import add_part  # noqa: PLC0415
        from crm.core.settings_pages import add_settings_page  # noqa: PLC0415

        dead_letters.add_source(services.DEAD_TURNS)
        for page in (AGENTS, SLOTS):
            add_settings_page(page)
        for part in services.PARTS:
            add_part(part)
        panels.add_bots(selectors.bots_of)
        panels.add_bot_name(selectors.bot_name)
        panels.add_brief("turn", selectors.turn_notes)
