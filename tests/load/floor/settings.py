"""The product's settings without the product: no apps, no middleware, five addresses."""

from pathlib import Path

from config.settings.base import *  # noqa: F403

INSTALLED_APPS = []
MIDDLEWARE = []
ROOT_URLCONF = "tests.load.floor.views"
AUTH_USER_MODEL = "auth.User"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent],
    }
]
