"""Cookies and headers. No insecure default outside the demo and the tests."""

from django.core.exceptions import ImproperlyConfigured

from config import env

if not env.SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to a long random text (`make up` and `manage.py` make one for you)."
    )

SECRET_KEY = env.SECRET_KEY
DEBUG = env.DEBUG
ALLOWED_HOSTS = env.ALLOWED_HOSTS
_https = env.SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [env.SITE_URL]
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
# The prefix binds a cookie to this host and to https: no sibling host can plant one.
SESSION_COOKIE_NAME = "__Host-sessionid" if _https else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _https else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True  # pages carry the token; no script reads the cookie
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a mail opens the page it names
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_SSL_REDIRECT = False  # the proxy in front does it; health probes stay plain
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # see SECURE_SSL_REDIRECT
    "templates.W003",  # crm.templatetags.spoken stands in for Django's i18n, and has all of its tags
]
TRUSTED_PROXIES = env.TRUSTED_PROXIES
# Tokens at once, and how many come back each second: per bucket of somebody. Sign-in has stricter ones of its own.
RATE_LIMITS = {
    "api_caller": (3 * env.API_RATE, env.API_RATE),
    "api_address": (6 * env.API_RATE, 2 * env.API_RATE),
    "page_session": (6 * env.PAGE_RATE, env.PAGE_RATE),
    "page_address": (30 * env.PAGE_RATE, 5 * env.PAGE_RATE),  # an office shares one
    "report_address": (20.0, 1.0),
}
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    4 * 1024 * 1024
)  # Meta posts up to 3 MB; Django's default of 2.5 would refuse it
