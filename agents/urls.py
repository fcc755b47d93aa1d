"""Addresses of the agents floor (its pages come with the sandbox)."""

from typing import Any

app_name = "agents"

urlpatterns: list[Any] = []
