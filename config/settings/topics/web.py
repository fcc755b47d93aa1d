"""Templates and static files."""

from config import env

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.panels.page_context",
            ],
            "builtins": ["crm.templatetags.remembering", "crm.templatetags.told"],
            "libraries": {"i18n": "crm.templatetags.spoken"},
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = env.VAR_DIR / "static"
STATICFILES_DIRS = [env.ROOT / "assets" / "dist"] if (env.ROOT / "assets" / "dist").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = env.VAR_DIR / "media"
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": env.ROOT / "assets" / "dist" / ".vite" / "manifest.json",
    }
}
