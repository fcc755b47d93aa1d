"""Settings of the test run: real PostgreSQL, no outside world, fast hashes."""

from config.launcher import testing

testing.prepare()

from .base import *  # noqa: E402  reads what was just prepared

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
RATE_LIMITS = {}  # one machine plays everybody; tests/config/test_limits.py sets its own
CACHES["redis"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
