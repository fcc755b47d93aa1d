"""Invitations: asked by mail, a link that works once, joining as somebody new or somebody known."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from crm import services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError, TooManyError
from crm.errors import InvitationClosedError, SignInFirstError
from crm.models import EventRecord, Invitation, Membership, Role, Team, User

NEW_PASSWORD = "four blind mice ran"


def invite(house, email="sari@example.test", role="rep", by="admin", **more):
    """As an admin does."""
    return services.invite_member(actor=house.actor(by), email=email, role_key=role, **more)


def link_of(message):
    """The address in a mail."""
    found = re.search(r"http://[^/\s]+(/invitations/\S+)", str(message.body))
    assert found is not None
    return found[1]


def test_an_admin_invites_and_the_mail_holds_a_link_whose_token_is_not_kept(house):
    team = Team.objects.create(workspace=house.workspace, name="Java")

    row = invite(house, "  Sari@Example.test ", team_ids=[team.pk])
    assert services.mail_invitations() == 1

    assert (row.email, row.role.key, row.state) == ("sari@example.test", "rep", "open")
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (["sari@example.test"], "Join Warung on Chat CRM")
    token = link_of(mail.outbox[0]).split("/")[2]
    assert token not in str(Invitation.objects.values().get())
    told = EventRecord.objects.get(name="crm.member_invited")
    assert (told.payload["email"], told.actor_label) == ("sari@example.test", "Admin")
    # and it goes out once
    assert services.mail_invitations() == 0
    assert len(mail.outbox) == 1


def test_the_invited_set_name_and_password_and_are_in(house, browser):
    team = Team.objects.create(workspace=house.workspace, name="Java")
    invite(house, team_ids=[team.pk])
    services.mail_invitations()
    link = link_of(mail.outbox[0])
    assert "Join Warung" in browser.get(link).content.decode()

    answer = browser.post(link, {"name": "Sari Dewi", "password": NEW_PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    member = Membership.objects.get(user__email="sari@example.test")
    assert (member.role.key, member.user.name, list(member.teams.all())) == ("rep", "Sari Dewi", [team])
    assert member.user.check_password(NEW_PASSWORD)
    assert browser.get("/").context["workspace"] == house.workspace
    joined = EventRecord.objects.get(name="crm.member_joined")
    assert (joined.actor_id, joined.payload["user_id"]) == (str(member.user_id), str(member.user_id))


def test_a_link_works_once(house, browser):
    invite(house)
    services.mail_invitations()
    link = link_of(mail.outbox[0])
    browser.post(link, {"name": "Sari", "password": NEW_PASSWORD})

    page = Client().get(link)
    again = Client().post(link, {"name": "Thief", "password": "another blind mouse"})

    assert (page.status_code, again.status_code) == (410, 410)
    assert "was used already" in page.content.decode()
    user = User.objects.get(email="sari@example.test")
    assert (user.name, user.check_password(NEW_PASSWORD)) == ("Sari", True)


@pytest.mark.parametrize("password", ["short", "password1234", "sari@example.test"])
def test_a_weak_password_is_refused_with_the_field(house, browser, password):
    invite(house)
    services.mail_invitations()

    answer = browser.post(link_of(mail.outbox[0]), {"name": "Sari", "password": password})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["password"]
    assert not User.objects.filter(email="sari@example.test").exists()
    assert Invitation.objects.get().state == "open"


def test_who_has_an_account_elsewhere_signs_in_and_joins(house, strangers):
    invite(house, "rep@strangers.test")
    services.mail_invitations()
    link = link_of(mail.outbox[0])

    # signed out they are sent to sign in; the link is no way around the password
    page = Client().get(link)
    assert f"/accounts/login/?next={link}" in page.content.decode()
    refused = Client().post(link, {"name": "Thief", "password": NEW_PASSWORD})
    assert refused.status_code == 200
    assert strangers.user("rep").check_password("three blind mice run")
    assert Membership.objects.filter(workspace=house.workspace).count() == 4

    # signed in they join with one press, and are there
    theirs = strangers.browser("rep")
    answer = theirs.post(link)
    assert answer.headers["Location"] == "/"
    assert theirs.get("/").context["workspace"] == house.workspace
    assert [w.slug for w in theirs.get("/").context["workspaces"]()] == ["strangers", "warung"]


def test_the_service_too_asks_who_has_an_account_to_sign_in(house, strangers):
    row = invite(house, "rep@strangers.test")

    with pytest.raises(SignInFirstError):
        services.accept_invitation(services.token_of(row), name="Thief", password=NEW_PASSWORD)

    assert Invitation.objects.get().accepted_at is None
    assert strangers.user("rep").check_password("three blind mice run")


def test_nobody_joins_with_an_invitation_for_another_address(house, strangers):
    row = invite(house)
    token = services.token_of(row)
    theirs = strangers.browser("viewer")

    page = theirs.get(f"/invitations/{token}/")
    posted = theirs.post(f"/invitations/{token}/")
    with pytest.raises(NotAllowedError):
        services.accept_invitation(token, user=strangers.user("viewer"))

    assert "You are signed in as viewer@strangers.test" in page.content.decode()
    assert posted.status_code == 200
    assert Membership.objects.filter(workspace=house.workspace).count() == 4


def test_an_expired_invitation_says_so_and_a_new_one_may_be_sent(house, browser):
    row = invite(house)
    old = services.token_of(row)
    Invitation.objects.update(expires_at=timezone.now(), asked_at=timezone.now() - timedelta(hours=2))

    page = browser.get(f"/invitations/{old}/")
    assert (page.status_code, "has expired" in page.content.decode()) == (410, True)
    with pytest.raises(InvitationClosedError):
        services.accept_invitation(old, name="Sari", password=NEW_PASSWORD)

    # sent again, the new link works and the old one is unknown
    again = services.resend_invitation(actor=house.actor("admin"), invitation_id=row.pk)
    assert browser.get(f"/invitations/{old}/").status_code == 404
    services.accept_invitation(services.token_of(again), name="Sari", password=NEW_PASSWORD)
    assert Invitation.objects.get().state == "accepted"


def test_a_withdrawn_invitation_lets_nobody_in_and_is_not_mailed(house, browser):
    row = invite(house)
    first = services.withdraw_invitation(actor=house.actor("admin"), invitation_id=row.pk)
    again = services.withdraw_invitation(actor=house.actor("admin"), invitation_id=row.pk)

    assert first.withdrawn_at == again.withdrawn_at is not None
    assert services.mail_invitations() == 0
    assert browser.get(f"/invitations/{services.token_of(row)}/").status_code == 410
    with pytest.raises(InvitationClosedError):
        services.accept_invitation(services.token_of(row), name="Sari", password=NEW_PASSWORD)
    with pytest.raises(InvitationClosedError):
        services.resend_invitation(actor=house.actor("admin"), invitation_id=row.pk)
    assert EventRecord.objects.filter(name="crm.invitation_withdrawn").count() == 1


def test_only_who_manages_members_invites(house, strangers):
    row = invite(house)
    for name in ("manager", "rep", "viewer"):
        with pytest.raises(NotAllowedError):
            invite(house, "other@example.test", by=name)
        assert house.browser(name).get("/settings/team/").status_code == 403
    stranger = strangers.actor("admin")
    with pytest.raises(NotFoundError):
        services.resend_invitation(actor=stranger, invitation_id=row.pk)
    with pytest.raises(NotFoundError):
        services.withdraw_invitation(actor=stranger, invitation_id=row.pk)

    assert [i.email for i in Invitation.objects.all()] == ["sari@example.test"]
    assert Invitation.objects.get().state == "open"


def test_nobody_gives_a_role_above_their_own(house):
    Role.objects.create(
        workspace=house.workspace, key="people", name="People", permissions=["members.manage"], sight="team"
    )
    house.add("petra", "people")

    with pytest.raises(InvalidInputError) as refused:
        invite(house, role="admin", by="petra")
    with pytest.raises(InvalidInputError):
        invite(house, role="viewer", by="petra")  # sees all, Petra only her team

    assert refused.value.fields == {
        "role": ["The role 'Admin' may more than yours. Choose a role that doesn't, or ask an admin."]
    }
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [
        ("not an address", "rep", "email"),
        ("rep@warung.test", "rep", "email"),
        ("a@example.test", "boss", "role"),
    ],
)
def test_what_cant_be_used_is_refused_with_its_field(house, email, role, field):
    with pytest.raises(InvalidInputError) as refused:
        invite(house, email, role)

    assert list(refused.value.fields) == [field]
    assert not Invitation.objects.exists()


def test_a_refused_invitation_keeps_what_was_typed_and_says_why_at_the_field(house):
    # given somebody who is a member already, and another who is not
    team = Team.objects.create(workspace=house.workspace, name="North")
    admin = house.browser("admin")
    typed = {"email": "rep@warung.test", "role": "manager", "teams": [str(team.pk)]}

    # then what was typed stands there still, with the reason
    answer = admin.post("/settings/team/invite/", typed)
    form = answer.context["form"]
    assert form.errors == {"email": ["rep@warung.test is a member already."]}
    assert {name: form[name].value() for name in typed} == typed
    assert not Invitation.objects.exists()

    # and what is about no field stands above them
    with patch("crm.services.invitations.PER_HOUR", 0):
        answer = admin.post("/settings/team/invite/", typed | {"email": "sari@example.test"})
    assert answer.context["form"].non_field_errors() == ["At most 0 invitations an hour. Go on later."]
    assert 'value="sari@example.test"' in answer.content.decode()


def test_a_team_of_another_workspace_is_no_choice(house, strangers):
    team = Team.objects.create(workspace=strangers.workspace, name="Theirs")

    with pytest.raises(InvalidInputError):
        invite(house, team_ids=[team.pk])

    assert not Invitation.objects.exists()


def test_somebody_is_invited_once_until_that_has_expired(house):
    first = invite(house)
    with pytest.raises(InvalidInputError, match="Some fields"):
        invite(house, "SARI@example.test")
    Invitation.objects.update(expires_at=timezone.now())

    second = invite(house)

    assert Invitation.objects.get(pk=first.pk).state == "withdrawn"
    assert Invitation.objects.get(pk=second.pk).state == "open"


def test_invitations_have_a_pace(house):
    row = invite(house)
    with pytest.raises(TooManyError, match="a moment ago"):
        services.resend_invitation(actor=house.actor("admin"), invitation_id=row.pk)
    for n in range(29):
        invite(house, f"p{n}@example.test")

    with pytest.raises(TooManyError, match="At most 30"):
        invite(house, "one-more@example.test")

    assert Invitation.objects.count() == 30
    assert Invitation.objects.get(pk=row.pk).serial == 1


class AwayError(OSError):
    """The mail server doesn't answer."""


def test_a_mail_server_that_is_away_is_asked_again(house, monkeypatch):
    row = invite(house)

    def away(*_, **__):
        raise AwayError

    with monkeypatch.context() as patch:
        patch.setattr("crm.services.invitation_mails.send_mail", away)
        assert services.mail_invitations() == 0
    row.refresh_from_db()
    assert (row.mail_tries, row.mailed_at) == (1, None)
    assert row.mail_due_at > timezone.now()

    # when its time has come
    Invitation.objects.update(mail_due_at=timezone.now())
    assert services.mail_invitations() == 1
    assert Invitation.objects.get().mail_due_at is None


@override_settings(REQUIRE_MFA_FOR_ADMINS=True)
def test_an_invited_admin_is_led_to_a_second_factor(house, browser):
    row = invite(house, role="admin")

    browser.post(f"/invitations/{services.token_of(row)}/", {"name": "Sari", "password": NEW_PASSWORD})

    assert browser.get("/").headers["Location"] == "/accounts/2fa/"


def test_the_page_invites_sends_again_and_withdraws(house):
    browser = house.browser("admin")

    browser.post("/settings/team/invite/", {"email": "sari@example.test", "role": "rep"})
    row = Invitation.objects.get()
    Invitation.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    assert "sari@example.test" in browser.get("/settings/team/").content.decode()
    browser.post(f"/settings/team/invitations/{row.pk}/resend/")
    assert Invitation.objects.get().serial == 2
    browser.post(f"/settings/team/invitations/{row.pk}/withdraw/")

    assert Invitation.objects.get().state == "withdrawn"
    assert "sari@example.test" not in browser.get("/settings/team/").context["invitations"]
