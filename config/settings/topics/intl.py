"""Languages and time."""

from config import env

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("id", "Bahasa Indonesia")]
LOCALE_PATHS = [env.ROOT / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
