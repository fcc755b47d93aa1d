"""The bare views, served as the product is."""

import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.load.floor.settings"
application = get_asgi_application()
