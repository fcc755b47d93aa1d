"""Settings, Your team: members, their roles, and who is invited."""

from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm import panels, selectors, services
from crm.core.actors import Actor
from crm.core.doors import actor_of, explain
from crm.core.errors import InvalidInputError, NotFoundError, TooManyError
from crm.forms.settings import InvitationForm, MemberForm


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Who works here, and who is asked to."""
    actor = actor_of(request)
    members = list(selectors.all_members(actor))
    proven = selectors.second_factors_of([m.user_id for m in members])
    context = {
        "members": [{"row": m, "has_second_factor": m.user_id in proven} for m in members],
        "invitations": list(selectors.open_invitations(actor)),
        "bots": panels.bots(actor),
        "teams": selectors.teams_with_people(actor),
    }
    return render(request, "settings/team.html", context)


def _choices(actor: Actor) -> dict[str, Any]:
    return {"roles": selectors.roles_to_give(actor), "teams": selectors.teams_here(actor)}


def _ids(form: Any) -> list[UUID]:
    return [UUID(team_id) for team_id in form.cleaned_data.get("teams", [])]


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def invite(request: HttpRequest) -> HttpResponse:
    """Ask somebody by mail."""
    actor = actor_of(request)
    form = InvitationForm(request.POST or None, initial={"role": "rep"}, **_choices(actor))
    selectors.open_invitations(actor)  # refuses who may not
    if request.method == "POST" and form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            services.invite_member(actor=actor, email=email, role_key=role, team_ids=_ids(form))
        except (InvalidInputError, TooManyError) as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("%(email)s is invited; the mail is on its way.") % {"email": email})
            return redirect("crm:team")
    return render(request, "settings/invite.html", {"form": form})


@require_POST
@reauthentication_required
def resend(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """A new link for somebody who has not come yet."""
    sent = services.resend_invitation(actor=actor_of(request), invitation_id=invitation_id)
    messages.success(request, _("A new mail to %(email)s is on its way.") % {"email": sent.email})
    return redirect("crm:team")


@require_POST
@reauthentication_required
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """The link works no more."""
    gone = services.withdraw_invitation(actor=actor_of(request), invitation_id=invitation_id)
    messages.success(request, _("%(email)s is no longer invited.") % {"email": gone.email})
    return redirect("crm:team")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def member(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """One member: role, teams, sign-ins."""
    actor = actor_of(request)
    found = selectors.get_membership_here(actor, membership_id)
    if found is None:
        raise NotFoundError
    given = {"role": found.role.key, "teams": [str(t.pk) for t in found.teams.all()]}
    form = MemberForm(request.POST or None, initial=given, **_choices(actor))
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        services.change_member(actor=actor, membership_id=membership_id, role_key=role, team_ids=_ids(form))
        messages.success(request, _("Saved."))
        return redirect("crm:team")
    context = {
        "member": found,
        "form": form,
        "is_self": found.user_id == actor.user_id,
        "contact": selectors.contact_at(actor, found.user.phone),
        "has_second_factor": selectors.has_second_factor(found.user_id),
        "sessions": len(selectors.sessions_of(found.user_id)),
    }
    return render(request, "settings/member.html", context)


@require_POST
@reauthentication_required
def member_active(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """A member leaves, or comes back."""
    is_active = request.POST.get("is_active") == "1"
    changed = services.set_member_active(
        actor=actor_of(request), membership_id=membership_id, is_active=is_active
    )
    text = (
        _("%(name)s works here again.") if is_active else _("%(name)s is signed out and works here no more.")
    )
    messages.success(request, text % {"name": changed.user})
    return redirect("crm:team")


@require_POST
@reauthentication_required
def member_sign_out(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """A member is signed out everywhere."""
    ended = services.sign_out_member(actor=actor_of(request), membership_id=membership_id)
    text = ngettext("Signed out of %(n)d browser.", "Signed out of %(n)d browsers.", ended)
    messages.success(request, text % {"n": ended})
    return redirect("crm:member", membership_id)


@require_POST
@reauthentication_required
def member_phone(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """The number in a member's profile is theirs."""
    member = services.confirm_phone(actor=actor_of(request), membership_id=membership_id)
    messages.success(request, _("%(phone)s is confirmed.") % {"phone": member.phone})
    return redirect("crm:member", membership_id)
