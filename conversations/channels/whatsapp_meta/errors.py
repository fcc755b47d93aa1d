"""What Meta's error codes ask of the sender, and what they mean in words."""

from conversations.channels.port import ErrorKind, Scope, gettext_noop

# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes: what each family asks of the sender
AUTH = {0, 3, 10, 190, 131005, 368, 130497, 131031, 131042, 131044, 131045, *range(200, 300)}
TRANSIENT = {1, 2, 131000, 131016, 131057, 133004}
THROTTLED = {4, 80007, 130429, 131048, 131056}
SCOPES: dict[int, Scope] = {4: "account", 80007: "account", 130429: "account", 131056: "person"}

IN_WORDS = {
    130472: gettext_noop("WhatsApp keeps this customer out of marketing messages for a test of its own."),
    131021: gettext_noop("This is the channel's own number."),
    131026: gettext_noop(
        "WhatsApp could not deliver this: the number may not be on WhatsApp, or blocked us."
    ),
    131047: gettext_noop("More than 24 hours have passed since the customer wrote. Send a template instead."),
    131049: gettext_noop(
        "WhatsApp held this back so that the customer does not get too many messages. Try again in a day."
    ),
    131050: gettext_noop("The customer stopped marketing messages from this number."),
    131051: gettext_noop("WhatsApp does not take this kind of message."),
    131053: gettext_noop("WhatsApp could not take the file."),
    132000: gettext_noop("The template was given a wrong number of values."),
    132001: gettext_noop("There is no approved template of this name in this language."),
    132007: gettext_noop("The template breaks a rule of WhatsApp. An admin has to edit it."),
    132015: gettext_noop("The template is paused by WhatsApp. Choose another one."),
    132016: gettext_noop("The template is switched off by WhatsApp. Choose another one."),
}


def kind_of(code: int, status: int = 400) -> ErrorKind:
    """What an error code asks of the sender; a code not listed here goes by the HTTP status."""
    if code in AUTH or status in {401, 403}:
        return "auth"
    if code in TRANSIENT:
        return "transient"
    if code in THROTTLED or status == 429:
        return "throttled"
    return "unknown" if status >= 500 else "permanent"


def scope_of(code: int, status: int = 400) -> Scope:
    """Who has to wait: this message, this person, or the whole account."""
    return SCOPES.get(code, "account" if status == 429 else "message")


def in_words(code: int, said: str) -> str:
    """The code for people; what Meta said where we have no better words."""
    return IN_WORDS.get(code, said)
