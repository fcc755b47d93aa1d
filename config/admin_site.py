"""The Django admin's front door: whoever manages something of their workspace enters, by the product's own sign-in."""

from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from agents.models import Agent
from conversations.models import Channel, Conversation, InboundItem
from crm.models import Contact, Membership
from crm.models.workspaces import MANAGING
from leads.models import Lead

FIGURES: dict[Any, tuple[type[Model], dict[str, Any], str]] = {
    _("Members"): (Membership, {"is_active": True}, ""),
    _("Contacts"): (Contact, {}, ""),
    _("Leads"): (Lead, {}, ""),
    _("Open conversations"): (Conversation, {"status": Conversation.Status.OPEN}, "?status__exact=open"),
    _("Agents"): (Agent, {"is_active": True}, "?is_active__exact=1"),
    _("Channels"): (Channel, {"is_active": True}, "?is_active__exact=1"),
    _("Items that failed"): (InboundItem, {"state": "dead"}, "?state__exact=dead"),
}


class CrmAdminSite(UnfoldAdminSite):
    """Unfold's site, entered by role."""

    index_template = "crm/admin_index.html"
    index_title = _("At a glance")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every page of the admin, with the one policy that its theme needs (settings/topics/csp.py)."""
        return csp_replace(settings.ADMIN_CSP)(super().admin_view(view, cacheable))

    def has_permission(self, request: Any) -> bool:
        """Members whose role manages something; operators of the whole installation."""
        actor = getattr(request, "actor", None)
        managing = actor is not None and any(actor.may(p) for p in MANAGING)
        return bool(request.user.is_active and (managing or request.user.is_superuser))

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in, with its limits; who is signed in already is told that this is not for them."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page for it, too: with its limits, its notice by mail, and an end to other sign-ins."""
        return redirect("account_change_password")

    def index(self, request: Any, extra_context: Any = None) -> HttpResponse:
        """The rooms, and the figures an admin looks for first."""
        shown: HttpResponse = super().index(
            request, {**(extra_context or {}), "figures": self._figures(request)}
        )
        return shown

    def _figures(self, request: Any) -> list[dict[str, Any]]:
        """Name, number and address of each: of rows that one finds in its room."""
        return [
            {
                "name": name,
                "number": self._registry[model].get_queryset(request).filter(**which).count(),
                "url": reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query,
            }
            for name, (model, which, query) in FIGURES.items()
            if self._registry[model].has_view_permission(request)
        ]
