"""Being told: in the app and by mail, as one chose; once; never of one's own act."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core import mail

from conversations import services as conversation_services
from conversations.models import Message
from crm import decisions, selectors, services
from crm.core.actors import system_actor
from crm.core.errors import NotFoundError
from crm.decisions import Hours
from crm.models import Alert, AlertChoice, AlertKind, AlertTimes, User
from leads import services as lead_services
from tests.factories.conversations import receive

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
USUAL = Hours("UTC", time(8))


def tell(actor, player, key="1", kind="mention", **said):
    """Somebody is told something."""
    return services.alert_user(
        actor=actor, user_id=player.user.pk, kind=kind, key=key, title=f"Alert {key}", url="/inbox/", **said
    )


def choose(player, kind="mention", in_app=True, mail="now", **hours):
    """A person says how they want to be told."""
    given = {"digest_at": time(8), "quiet_from": None, "quiet_until": None, "time_zone": "", **hours}
    services.choose_alerts(actor=player.actor(), choices={kind: (in_app, mail)}, hours=given)


@pytest.mark.parametrize(
    ("choice", "hours", "due"),
    [
        ("now", USUAL, NOON),
        ("off", USUAL, None),
        ("digest", USUAL, NOON + timedelta(hours=20)),
        ("digest", Hours("UTC", time(18, 30)), NOON + timedelta(hours=6, minutes=30)),
        ("digest", Hours("Asia/Jakarta", time(8)), NOON + timedelta(hours=13)),  # 19:00 there
        ("now", Hours("UTC", time(8), time(11), time(14)), NOON + timedelta(hours=2)),
        ("now", Hours("UTC", time(8), time(22), time(7)), NOON),
        ("now", Hours("Asia/Jakarta", time(8), time(18), time(6)), NOON + timedelta(hours=11)),
        ("now", Hours("UTC", time(8), time(9), time(9)), NOON),  # no hour at all
    ],
)
def test_when_a_mail_is_due(choice, hours, due):
    """At once, at the person's own hour, or when their quiet hours end, also over midnight."""
    assert decisions.mail_time(NOON, choice, hours) == due


def test_nobody_is_told_of_their_own_act(owner, admin):
    """Others are."""
    assert tell(owner.actor(), owner) is None
    assert Alert.objects.count() == 0

    assert tell(admin.actor(), owner) is not None


def test_a_lead_and_a_conversation_that_are_given_away_ring(workspace, channel, system, owner, manager):
    """The new owner, once for each time; taking something oneself rings nowhere."""
    lead_services.set_up_leads(actor=system)
    talk = receive(channel, "Halo").conversation
    lead = lead_services.capture_lead(actor=system, contact_id=talk.contact_id, source="whatsapp")

    lead_services.assign_lead(actor=manager.actor(), lead_id=lead.pk, user_id=owner.user.pk)
    lead_services.assign_lead(actor=manager.actor(), lead_id=lead.pk, user_id=owner.user.pk)  # it is theirs
    conversation_services.assign_conversation(
        actor=manager.actor(), conversation_id=talk.pk, user_id=owner.user.pk
    )
    lead_services.assign_lead(actor=manager.actor(), lead_id=lead.pk, user_id=manager.user.pk)

    told = Alert.objects.order_by("created_at").values_list("user_id", "kind", "title", "url")
    assert list(told) == [
        (owner.user.pk, "assignment", "Budi is yours now", f"/leads/{lead.pk}/"),
        (owner.user.pk, "assignment", "Budi is yours to answer", f"/inbox/?open={talk.pk}"),
    ]


def test_a_message_that_failed_rings_for_its_author(conversation, owner):
    """Once, however often the provider says so; the bot's failures ring for nobody."""
    conversation_services.take_over(actor=owner.actor(), conversation_id=conversation.pk)
    sent = conversation_services.send_message(
        actor=owner.actor(), conversation_id=conversation.pk, text="Hello"
    )
    Message.objects.filter(pk=sent.pk).update(status="failed", error_text="Not on WhatsApp.")
    system = selectors.actor_for(owner.member, via="task")
    by_nobody = type(system)(**{**vars(system), "user_id": None})

    for _ in range(2):
        conversation_services.note_failure(actor=by_nobody, message_id=sent.pk)

    [alert] = Alert.objects.all()
    assert (alert.user_id, alert.kind, alert.body) == (owner.user.pk, "failed_send", "Not on WhatsApp.")


def test_a_mail_goes_out_once(system, owner):
    """The alert is the row; a second look finds nothing, and neither does one at the same time."""
    tell(system, owner, body="Have a look")

    assert services.mail_alerts() == 1
    assert services.mail_alerts() == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        assert services.mail_alerts() == 0

    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([owner.user.email], "Alert 1")
    assert "Have a look" in sent.body
    assert "/inbox/" in sent.body
    assert sent.extra_headers["Message-ID"].startswith("<alerts.")
    assert Alert.objects.get().mailed_at is not None


def test_what_was_seen_in_the_app_is_not_mailed(system, owner):
    """Opening it is enough."""
    alert = tell(system, owner)

    assert owner.page.post(f"/alerts/{alert.pk}/read/", headers={"HX-Request": "true"}).status_code == 204
    assert services.mail_alerts() == 0
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_tried_again(system, owner, monkeypatch):
    """Later each time, six times; nothing is lost and nothing sent twice."""
    tell(system, owner)
    with monkeypatch.context() as away:
        away.setattr("crm.services.alert_mails.EmailMessage.send", _away)
        assert services.mail_alerts() == 0
    assert services.mail_alerts() == 0  # not yet again

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        assert services.mail_alerts() == 1
    assert len(mail.outbox) == 1


def _away(self):
    raise ConnectionRefusedError


def test_a_digest_is_one_mail_at_the_persons_hour(system, owner):
    """All that waited, in one; before its hour nothing."""
    choose(owner, mail="digest", time_zone="Asia/Jakarta")
    with time_machine.travel(NOON, tick=False):
        for key in ("1", "2", "3"):
            tell(system, owner, key=key)
        assert services.mail_alerts() == 0
    with time_machine.travel(NOON + timedelta(hours=13, minutes=1), tick=False):
        assert services.mail_alerts() == 1
        assert services.mail_alerts() == 0

    [sent] = mail.outbox
    assert sent.subject == "3 things for you · Warung Senja"
    assert [f"Alert {key}" in sent.body for key in ("1", "2", "3")] == [True] * 3


def test_choices_hold_in_the_app_and_by_mail(system, owner):
    """By mail only, in the app only, not at all."""
    choose(owner, in_app=False, mail="now")
    tell(system, owner, key="by mail")
    assert list(selectors.alerts_of(owner.actor())) == []
    assert services.mail_alerts() == 1

    choose(owner, in_app=True, mail="off")
    tell(system, owner, key="in the app")
    assert [a.key for a in selectors.alerts_of(owner.actor())] == ["in the app"]
    assert services.mail_alerts() == 0

    choose(owner, in_app=False, mail="off")
    assert tell(system, owner, key="not at all") is None
    assert Alert.objects.count() == 2


def test_what_waits_follows_a_new_choice(system, owner):
    """Whoever wants no mails gets none of those that wait either."""
    tell(system, owner)
    choose(owner, mail="off")

    assert services.mail_alerts() == 0
    assert mail.outbox == []


def test_the_link_in_a_mail_ends_the_mails_and_brings_them_back(system, owner, anonymous):
    """Opening it changes nothing; the choices stay; a link that was made up leads nowhere."""
    tell(system, owner)
    services.mail_alerts()
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    path = link[link.index("/alerts/") :]

    assert anonymous.get(path).status_code == 200
    assert AlertTimes.objects.count() == 0
    assert anonymous.post(path).status_code == 200
    tell(system, owner, key="2")
    assert services.mail_alerts() == 0

    anonymous.post(path, {"again": "1"})
    tell(system, owner, key="3")
    assert services.mail_alerts() == 1
    assert anonymous.post(f"{path[:-3]}x/").status_code == 404
    assert AlertChoice.objects.count() == 0


def test_the_page_of_choices(owner):
    """Shows what most people want, keeps what is chosen, refuses half of the quiet hours."""
    page = owner.page.get("/settings/alerts/").content.decode()
    assert page.count('type="checkbox"') == len(AlertKind)

    given = {"app-mention": "on", "mail-mention": "digest", "mail-handoff": "whenever", "digest_at": "09:30"}
    assert owner.page.post("/settings/alerts/", given).status_code == 302
    kept = dict(AlertChoice.objects.values_list("kind", "mail"))
    assert (kept["mention"], kept["handoff"]) == ("digest", "now")
    assert AlertChoice.objects.get(kind="handoff").in_app is False

    for wrong in ({"quiet_from": "22:00"}, {"time_zone": "Nowhere/At-All"}, {"digest_at": "late"}):
        assert (
            owner.page.post("/settings/alerts/", {**given, **wrong, "mail-mention": "off"}).status_code == 200
        )
        assert AlertChoice.objects.get(kind="mention").mail == "digest", wrong


def test_alerts_are_their_persons_own(system, owner, colleague, stranger):
    """Nobody reads another's alert, nor one of another workspace."""
    alert = tell(system, owner)

    for player in (colleague, stranger):
        with pytest.raises(NotFoundError):
            services.mark_alert_read(actor=player.actor(), alert_id=alert.pk)
    assert Alert.objects.get().read_at is None
    services.mark_alert_read(actor=owner.actor(), alert_id=alert.pk)
    assert Alert.objects.get().read_at is not None


@pytest.mark.parametrize("how", ["member", "account"])
def test_who_works_here_no_more_is_told_nothing(system, admin, manager, owner, strangers_workspace, how):
    """Neither what waited for their daily mail nor anything new, also when they still work elsewhere."""
    add_member(strangers_workspace, owner)
    assert tell(system, owner, "waits", kind="snooze") is not None
    if how == "member":
        services.set_member_active(actor=system, membership_id=owner.member.pk, is_active=False)
    else:
        User.objects.filter(pk=owner.user.pk).update(is_active=False)

    assert tell(system, owner, "new") is None
    assert tell(system, manager, "new") is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        assert services.mail_alerts() == 1

    assert [sent.to for sent in mail.outbox] == [[manager.user.email]]
    assert Alert.objects.get(user=owner.user).mail_due_at is None


def add_member(workspace, player):
    """The same person works in another workspace, too."""
    there = system_actor(workspace.pk, via="command")
    services.add_member(actor=there, email=player.user.email, role_key="rep", name=player.user.name)
