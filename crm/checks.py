"""What is legal but unwise."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from crm import selectors


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


@register(Tags.database)
def check_demo_people_are_gone(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The product doesn't start (migrate refuses, readiness says no) with people whose passwords everybody knows."""
    try:
        found = not settings.DEMO and bool(databases) and bool(selectors.demo_people())
    except DatabaseError:  # before the first migration there are no people
        return []
    if not found:
        return []
    hint = "Close their accounts with `manage.py close_demo`, or start on another database."
    return [Error("The demo's users are in this database, and DEMO is off.", hint=hint, id="crm.E002")]


@register(Tags.database)
def check_the_walls_hold(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The product doesn't start as a database role that row security lets pass."""
    role = selectors.role_above_walls() if databases and not settings.DEMO else ""
    if not role:
        return []
    hint = f"Connect as another role (DATABASE_URL), or: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS."
    text = f"The database role '{role}' is a superuser or has BYPASSRLS: nothing parts the workspaces from each other."
    return [Error(text, hint=hint, id="crm.E003")]
