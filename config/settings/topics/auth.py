"""Who may come in: our user model, allauth, passwords, second factors, limits."""

from config import env

AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.middleware.PeopleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are added or invited by an admin; there is no open sign-up
ACCOUNT_ADAPTER = "crm.views.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "crm.forms.sign_in.ForgottenForm"}
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # or anybody could have us write to anybody
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to its owner by mail
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds during which one need not prove again who one is
# "key" of a failed login is the account together with the address the try comes from: a stranger who guesses
# locks out nobody but themselves.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,50/h/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/5m/user",
    "change_password": "5/m/user",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if env.SITE_URL.startswith("https") else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = env.TRUSTED_PROXIES

MFA_ADAPTER = "crm.views.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from an admin or from an accepted invitation
MFA_TOTP_ISSUER = "Chat CRM"
MFA_TOTP_TOLERANCE = 1  # clocks may be half a minute off; a code still works once only (forms/sign_in.py)
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "crm.forms.sign_in.SecondFactorForm",
    "reauthenticate": "crm.forms.sign_in.SecondFactorAgainForm",
    "add_webauthn": "crm.forms.sign_in.PasskeyForm",
}
SEAL_KEYS = env.SEAL_KEYS
REQUIRE_MFA_FOR_ADMINS = env.REQUIRE_MFA_FOR_ADMINS
API_KEY_DAYS = env.API_KEY_DAYS

SESSION_ENGINE = "crm.core.sessions"  # in the database: nobody is signed out while Redis is away
SESSION_COOKIE_AGE = 14 * 24 * 3600
