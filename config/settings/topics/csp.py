"""What a page of ours may load and do: everything from here, nothing written into the page."""

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from config import env
from config.settings.topics.sso import SIGN_IN_ORIGINS

_https = env.SITE_URL.startswith("https://")
_live = "ws" + env.SITE_URL.removeprefix("http")  # the websocket, for browsers whose 'self' leaves it out

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF, _live],
        "object-src": [NONE],
        "frame-src": [NONE],
        "worker-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *SIGN_IN_ORIGINS],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": _https,
        "report-uri": "/csp-report/",
    }
}
# The admin's theme writes its colours and sizes into the page, and its Alpine reads expressions out of attributes.
# Both stay in /admin/, which few may enter and which shows no customer's words as markup. Inline scripts are
# forbidden there too.
ADMIN_CSP = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

# What no page of ours asks a browser for.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
        "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
