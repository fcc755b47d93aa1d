"""The one reader of the environment. Every variable the product knows is named here, with its default."""

from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent

_env = environ.Env()
_env.prefix = ""
if (ROOT / ".env").exists():
    environ.Env.read_env(ROOT / ".env")

# Who and where we are
DEBUG: bool = _env.bool("DEBUG", default=False)
DEMO: bool = _env.bool("DEMO", default=False)  # the demo workspace with known passwords; never in production
TESTING: bool = _env.bool("TESTING", default=False)
PORT: int = _env.int("PORT", default=8000)
VAR_DIR = Path(_env.str("VAR_DIR", default=str(ROOT / "var"))).resolve()
SECRET_KEY: str = _env.str("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = _env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL: str = _env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}")
VERSION: str = _env.str("VERSION", default="0.1.0")

# Sign-in
REQUIRE_MFA_FOR_ADMINS: bool = _env.bool("REQUIRE_MFA_FOR_ADMINS", default=not (DEMO or TESTING))
# What seals secrets in the database, newest first; unset: made from SECRET_KEY. MFA_KEYS is what it was called first
SEAL_KEYS: list[str] = _env.list("SEAL_KEYS", default=_env.list("MFA_KEYS", default=[]))
TRUSTED_PROXIES: int = _env.int("TRUSTED_PROXIES", default=0)  # how many proxies of ours stand in front
API_RATE: float = _env.float("API_RATE", default=100.0)  # requests a second of one caller; 0: no limits
PAGE_RATE: float = _env.float("PAGE_RATE", default=10.0)  # the same for what a signed-in person changes
API_KEY_DAYS: int = _env.int("API_KEY_DAYS", default=365)  # how long an API key lives at most
GOOGLE_OAUTH_CLIENT_ID: str = _env.str("GOOGLE_OAUTH_CLIENT_ID", default="")
GOOGLE_OAUTH_CLIENT_SECRET: str = _env.str("GOOGLE_OAUTH_CLIENT_SECRET", default="")
GOOGLE_OAUTH_AUTHORIZE_URL: str = _env.str(
    "GOOGLE_OAUTH_AUTHORIZE_URL", default="https://accounts.google.com/o/oauth2/v2/auth"
)
GOOGLE_OAUTH_API_URL: str = _env.str(
    "GOOGLE_OAUTH_API_URL", default=""
)  # token and userinfo; unset: Google's
MICROSOFT_OAUTH_CLIENT_ID: str = _env.str("MICROSOFT_OAUTH_CLIENT_ID", default="")
MICROSOFT_OAUTH_CLIENT_SECRET: str = _env.str("MICROSOFT_OAUTH_CLIENT_SECRET", default="")
MICROSOFT_OAUTH_TENANT: str = _env.str("MICROSOFT_OAUTH_TENANT", default="")  # your directory; never "common"
MICROSOFT_OAUTH_LOGIN_URL: str = _env.str(
    "MICROSOFT_OAUTH_LOGIN_URL", default="https://login.microsoftonline.com"
)
MS_GRAPH_URL: str = _env.str("MS_GRAPH_URL", default="https://graph.microsoft.com").rstrip("/")

# Servers. Unset: the launcher starts embedded ones and sets these before Django reads them.
DATABASE_URL: str = _env.str("DATABASE_URL", default="")
REDIS_URL: str = _env.str("REDIS_URL", default="")
PROGRAM: str = _env.str(
    "PROGRAM", default=""
)  # which program of the house this is: web, worker, turns, scheduler
METRICS_FOLDER: str = _env.str(
    "PROMETHEUS_MULTIPROC_DIR", default=""
)  # where web processes share their counts
DB_POOL: bool = _env.bool("DB_POOL", default=False)  # web processes under ASGI pool their connections
DB_POOLER: bool = _env.bool("DB_POOLER", default=False)  # DATABASE_URL leads to pgbouncer in transaction mode

# Providers. The defaults are the real addresses.
META_GRAPH_URL: str = _env.str("META_GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
META_GRAPH_VERSION: str = _env.str("META_GRAPH_VERSION", default="v26.0")
PROVIDER_TIMEOUT: float = _env.float("PROVIDER_TIMEOUT", default=10.0)  # seconds

# How long to wait, in seconds. A lease must be longer than a provider may take to answer.
CLAIM_LEASE: float = _env.float(
    "CLAIM_LEASE", default=30.0
)  # until a worker that says nothing counts as dead
MODEL_TIMEOUT: float = _env.float(
    "MODEL_TIMEOUT", default=CLAIM_LEASE * 2 / 3
)  # for a model, in one turn; then the offline engine answers
UNKNOWN_WAIT: float = _env.float("UNKNOWN_WAIT", default=60.0)  # for a receipt to tell what became of a send
READ_RETRY_AT_MOST: float = _env.float(
    "READ_RETRY_AT_MOST", default=300.0
)  # between two tries to read a delivery

# Models. With no key the offline engine answers.
OPENAI_API_KEY: str = _env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL: str = _env.str("OPENAI_BASE_URL", default="https://api.openai.com/v1")
OPENAI_MODEL: str = _env.str("OPENAI_MODEL", default="gpt-5-mini")

# Mail and reports
EMAIL_URL: str = _env.str("EMAIL_URL", default="consolemail://")
EMAIL_TIMEOUT: float = _env.float("EMAIL_TIMEOUT", default=10.0)
DEFAULT_FROM_EMAIL: str = _env.str("DEFAULT_FROM_EMAIL", default="crm@localhost")
SENTRY_DSN: str = _env.str("SENTRY_DSN", default="")
LOG_LEVEL: str = _env.str("LOG_LEVEL", default="INFO")
LOG_JSON: bool = _env.bool("LOG_JSON", default=False)


def email_settings() -> dict[str, object]:
    """Django's EMAIL_* settings, read from EMAIL_URL."""
    return dict(_env.email_url_config(EMAIL_URL))


def database_settings() -> dict[str, object]:
    """Django's DATABASES["default"], read from DATABASE_URL."""
    return dict(_env.db_url_config(DATABASE_URL)) if DATABASE_URL else {"ENGINE": "django.db.backends.dummy"}
