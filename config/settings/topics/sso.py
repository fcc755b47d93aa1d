"""Signing in with Google or Microsoft: only when configured, only for members and the invited."""

from typing import Any
from urllib.parse import urlsplit

from config import env

SOCIALACCOUNT_ADAPTER = "crm.views.single_sign_on.SingleSignOn"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"  # an address that the provider has not verified is refused
SOCIALACCOUNT_REQUESTS_TIMEOUT = env.PROVIDER_TIMEOUT
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {}
SIGN_IN_ORIGINS: list[str] = []  # where the buttons lead; the content policy lets our forms go there

if env.GOOGLE_OAUTH_CLIENT_ID and env.GOOGLE_OAUTH_CLIENT_SECRET:
    SOCIALACCOUNT_PROVIDERS["google"] = {
        "APPS": [
            {"client_id": env.GOOGLE_OAUTH_CLIENT_ID, "secret": env.GOOGLE_OAUTH_CLIENT_SECRET, "key": ""}
        ],
        "SCOPE": ["openid", "email", "profile"],
        "OAUTH_PKCE_ENABLED": True,
        "AUTHORIZE_URL": env.GOOGLE_OAUTH_AUTHORIZE_URL,
    }
    SIGN_IN_ORIGINS.append("{0.scheme}://{0.netloc}".format(urlsplit(env.GOOGLE_OAUTH_AUTHORIZE_URL)))
    if env.GOOGLE_OAUTH_API_URL:
        SOCIALACCOUNT_PROVIDERS["google"] |= {
            "ACCESS_TOKEN_URL": f"{env.GOOGLE_OAUTH_API_URL}/token",
            "IDENTITY_URL": f"{env.GOOGLE_OAUTH_API_URL}/oauth2/v2/userinfo",
        }

# Only a directory of one's own vouches for its addresses: with "common" anybody could open a directory
# and claim somebody's address in it.
_tenant = env.MICROSOFT_OAUTH_TENANT.strip().lower()
if env.MICROSOFT_OAUTH_CLIENT_ID and _tenant not in {"", "common", "organizations", "consumers"}:
    SOCIALACCOUNT_PROVIDERS["microsoft"] = {
        "APPS": [
            {
                "client_id": env.MICROSOFT_OAUTH_CLIENT_ID,
                "secret": env.MICROSOFT_OAUTH_CLIENT_SECRET,
                "settings": {
                    "tenant": env.MICROSOFT_OAUTH_TENANT,
                    "login_url": env.MICROSOFT_OAUTH_LOGIN_URL,
                    "graph_url": env.MS_GRAPH_URL,
                },
            }
        ],
        "VERIFIED_EMAIL": True,
        "OAUTH_PKCE_ENABLED": True,
    }
    SIGN_IN_ORIGINS.append("{0.scheme}://{0.netloc}".format(urlsplit(env.MICROSOFT_OAUTH_LOGIN_URL)))
