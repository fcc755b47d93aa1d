"""The workspace that callers from elsewhere try to reach: one row of each kind, all of the owner's, all marked.

A route with a parameter that RULES does not know, or a write without an entry in BODIES, fails the matrix:
whoever adds a route says here which row it speaks of and what a right request is.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from conversations import services as conversation_services
from conversations.channels.port import Template
from conversations.models import Conversation, InboundDelivery, Media, Message, MessageTemplate
from crm import services as crm_services
from crm.models import ContactMerge, CustomField, Invitation, ReplayRun, Tag, User
from leads import services as lead_services
from leads.models import Lead
from leads.selectors import scoring_seen
from tests.factories.conversations import MediaFactory, receive
from tests.walls.knobs import AGENT, SCORING, Knobs, backup_file, make_knobs
from tests.walls.routes import Route

MARK = "KUNING-7f3a"  # in every text of the home's rows; must never reach a stranger
PHONE = "628119990001"


@dataclass
class Home:
    """The rows, and who they belong to."""

    conversation: Conversation
    message: Message
    failed: Message
    lead: Lead
    owner: Any
    admin: Any
    channel: Any
    invitation: Any
    key: Any
    session_id: int
    file: Any  # a picture that is here
    lost: Any  # and one that can't be had any more
    letter: str
    replay: Any
    merge: Any  # of somebody else into the conversation's contact
    template: Any  # approved
    alert: Any  # the admin's
    label: Any
    folder: Any
    act: Any  # what was done to the conversation, not long ago
    note: Any
    canned: Any
    tag: Any
    field: Any  # of leads
    change_id: int  # of the lead's tags
    lead_note: Any  # the owner's
    other: Any  # a lead of the owner's that may be the same
    lead_merge: Any  # of a third one into the lead
    later: Any  # a message for tomorrow
    withdrawn: Any
    broadcast: Any  # planned for tomorrow
    stopped: Any
    saved_view: Any  # shared: all members may know it
    removed_view: Any
    job: Any  # a bulk change that is through
    label_put_away: Any
    other_label: Any
    knobs: Knobs  # of the settings

    def values(self, route: Route) -> dict[str, object]:
        """What goes into a route's parameters; refuses a route nobody has told us about."""
        return {name: self._value(route.pattern, name) for name in route.parameters}

    def _value(self, pattern: str, name: str) -> object:
        for rule, attribute in RULES:
            if re.match(rule, f"{pattern}#{name}"):
                found: Any = self
                for step in attribute.split("."):
                    found = getattr(found, step)
                return found
        raise AssertionError(f"'{pattern}' has a parameter '{name}' that tests/walls/home.py does not know")

    def body(self, method: str, route: Route) -> Any:
        """A right request for a write."""
        key = f"{method} {route.pattern}"
        if key not in BODIES:
            raise AssertionError(f"tests/walls/home.py has no body for '{key}'")
        return {name: value(self) if callable(value) else value for name, value in BODIES[key].items()}


# "<pattern>#<parameter>" -> where its value is found on Home
RULES = (
    (r"settings/you/.*#session_id", "session_id"),
    (r"settings/team/invitations/.*#invitation_id", "invitation.pk"),
    (r"settings/team/.*#membership_id", "owner.member.pk"),
    (r"settings/workspace/.*#change_id", "knobs.workspace_change"),
    (r"settings/agents/.*#agent_id", "knobs.agent.pk"),
    (r"settings/agents/.*#change_id", "knobs.agent_change"),
    (r"settings/slots/.*#slot_id", "knobs.slot.pk"),
    (r"settings/slots/.*#change_id", "knobs.slot_change"),
    (r"settings/scoring/.*#version_id", "knobs.scoring.pk"),
    (r"settings/backups/.*#copy_id", "knobs.copy.pk"),
    (r"settings/teams/.*/put-back/#team_id", "knobs.gone_team.pk"),
    (r"settings/teams/.*#team_id", "knobs.team.pk"),
    (r"settings/keys/.*#key_id", "key.pk"),
    (r"settings/dead-letters/.*#letter", "letter"),
    (r"api/v1/dead-letters/replays/.*#pk", "replay.pk"),
    (r"api/v1/dead-letters/.*#pk", "letter"),
    (r"settings/channels/.*#channel_id", "channel.pk"),
    (r"api/v1/channels/.*#pk", "channel.pk"),
    (r"workspaces/.*#workspace_id", "conversation.workspace_id"),
    (r"inbox/.*/react/.*#message_id", "message.pk"),
    (r"inbox/acts/.*#act_id", "act.pk"),
    (r"inbox/folders/.*#folder_id", "folder.pk"),
    (r"broadcasts/.*/resume/#broadcast_id", "stopped.pk"),
    (r"broadcasts/.*#broadcast_id", "broadcast.pk"),
    (r"inbox/scheduled/.*/restore/#scheduled_id", "withdrawn.pk"),
    (r"inbox/scheduled/.*#scheduled_id", "later.pk"),
    (r"inbox/.*#message_id", "failed.pk"),
    (r"inbox/.*/ask-again/.*#media_id", "lost.pk"),
    (r"inbox/.*/part/.*#merge_id", "merge.pk"),
    (r"media/.*#id", "file.pk"),
    (r"notes/.*#note_id", "note.pk"),
    (r"settings/labels/.*/restore/#label_id", "label_put_away.pk"),
    (r"settings/labels/.*#label_id", "label.pk"),
    (r"settings/canned-replies/.*#canned_reply_id", "canned.pk"),
    (r"api/v1/notes/.*#pk", "note.pk"),
    (r"api/v1/canned-replies/.*#pk", "canned.pk"),
    (r"inbox/.*#id", "conversation.pk"),
    (r"leads/panel/.*#conversation_id", "conversation.pk"),
    (r"leads/views/.*/put-back/#view_id", "removed_view.pk"),
    (r"leads/views/.*#view_id", "saved_view.pk"),
    (r"leads/jobs/.*#job_id", "job.pk"),
    (r"leads/.*/editor/.*#field", "cell"),
    (r"leads/.*#lead_id", "lead.pk"),
    (r"leads/.*/slots/.*#key", "slot"),
    (r"alerts/.*#alert_id", "alert.pk"),
    (r"alerts/unsubscribe/.*#token", "mail_token"),
    (r"contacts/.*#contact_id", "conversation.contact_id"),
    (r"settings/fields/.*#field_id", "field.pk"),
    (r"settings/tags/.*#tag_id", "tag.pk"),
    (r"leads/.*/(custom|contact-custom)/.*#key", "field.key"),
    (r"leads/.*#other_id", "other.pk"),
    (r"leads/.*/merges/.*#merge_id", "lead_merge.pk"),
    (r"leads/.*/notes/.*#note_id", "lead_note.pk"),
    (r"leads/.*/restore/.*#change_id", "change_id"),
    (r"api/v1/custom-fields/.*#pk", "field.pk"),
    (r"api/v1/tags/.*#pk", "tag.pk"),
    (r"api/v1/contacts/.*#pk", "conversation.contact_id"),
    (r"api/v1/conversations/.*#pk", "conversation.pk"),
    (r"api/v1/labels/.*#pk", "label.pk"),
    (r"api/v1/folders/.*#pk", "folder.pk"),
    (r"api/v1/scheduled/.*/restore/.*#pk", "withdrawn.pk"),
    (r"api/v1/scheduled/.*#pk", "later.pk"),
    (r"api/v1/broadcasts/.*/resume/.*#pk", "stopped.pk"),
    (r"api/v1/broadcasts/.*#pk", "broadcast.pk"),
    (r"api/v1/acts/.*#pk", "act.pk"),
    (r"api/v1/messages/.*/retry/#pk", "failed.pk"),
    (r"api/v1/messages/.*#pk", "message.pk"),
    (r"api/v1/saved-views/.*/restore/#pk", "removed_view.pk"),
    (r"api/v1/saved-views/.*#pk", "saved_view.pk"),
    (r"api/v1/lead-jobs/.*#pk", "job.pk"),
    (r"api/v1/leads/.*#pk", "lead.pk"),
    (r"api/v1/leads/.*#note", "lead_note.pk"),
)
Home.slot = "budget"  # type: ignore[attr-defined]
Home.cell = "owner"  # type: ignore[attr-defined]
Home.mail_token = "made-up"  # type: ignore[attr-defined]


def draft_seen(home: Home) -> str:
    """What the admin has before them who looks at the scoring draft."""
    return scoring_seen(home.admin.actor())


def owner_id(home: Home) -> str:
    """The owner's user id."""
    return str(home.owner.user.pk)


BODIES: dict[str, dict[str, Any]] = {
    "POST settings/you/": {"name": "Sari", "phone": ""},
    "POST settings/you/sessions/<int:session_id>/end/": {},
    "POST settings/you/sessions/end-others/": {},
    "POST settings/workspace/": {"name": "Warung Baru", "language": "id", "time_zone": "Asia/Jakarta"},
    "POST settings/workspace/changes/<int:change_id>/undo/": {},
    "POST settings/agents/new/": AGENT,
    "POST settings/agents/<uuid:agent_id>/": AGENT,
    "POST settings/agents/<uuid:agent_id>/switch/": {"is_active": "1"},
    "POST settings/agents/<uuid:agent_id>/changes/<int:change_id>/undo/": {},
    "POST settings/slots/new/": {"key": "hat_size", "label": "Hat size", "kind": "text"},
    "POST settings/slots/<uuid:slot_id>/": {"label": "Shoe"},
    "POST settings/slots/<uuid:slot_id>/move/": {"to": "up"},
    "POST settings/slots/<uuid:slot_id>/switch/": {"is_active": "0"},
    "POST settings/slots/<uuid:slot_id>/changes/<int:change_id>/undo/": {},
    "POST settings/scoring/": SCORING | {"seen": draft_seen},
    "POST settings/scoring/publish/": {"seen": draft_seen},
    "POST settings/scoring/drop/": {"seen": draft_seen},
    "POST settings/scoring/versions/<uuid:version_id>/return/": {},
    "POST settings/backups/": {"file": lambda home: backup_file()},
    "POST settings/backups/<uuid:copy_id>/restore/": {},
    "POST settings/teams/new/": {"name": "Day shift"},
    "POST settings/teams/<uuid:team_id>/": {"name": "Day shift"},
    "POST settings/teams/<uuid:team_id>/remove/": {},
    "POST settings/teams/<uuid:team_id>/put-back/": {},
    "POST settings/team/invite/": {"email": "sari@example.test", "role": "rep"},
    "POST settings/team/invitations/<uuid:invitation_id>/resend/": {},
    "POST settings/team/invitations/<uuid:invitation_id>/withdraw/": {},
    "POST settings/team/<uuid:membership_id>/": {"role": "rep"},
    "POST settings/team/<uuid:membership_id>/active/": {"is_active": "0"},
    "POST settings/team/<uuid:membership_id>/phone/": {},
    "POST settings/team/<uuid:membership_id>/sign-out/": {},
    "POST settings/keys/new/": {"name": "BI", "scopes": ["leads.view"], "days": "7"},
    "POST settings/keys/<uuid:key_id>/revoke/": {},
    "POST settings/channels/<uuid:channel_id>/pause/": {},
    "POST settings/channels/<uuid:channel_id>/resume/": {},
    "POST settings/channels/<uuid:channel_id>/check/": {},
    "POST api/v1/channels/<uuid:pk>/pause/": {"because": "Holidays"},
    "POST api/v1/channels/<uuid:pk>/resume/": {},
    "POST api/v1/channels/<uuid:pk>/test/": {},
    "POST settings/dead-letters/replay/": {"source": "delivery", "reason": "unreadable_body"},
    "POST settings/dead-letters/<str:letter>/replay/": {},
    "POST settings/dead-letters/<str:letter>/set-aside/": {},
    "POST settings/dead-letters/<str:letter>/restore/": {},
    "POST api/v1/dead-letters/replay_many/": {"source": "delivery", "reason": "unreadable_body"},
    "POST api/v1/dead-letters/<str:pk>/replay/": {},
    "POST api/v1/dead-letters/<str:pk>/set_aside/": {},
    "POST api/v1/dead-letters/<str:pk>/restore/": {},
    "POST alerts/read/": {},
    "POST alerts/<uuid:alert_id>/read/": {},
    "POST alerts/unsubscribe/<str:token>/": {},
    "POST settings/alerts/": {"mail-mention": "digest", "digest_at": "08:00"},
    "POST workspaces/<uuid:workspace_id>/choose/": {},
    "POST inbox/act/": {"act": "close", "ids": lambda home: [str(home.conversation.pk)]},
    "POST inbox/acts/<uuid:act_id>/undo/": {},
    "POST inbox/folders/": {"name": "Retail", "query": "folder=all"},
    "POST inbox/folders/<uuid:folder_id>/delete/": {},
    "POST inbox/<uuid:id>/send/": {"text": "Hello"},
    "POST broadcasts/new/": {"name": "News", "template": lambda home: str(home.template.pk)},
    "POST broadcasts/<uuid:broadcast_id>/stop/": {},
    "POST broadcasts/<uuid:broadcast_id>/resume/": {},
    "POST inbox/scheduled/<uuid:scheduled_id>/withdraw/": {},
    "POST inbox/scheduled/<uuid:scheduled_id>/restore/": {},
    "POST inbox/<uuid:id>/later/": {"text": "Later", "due_at": lambda home: _tomorrow().isoformat()},
    "POST inbox/<uuid:id>/template/": {"template": lambda home: str(home.template.pk)},
    "POST inbox/<uuid:id>/take-over/": {},
    "POST inbox/<uuid:id>/give-back/": {},
    "POST inbox/<uuid:id>/close/": {},
    "POST inbox/<uuid:id>/retry/<uuid:message_id>/": {},
    "POST inbox/<uuid:id>/ask-again/<uuid:media_id>/": {},
    "POST inbox/<uuid:id>/note/": {"text": "Call them"},
    "POST inbox/<uuid:id>/consent/": {
        "channel_id": lambda home: str(home.channel.pk),
        "choice": "out",
    },
    "POST inbox/<uuid:id>/merge/": {"contact": lambda home: str(home.other.contact_id)},
    "POST inbox/<uuid:id>/part/<uuid:merge_id>/": {},
    "POST inbox/<uuid:id>/draft/": {"kind": "reply", "text": "Hel"},
    "POST inbox/<uuid:id>/react/<uuid:message_id>/": {"emoji": "👍"},
    "POST api/v1/messages/<uuid:pk>/react/": {"emoji": "👍"},
    "POST notes/<uuid:note_id>/delete/": {},
    "POST notes/<uuid:note_id>/restore/": {},
    "POST settings/labels/": {"name": "Retail"},
    "POST settings/labels/<uuid:label_id>/": {"name": "Retail"},
    "POST settings/labels/<uuid:label_id>/remove/": {},
    "POST settings/labels/<uuid:label_id>/merge/": {"into": lambda home: str(home.other_label.pk)},
    "POST settings/labels/<uuid:label_id>/restore/": {},
    "POST settings/canned-replies/new/": {"shortcut": "hi", "text": "Hello"},
    "POST settings/canned-replies/<uuid:canned_reply_id>/": {"shortcut": "kuning", "text": "Hello"},
    "POST settings/canned-replies/<uuid:canned_reply_id>/archive/": {},
    "POST settings/canned-replies/<uuid:canned_reply_id>/restore/": {},
    "POST api/v1/canned-replies/": {"shortcut": "hi", "text": "Hello"},
    "PATCH api/v1/canned-replies/<uuid:pk>/": {"text": "Hello"},
    "POST api/v1/canned-replies/<uuid:pk>/archive/": {},
    "POST api/v1/canned-replies/<uuid:pk>/restore/": {},
    "DELETE api/v1/notes/<uuid:pk>/": {},
    "POST api/v1/notes/<uuid:pk>/restore/": {},
    "POST api/v1/conversations/<uuid:pk>/notes/": {"text": "Call them"},
    "POST leads/views/": {"name": "Sari's"},
    "POST leads/views/default/": {"key": "mine"},
    "POST leads/views/<uuid:view_id>/": {"name": "Sari's"},
    "POST leads/views/<uuid:view_id>/remove/": {},
    "POST leads/views/<uuid:view_id>/put-back/": {},
    "POST leads/bulk/": {"action": "tag", "add": "vip", "lead": lambda home: str(home.lead.pk)},
    "POST leads/jobs/<uuid:job_id>/undo/": {},
    "POST leads/<uuid:lead_id>/edit/": {"field": "name", "value": "Sari"},
    "POST leads/<uuid:lead_id>/take/": {},
    "POST leads/<uuid:lead_id>/assign/": {"user": owner_id},
    "POST leads/<uuid:lead_id>/qualify/": {},
    "POST leads/<uuid:lead_id>/disqualify/": {"reason": "No budget"},
    "POST leads/<uuid:lead_id>/reopen/": {},
    "POST leads/<uuid:lead_id>/note/": {"text": "Called"},
    "POST leads/<uuid:lead_id>/notes/<uuid:note_id>/": {"text": "Called twice"},
    "POST leads/<uuid:lead_id>/notes/<uuid:note_id>/delete/": {},
    "POST leads/<uuid:lead_id>/notes/<uuid:note_id>/restore/": {},
    "POST leads/<uuid:lead_id>/merge/<uuid:other_id>/": {"choice.source": "winner"},
    "POST leads/<uuid:lead_id>/merges/<uuid:merge_id>/part/": {},
    "POST leads/<uuid:lead_id>/apart/<uuid:other_id>/": {},
    "POST leads/<uuid:lead_id>/apart/<uuid:other_id>/undo/": {},
    "POST leads/<uuid:lead_id>/next-step/done/": {},
    "POST leads/<uuid:lead_id>/next-step/": {"next_step": "Call"},
    "POST leads/<uuid:lead_id>/tags/": {"tags": "vip"},
    "POST leads/<uuid:lead_id>/contact-tags/": {"add": "vip"},
    "POST leads/<uuid:lead_id>/slots/<slug:key>/confirm/": {},
    "POST leads/<uuid:lead_id>/slots/<slug:key>/correct/": {"value": "10 million"},
    "POST leads/<uuid:lead_id>/slots/<slug:key>/clear/": {},
    "POST leads/<uuid:lead_id>/slots/<slug:key>/restore/": {},
    "POST settings/fields/new/": {"of": "lead", "label": "Hat", "kind": "text"},
    "POST settings/fields/<uuid:field_id>/": {"label": "Size"},
    "POST settings/fields/<uuid:field_id>/active/": {"is_active": "0"},
    "POST settings/tags/<uuid:tag_id>/colour/": {"colour": "pink"},
    "POST leads/<uuid:lead_id>/custom/<slug:key>/": {"value": "M"},
    "POST leads/<uuid:lead_id>/contact-custom/<slug:key>/": {"value": "M"},
    "POST leads/<uuid:lead_id>/restore/<int:change_id>/": {},
    "POST api/v1/custom-fields/": {"of": "lead", "label": "Hat", "kind": "text"},
    "PATCH api/v1/custom-fields/<uuid:pk>/": {"label": "Size"},
    "PATCH api/v1/tags/<uuid:pk>/": {"colour": "pink"},
    "POST api/v1/contacts/": {"name": "Sari", "identities": [{"kind": "phone", "value": "+6281300000001"}]},
    "PATCH api/v1/contacts/<uuid:pk>/": {"name": "Sari"},
    "POST api/v1/contacts/<uuid:pk>/part/": {"merge": lambda home: str(home.merge.pk)},
    "POST api/v1/conversations/<uuid:pk>/assign/": {"user": owner_id},
    "POST api/v1/conversations/<uuid:pk>/close/": {},
    "POST api/v1/conversations/<uuid:pk>/give_back/": {},
    "POST api/v1/conversations/<uuid:pk>/messages/": {"text": "Hello"},
    "POST api/v1/conversations/<uuid:pk>/read/": {},
    "POST api/v1/conversations/<uuid:pk>/take_over/": {},
    "POST api/v1/conversations/<uuid:pk>/labels/": {"add": lambda home: [str(home.label.pk)]},
    "POST api/v1/conversations/<uuid:pk>/reopen/": {},
    "POST api/v1/conversations/<uuid:pk>/snooze/": {
        "until": lambda _: (timezone.now() + timedelta(days=1)).isoformat()
    },
    "POST api/v1/conversations/<uuid:pk>/unread/": {},
    "POST api/v1/conversations/<uuid:pk>/wake/": {},
    "POST api/v1/scheduled/": {
        "conversation": lambda home: str(home.conversation.pk),
        "text": "Later",
        "due_at": lambda home: _tomorrow().isoformat(),
        "holds_on_answer": False,
    },
    "POST api/v1/scheduled/<uuid:pk>/withdraw/": {},
    "POST api/v1/scheduled/<uuid:pk>/restore/": {},
    "POST api/v1/broadcasts/": {
        "name": "News",
        "channel": lambda home: str(home.channel.pk),
        "template_name": lambda home: home.template.name,
        "template_language": "id",
        "contacts": lambda home: [str(home.conversation.contact_id)],
    },
    "POST api/v1/broadcasts/<uuid:pk>/stop/": {},
    "POST api/v1/broadcasts/<uuid:pk>/resume/": {},
    "POST api/v1/labels/": {"name": "Wholesale"},
    "PATCH api/v1/labels/<uuid:pk>/": {"name": "Wholesale"},
    "DELETE api/v1/labels/<uuid:pk>/": {},
    "POST api/v1/folders/": {"name": "Wholesale", "query": "folder=all"},
    "DELETE api/v1/folders/<uuid:pk>/": {},
    "POST api/v1/acts/": {"act": "close", "conversations": lambda home: [str(home.conversation.pk)]},
    "POST api/v1/acts/<uuid:pk>/undo/": {},
    "POST api/v1/messages/<uuid:pk>/retry/": {},
    "POST api/v1/leads/": {"name": "Sari", "identities": [{"kind": "phone", "value": "+6281300000002"}]},
    "PATCH api/v1/leads/<uuid:pk>/": {"tags": ["vip"]},
    "POST api/v1/saved-views/": {"name": "Sari's"},
    "PATCH api/v1/saved-views/<uuid:pk>/": {"name": "Sari's"},
    "DELETE api/v1/saved-views/<uuid:pk>/": {},
    "POST api/v1/saved-views/<uuid:pk>/restore/": {},
    "POST api/v1/lead-jobs/": {
        "action": "tag",
        "wanted": {"add": ["vip"]},
        "leads": lambda home: [str(home.lead.pk)],
    },
    "POST api/v1/lead-jobs/<uuid:pk>/undo/": {},
    "POST api/v1/leads/<uuid:pk>/assign/": {"user": owner_id},
    "POST api/v1/leads/<uuid:pk>/disqualify/": {"reason": "No budget"},
    "POST api/v1/leads/<uuid:pk>/hand_over/": {"user": owner_id},
    "POST api/v1/leads/<uuid:pk>/qualify/": {},
    "POST api/v1/leads/<uuid:pk>/reopen/": {},
    "POST api/v1/leads/<uuid:pk>/merge/": {"loser": lambda home: str(home.other.pk)},
    "POST api/v1/leads/<uuid:pk>/part/": {"merge": lambda home: str(home.lead_merge.pk)},
    "POST api/v1/leads/<uuid:pk>/tell_apart/": {"other": lambda home: str(home.other.pk)},
    "POST api/v1/leads/<uuid:pk>/notes/": {"text": "Called"},
    "PATCH api/v1/leads/<uuid:pk>/notes/<uuid:note>/": {"text": "Called twice"},
    "DELETE api/v1/leads/<uuid:pk>/notes/<uuid:note>/": {},
    "POST api/v1/leads/<uuid:pk>/next_step_done/": {},
    "POST api/v1/leads/<uuid:pk>/slots/": {"budget": {"value": "10 million"}},
}


def make_home(owner: Any, admin: Any, channel: Any, system: Any) -> Home:
    """One conversation with messages, its lead with a slot, a note and an owner, an alert; all marked."""
    User.objects.filter(pk=owner.user.pk).update(phone="+62 811 9990 009")
    lead_services.set_up_leads(actor=system)
    message = receive(channel, f"{MARK} hello", phone=PHONE, name=f"{MARK} Budi")
    talk = Conversation.objects.get(pk=message.conversation_id)
    lead = lead_services.capture_lead(actor=system, contact_id=talk.contact_id, source="whatsapp")
    fact = lead_services.SlotFact("budget", f"{MARK} 5 million", confidence=0.9, quote=f"{MARK} 5 million")
    lead_services.record_slots(actor=system, lead_id=lead.pk, slots=[fact])
    lead_services.assign_lead(actor=system, lead_id=lead.pk, user_id=owner.user.pk)
    conversation_services.take_over(actor=owner.actor(), conversation_id=talk.pk)
    note = lead_services.note_lead(actor=owner.actor(), lead_id=lead.pk, text=f"{MARK} note")
    conversation_services.change_consent(
        actor=owner.actor(),
        contact_id=talk.contact_id,
        channel_id=channel.pk,
        choice="in",
        evidence=f"{MARK} said so",
    )
    failed = conversation_services.send_message(
        actor=owner.actor(), conversation_id=talk.pk, text=f"{MARK} reply"
    )
    Message.objects.filter(pk=failed.pk).update(status="failed", next_at=None)
    alert = crm_services.alert_user(
        actor=system, user_id=admin.user.pk, kind="test", key="mark", title=f"{MARK} alert", url="/"
    )
    return Home(
        Conversation.objects.get(pk=talk.pk),
        Message.objects.get(pk=message.pk),
        Message.objects.get(pk=failed.pk),
        Lead.objects.get(pk=lead.pk),
        owner,
        admin,
        channel,
        _invited(system),
        crm_services.create_api_key(actor=system, email=owner.user.email, name=f"{MARK} key").row,
        _signed_in(admin),
        _file(message, state="stored", file=ContentFile(f"{MARK} file".encode(), "file")),
        _file(message, state="expired", error=f"{MARK} error"),
        _dead(channel),
        _replayed(admin),
        _merged(system, talk),
        MessageTemplate.objects.create(
            workspace_id=channel.workspace_id,
            channel=channel,
            name=MARK.lower(),
            language="id",
            status="APPROVED",
        ),
        alert,
        conversation_services.create_label(actor=system, name="Wholesale buyers"),
        conversation_services.save_folder(actor=admin.actor(), name=f"{MARK} list", query="folder=mine"),
        conversation_services.act_on(actor=admin.actor(), ids=[talk.pk], act="unread"),
        conversation_services.write_note(
            actor=owner.actor(), conversation_id=talk.pk, text=f"{MARK} a word among us"
        ),
        conversation_services.write_canned_reply(actor=admin.actor(), shortcut="kuning", text="Thanks"),
        _tag(system, lead),
        _field(system),
        lead.history.latest().history_id,
        note,
        _owned(system, owner, "628119990002"),
        lead_services.merge_leads(
            actor=system, winner_id=lead.pk, loser_id=_owned(system, owner, "628119990003").pk
        ),
        _later(owner, talk),
        conversation_services.withdraw_scheduled(actor=owner.actor(), scheduled_id=_later(owner, talk).pk),
        _broadcast(admin, talk),
        conversation_services.stop_broadcast(actor=admin.actor(), broadcast_id=_broadcast(admin, talk).pk),
        _view(owner, "A view of all", is_shared=True),
        lead_services.remove_view(actor=owner.actor(), view_id=_view(owner, f"{MARK} view").pk),
        _tagged(owner, lead),
        _put_away(system),
        conversation_services.create_label(actor=system, name="Resellers"),
        make_knobs(admin, MARK),
    )


def _put_away(system: Any) -> Any:
    """A label nobody wants any more."""
    label = conversation_services.create_label(actor=system, name="Old buyers")
    conversation_services.delete_label(actor=system, label_id=label.pk)
    return label


def _tomorrow() -> datetime:
    """Within the window that the contact has just opened."""
    return timezone.now() + timedelta(hours=20)


def _later(owner: Any, talk: Conversation) -> Any:
    """Written for tomorrow."""
    return conversation_services.schedule_message(
        actor=owner.actor(), conversation_id=talk.pk, text=f"{MARK} later", due_at=_tomorrow()
    )


def _broadcast(admin: Any, talk: Conversation) -> Any:
    """Planned for tomorrow."""
    return conversation_services.plan_broadcast(
        actor=admin.actor(),
        name=f"{MARK} news",
        channel_id=talk.channel_id,
        template=Template(MARK.lower(), "id"),
        contact_ids=[talk.contact_id],
        due_at=_tomorrow(),
    )


def _tag(system: Any, lead: Lead) -> Tag:
    """What the lead is tagged with: a word of the workspace, which all its members may read."""
    lead_services.tag_lead(actor=system, lead_id=lead.pk, add=["A word of all"])
    return Tag.objects.get(workspace_id=lead.workspace_id, name="A word of all")


def _field(system: Any) -> CustomField:
    """One that leads and contacts have."""
    for of in ("contact", "lead"):
        field = crm_services.add_custom_field(actor=system, of=of, label="Size", kind="text", key="size")
    return field


def _owned(system: Any, owner: Any, phone: str) -> Lead:
    """Another lead of the owner's."""
    contact = crm_services.recognise_contact(
        actor=system, knowns=[crm_services.Known("phone", phone)], name=f"{MARK} Budi"
    )
    lead = lead_services.capture_lead(actor=system, contact_id=contact.pk, source="whatsapp")
    return lead_services.assign_lead(actor=system, lead_id=lead.pk, user_id=owner.user.pk)


def _view(owner: Any, name: str, *, is_shared: bool = False) -> Any:
    """One of the owner's."""
    look = lead_services.Look({"all": []})
    return lead_services.save_view(actor=owner.actor(), name=name, look=look, is_shared=is_shared)


def _tagged(owner: Any, lead: Lead) -> Any:
    """A bulk change of the owner's that is through."""
    job = lead_services.start_job(
        actor=owner.actor(), action="tag", wanted={"add": ["Another word of all"]}, lead_ids=[lead.pk]
    )
    lead_services.go_on_with_job(job_id=job.pk)
    return job


def _merged(system: Any, talk: Conversation) -> ContactMerge:
    """Somebody who turned out to be the conversation's contact."""
    other = crm_services.recognise_contact(
        actor=system, knowns=[crm_services.Known("email", "other@example.test")], name=f"{MARK} other"
    )
    return crm_services.merge_contacts(
        actor=system, winner_id=talk.contact_id, loser_id=other.pk, because=f"{MARK} same"
    )


def _dead(channel: Any) -> str:
    """A delivery nobody can read."""
    row = InboundDelivery.objects.create(
        workspace_id=channel.workspace_id,
        channel=channel,
        body=f'{{"from": "{MARK}"}}'.encode(),
        state="dead",
        reason="unreadable_body",
        error=f"{MARK} can't be read",
    )
    return f"delivery-{row.pk}"


def _replayed(admin: Any) -> ReplayRun:
    """A replay of many that is done."""
    now = timezone.now()
    return ReplayRun.objects.create(
        workspace_id=admin.member.workspace_id,
        source="delivery",
        reason="unreadable_body",
        asked_by=admin.user,
        refusals={f"{MARK} refused": 1},
        upto=now,
        next_at=now,
        finished_at=now,
    )


def _file(message: Message, **values: Any) -> Media:
    """A file of the customer's."""
    return MediaFactory.create(message=message, file_name=f"{MARK}.png", is_shown=True, **values)


def _invited(system: Any) -> Invitation:
    """Asked long enough ago to be asked again."""
    row = crm_services.invite_member(actor=system, email=f"{MARK.lower()}@example.test", role_key="viewer")
    Invitation.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(hours=2))
    return row


def _signed_in(admin: Any) -> int:
    """A second browser of the admin's."""
    key = "another-browser-of-the-admin"
    row = UserSession.objects.create(user=admin.user, session_key=key, ip="127.0.0.1", user_agent=MARK)
    return int(row.pk)


def fingerprint(workspace_id: object) -> str:
    """A text that differs when any row of the workspace differs, in any table that names it."""
    with connection.cursor() as cursor:
        parts = [
            f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text "
            f'FROM "{table}" t WHERE workspace_id = %(id)s'
            for table in _tables()
        ]
        cursor.execute(" UNION ALL ".join(parts), {"id": str(workspace_id)})
        return json.dumps(sorted(cursor.fetchall()), default=str)


@cache
def _tables() -> list[str]:
    """Those that name a workspace; they do not change while tests run, and asking takes longer than counting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id' "
            "AND table_schema = current_schema() AND table_name <> 'crm_apikey' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]
