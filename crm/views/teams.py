"""Settings, Your team: the teams people are in."""

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm import selectors, services
from crm.core.doors import actor_of, explain, lead_on
from crm.core.errors import InvalidInputError
from crm.forms.teams import TeamForm
from crm.models import Team


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def new_team(request: HttpRequest) -> HttpResponse:
    """A team more."""
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def change_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Another name, other people."""
    return _edit(request, selectors.get_team(actor_of(request), team_id))


def _edit(request: HttpRequest, team: Team | None) -> HttpResponse:
    actor = actor_of(request)
    people = [m for m in selectors.all_members(actor) if m.is_active]
    seated = [str(pk) for pk in team.memberships.values_list("pk", flat=True)] if team else []
    form = TeamForm(
        request.POST or None, people=people, initial={"name": team.name if team else "", "members": seated}
    )
    if request.method == "POST" and form.is_valid():
        ids, name = form.membership_ids(), form.cleaned_data["name"]
        try:
            services.save_team(actor=actor, name=name, membership_ids=ids, team_id=team.pk if team else None)
        except InvalidInputError as error:
            explain(form, error)
        else:
            return lead_on(request, "crm:team", _("Saved."))
    return render(request, "settings/one_team.html", {"form": form, "team": team})


@require_POST
@reauthentication_required
def remove_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Off the list; a note offers to put it back."""
    gone = services.remove_team(actor=actor_of(request), team_id=team_id)
    undo = reverse("crm:put_team_back", args=[gone.pk])
    return lead_on(request, "crm:team", _("The team %(name)s is gone.") % {"name": gone.name}, undo_url=undo)


@require_POST
@reauthentication_required
def put_team_back(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """It is there again."""
    back = services.put_team_back(actor=actor_of(request), team_id=team_id)
    return lead_on(request, "crm:team", _("The team %(name)s is there again.") % {"name": back.name})
