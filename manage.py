#!/usr/bin/env python
"""Django's entrance for operators; starts or joins the embedded services when no servers are configured."""

import os
import sys


def main() -> None:
    """Prepare the environment, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from config.launcher.attach import prepare_environment  # noqa: PLC0415  before the settings are read

    prepare_environment(sys.argv)
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    import config.celery  # noqa: F401, PLC0415  nudges go to our broker
    from crm.core.walls import everywhere  # noqa: PLC0415

    with everywhere():  # whoever has a terminal runs the house; services stand within their actor's workspace
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
