"""The scheduler's clock. A module of its own: it needs the models, so it is imported after Django is up."""

from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler

from config.signs import sign_of_life


class BeatingScheduler(DatabaseScheduler):
    """django-celery-beat's scheduler that also leaves a sign of life at each tick."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Fire what is due, and say that we live."""
        sign_of_life("scheduler")
        return super().tick(*args, **kwargs)
