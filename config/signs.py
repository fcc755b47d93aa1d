"""Signs of life of worker and scheduler: written to the cache, read by health."""

SECONDS = 15  # how long a sign of life counts


def sign_of_life(name: str) -> None:
    """Leave a sign of life that health reads; Redis may be away, then health says so itself."""
    from django.core.cache import caches  # noqa: PLC0415  needs settings
    from redis.exceptions import RedisError  # noqa: PLC0415

    try:
        caches["redis"].set(f"alive:{name}", 1, timeout=SECONDS)
    except (RedisError, OSError):
        return
