"""What is legal but unwise."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def check_demo_is_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The demo has passwords that everybody knows: it may only run on loopback."""
    if settings.DEMO and not settings.SITE_URL.startswith(("http://127.0.0.1", "http://localhost")):
        return [
            Error(
                "DEMO is on for a site that is not on loopback.",
                hint="Unset DEMO: its users have the password 'demo'.",
                id="crm.E001",
            )
        ]
    return []
