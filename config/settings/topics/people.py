"""The Django admin, themed."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

_STONE = {
    "50": "250 250 249", "100": "245 245 244", "200": "231 229 228", "300": "214 211 209",
    "400": "168 162 158", "500": "120 113 108", "600": "87 83 78", "700": "68 64 60",
    "800": "41 37 36", "900": "28 25 23", "950": "12 10 9",
}  # fmt: skip
_PINE = {
    "50": "236 253 245", "100": "209 250 229", "200": "167 243 208", "300": "110 231 183",
    "400": "52 211 153", "500": "16 150 110", "600": "5 122 90", "700": "4 96 72",
    "800": "6 78 59", "900": "6 64 49", "950": "2 38 30",
}  # fmt: skip


def _link(title: Any, icon: str, model: str) -> dict[str, Any]:
    """One entry of the admin's side bar."""
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


UNFOLD = {
    "SITE_TITLE": "Chat CRM",
    "SITE_HEADER": "Chat CRM",
    "SITE_SUBHEADER": _("Master data"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "COLORS": {"base": _STONE, "primary": _PINE},
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("People"),
                "items": [
                    _link(_("Workspaces"), "apartment", "crm_workspace"),
                    _link(_("Users"), "person", "crm_user"),
                    _link(_("Memberships"), "badge", "crm_membership"),
                    _link(_("Roles"), "key", "crm_role"),
                    _link(_("Teams"), "groups", "crm_team"),
                    _link(_("API keys"), "vpn_key", "crm_apikey"),
                ],
            },
            {
                "title": _("Customers"),
                "items": [
                    _link(_("Contacts"), "contacts", "crm_contact"),
                    _link(_("Accounts"), "domain", "crm_account"),
                    _link(_("Leads"), "bolt", "leads_lead"),
                    _link(_("Conversations"), "forum", "conversations_conversation"),
                ],
            },
            {
                "title": _("How leads are worked"),
                "items": [
                    _link(_("Agents"), "smart_toy", "agents_agent"),
                    _link(_("Slots"), "checklist", "leads_slot"),
                    _link(_("Scoring rules"), "calculate", "leads_scorerule"),
                    _link(_("Scoring thresholds"), "tune", "leads_leadsettings"),
                ],
            },
            {
                "title": _("Channels and traffic"),
                "items": [
                    _link(_("Channels"), "cell_tower", "conversations_channel"),
                    _link(_("Deliveries"), "inbox", "conversations_inbounddelivery"),
                    _link(_("Received items"), "list", "conversations_inbounditem"),
                    _link(_("Events"), "history", "crm_eventrecord"),
                    _link(_("Agent turns"), "psychology", "agents_turn"),
                ],
            },
        ],
    },
}
