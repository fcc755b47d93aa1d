"""The person beside the thread: what they allow, who else they are, what was tried, what happened."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conversations import selectors, services
from conversations.forms import ConsentForm, SamePersonForm
from conversations.models import Conversation
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.core.actors import Actor
from crm.core.doors import actor_of, tell
from crm.core.errors import InvalidInputError


@require_GET
def person(request: HttpRequest, id: UUID) -> HttpResponse:
    """The card, fetched when it comes into sight."""
    actor = actor_of(request)
    return _card(request, actor, selectors.get_conversation(actor, id))


def _card(request: HttpRequest, actor: Actor, conversation: Conversation) -> HttpResponse:
    context = {
        "conversation": conversation,
        "consents": selectors.consent_states(actor, conversation.contact),
        "merges": selectors.merges_into(conversation.contact),
        "attempts": selectors.send_attempts(conversation),
        "story": selectors.story_of(actor, conversation),
        "can_edit": actor.may("contacts.edit"),
    }
    return render(request, "conversations/_person_card.html", context)


@require_POST
def consent(request: HttpRequest, id: UUID) -> HttpResponse:
    """The customer told somebody what they want to be written."""
    actor = actor_of(request)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(
            fields={name: [str(e) for e in errors] for name, errors in form.errors.items()}
        )
    conversation = selectors.get_conversation(actor, id)
    services.change_consent(actor=actor, contact_id=conversation.contact_id, **form.cleaned_data)
    return tell(_card(request, actor, conversation), _("Noted."))


@require_GET
def same_person(request: HttpRequest, id: UUID) -> HttpResponse:
    """Contacts who may be the same person, by what is typed."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    typed = request.GET.get("q", "").strip()[:80]
    found = selectors.maybe_the_same(actor, conversation.contact, typed)
    context = {"conversation": conversation, "found": found, "typed": typed}
    return render(request, "conversations/_same_person.html", context)


@require_POST
def merge(request: HttpRequest, id: UUID) -> HttpResponse:
    """Somebody else turned out to be this person; the card says so, with the way back."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    form = SamePersonForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError(fields={"contact": [_("Choose a contact.")]})
    other = crm_selectors.get_contact(actor, form.cleaned_data["contact"])
    winner = crm_selectors.get_contact(actor, conversation.contact_id)
    because = _("%(who)s said so") % {"who": actor.label}
    crm_services.merge_contacts(actor=actor, winner_id=winner.pk, loser_id=other.pk, because=because)
    return _again(request, id, _("%(name)s is the same person now.") % {"name": other.label})


@require_POST
def part(request: HttpRequest, id: UUID, merge_id: UUID) -> HttpResponse:
    """They are two people after all."""
    actor = actor_of(request)
    conversation = selectors.get_conversation(actor, id)
    crm_services.part_contacts(actor=actor, winner_id=conversation.contact_id, merge_id=merge_id)
    return _again(request, id, _("They are two people again."))


def _again(request: HttpRequest, id: UUID, text: str) -> HttpResponse:
    """Everything about the person is another: the whole page is asked for again."""
    messages.success(request, text)
    url = f"{reverse('conversations:inbox')}?open={id}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
