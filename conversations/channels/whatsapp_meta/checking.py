"""Asking Meta about our number: whether the token works, and how the number is rated."""

from conversations.channels.port import Account, AccountState, ChannelError
from conversations.channels.whatsapp_meta.sending import refusal
from crm.core.outgoing import calls

FIELDS = "verified_name,display_phone_number,quality_rating"


def check(account: Account) -> AccountState:
    """GET /{phone number id}; raises ChannelError."""
    token = account.settings.get("access_token", "")
    if not token:
        raise ChannelError("auth", "no_token", "There is no access token. Set one up in the administration.")
    try:
        answer = calls.ask(
            "GET",
            f"{account.base_url}/{account.settings.get('phone_number_id', '')}?fields={FIELDS}",
            through=calls.shared_client(account.base_url),
            headers={"Authorization": f"Bearer {token}"},
            seconds=account.timeout,
        )
    except calls.OutgoingError as error:
        raise ChannelError("transient", error.code, f"WhatsApp can't be reached: {error}") from error
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not answer.is_success or not isinstance(document, dict):
        raise refusal(answer, document)
    return AccountState(
        name=str(document.get("verified_name", ""))[:120],
        number=str(document.get("display_phone_number", ""))[:40],
        quality=str(document.get("quality_rating", ""))[:20],
    )
