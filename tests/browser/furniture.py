"""What pages about one thing need: a row of each kind in the house of the run, made by the services.

Its own program beside the house: `stack.manage("shell", "-c", FURNISH)` prints what goes into the addresses, by the
names of the URL table's parameters.
"""

import json
import secrets

FURNISH = "from tests.browser.furniture import furnish; furnish()"


def furnish():
    """Make them, print them. Everything is new, so that it can be done twice in one house."""
    from crm import selectors, services
    from crm.core.actors import system_actor
    from crm.models import Membership, Team

    member = Membership.objects.select_related("user", "role").get(
        workspace=selectors.get_workspace("demo"), user__email="admin@demo.test"
    )
    admin = selectors.actor_for(member, via="command")
    mark = secrets.token_hex(4)
    invitation = services.invite_member(actor=admin, email=f"{mark}@people.test", role_key="rep")
    other = Membership.objects.get(workspace_id=admin.workspace_id, user__email="viewer@demo.test")
    field = services.add_custom_field(
        actor=admin, of="lead", label=f"Size {mark}", kind="choice", options=["small", "large"]
    )
    services.alert_user(
        actor=system_actor(admin.workspace_id, via="command"),
        user_id=member.user_id,
        kind="handoff",
        key=mark,
        title="Maya is yours now",
        url="/leads/",
    )
    rows = {
        "membership_id": other.pk,
        "field_id": field.pk,
        "team_id": Team.objects.create(workspace_id=other.workspace_id, name=f"Team {mark}").pk,
        "token": services.token_of(invitation),
        "mail_token": selectors.mail_token(other.workspace_id, other.user_id),
    }
    print(json.dumps(rows | _of_leads(admin, mark) | _of_conversations(admin, mark), default=str))


def _of_leads(admin, mark):
    """Two leads that look like one, and a change of many that is through."""
    from crm import services
    from leads import services as lead_services

    leads = []
    for number in (1, 2):
        known = services.Known("email", f"wren-{mark}-{number}@example.test")
        contact = services.recognise_contact(actor=admin, knowns=[known], name=f"Wren {mark}")
        leads.append(lead_services.capture_lead(actor=admin, contact_id=contact.pk, source="fair"))
    job = lead_services.start_job(
        actor=admin, action="tag", wanted={"add": [f"walk-{mark}"]}, lead_ids=[lead.pk for lead in leads]
    )
    lead_services.go_on_with_job(job_id=job.pk)
    return {"lead_id": leads[0].pk, "other_id": leads[1].pk, "job_id": job.pk, "field": "name"}


def _of_conversations(admin, mark):
    """Somebody who has written, a reply kept ready, a delivery nobody can read."""
    from conversations import services
    from conversations.models import Channel, Conversation, InboundDelivery
    from leads.models import Lead

    reply = services.write_canned_reply(
        actor=admin, shortcut=f"hi{mark}", text="Hello {{contact.first_name}}!"
    )
    told = Lead.objects.exclude(conversation_id=None).filter(workspace_id=admin.workspace_id).latest("score")
    talk = Conversation.objects.get(pk=str(told.conversation_id))
    channel = Channel.objects.get(key="demo-whatsapp")
    dead = InboundDelivery.objects.create(
        workspace_id=admin.workspace_id,
        channel=channel,
        body=b'{"entry": 7}',
        state="dead",
        reason="unreadable_body",
        error="entry: a list was expected",
    )
    return {
        "canned_reply_id": reply.pk,
        "id": talk.pk,
        "conversation_id": talk.pk,
        "told": told.pk,
        "contact_id": talk.contact_id,
        "letter": f"delivery-{dead.pk}",
    }


def age(number):
    """A day has passed since this customer wrote: prints their conversation."""
    from datetime import timedelta

    from django.utils import timezone

    from conversations.models import Conversation

    talks = Conversation.objects.filter(recipient_value__contains=number)
    talks.update(window_expires_at=timezone.now() - timedelta(hours=2))
    print(talks.get().pk)
