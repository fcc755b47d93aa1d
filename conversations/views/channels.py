"""Settings, channels: how each is doing, and what can be done about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from conversations import selectors, services
from conversations.selectors import ChannelCard
from crm.core.actors import Actor
from crm.core.doors import actor_of
from crm.core.settings_pages import SettingsPage

CHANNELS = SettingsPage(
    group="channels",
    title=gettext_lazy("Channels"),
    text=gettext_lazy("The ways in and out: which one works, which one needs a look, and why."),
    url_name="conversations:channels",
    icon="radio-tower",
    permission="conversations.view",
)
COLOURS = {
    "red": gettext_lazy("Needs a look now"),
    "amber": gettext_lazy("Look soon"),
    "green": gettext_lazy("Works"),
    "off": gettext_lazy("Switched off"),
}


@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """Every channel with its card."""
    actor = actor_of(request)
    context = {
        "cards": [_shown(actor, card) for card in selectors.channel_cards(actor)],
        "may_manage": actor.may("settings.manage"),
        "add_url": reverse("admin:conversations_channel_add") if actor.may("settings.manage") else "",
    }
    return render(request, "settings/channels.html", context)


def _shown(actor: Actor, card: ChannelCard) -> dict[str, Any]:
    may_see_dead = card.signs.dead and actor.may("deadletters.view")
    return {
        "card": card,
        "channel": card.channel,
        "signs": card.signs,
        "colour": card.health.colour,
        "colour_text": COLOURS[card.health.colour],
        "rate": f"{card.signs.error_rate:.0%}",
        "oldest_minutes": int(card.signs.oldest_unread // 60),
        "dead_url": reverse("crm:dead_letters") if may_see_dead else "",
    }


@require_POST
def pause(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Nothing goes out until somebody resumes it."""
    channel = services.pause_channel(actor=actor_of(request), channel_id=channel_id)
    messages.success(request, _("%(name)s is paused. What is queued waits.") % {"name": channel})
    return redirect("conversations:channels")


@require_POST
def resume(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """What is queued goes out again."""
    channel = services.resume_channel(actor=actor_of(request), channel_id=channel_id)
    messages.success(request, _("%(name)s sends again, oldest first.") % {"name": channel})
    return redirect("conversations:channels")


@require_POST
def check(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Ask the provider now."""
    error = services.check_channel(actor=actor_of(request), channel_id=channel_id)
    if error:
        messages.error(request, _("The provider says: %(error)s") % {"error": error})
    else:
        messages.success(request, _("The provider knows the account, and the token works."))
    return redirect("conversations:channels")
