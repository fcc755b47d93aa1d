"""Members change roles and teams, leave and come back; nobody lifts anybody above themselves."""

import pytest

from crm import selectors, services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.errors import LastAdminError
from crm.models import ApiKey, EventRecord, Membership, Role, Team
from tests.proofs import signed_in


def role_of(house, name):
    """The key of a member's role, fresh."""
    return Membership.objects.get(pk=house.members[name].pk).role.key


def test_an_admin_changes_a_members_role_and_teams(house):
    team = Team.objects.create(workspace=house.workspace, name="Java")
    browser = house.browser("admin")
    page = f"/settings/team/{house.members['rep'].pk}/"
    assert browser.get(page).status_code == 200

    answer = browser.post(page, {"role": "manager", "teams": [str(team.pk)]})

    assert answer.headers["Location"] == "/settings/team/"
    member = Membership.objects.get(pk=house.members["rep"].pk)
    assert (member.role.key, list(member.teams.all())) == ("manager", [team])
    assert EventRecord.objects.get(name="crm.member_changed").payload["role"] == "manager"
    assert member.history.first().actor_label == "Admin"


def test_who_may_not_manage_members_changes_none(house, strangers):
    rep = house.members["rep"].pk
    for actor, refusal in (
        (house.actor("manager"), NotAllowedError),
        (house.actor("rep"), NotAllowedError),
        (strangers.actor("admin"), NotFoundError),
    ):
        with pytest.raises(refusal):
            services.change_member(actor=actor, membership_id=rep, role_key="viewer", team_ids=[])
        with pytest.raises(refusal):
            services.set_member_active(actor=actor, membership_id=rep, is_active=False)
        with pytest.raises(refusal):
            services.sign_out_member(actor=actor, membership_id=rep)

    assert role_of(house, "rep") == "rep"
    assert Membership.objects.get(pk=rep).is_active


@pytest.fixture
def petra(house):
    """Manages members, sees her team, and may nothing else."""
    Role.objects.create(
        workspace=house.workspace, key="people", name="People", permissions=["members.manage"], sight="team"
    )
    house.add("petra", "people")
    return house.actor("petra")


def test_nobody_touches_or_becomes_what_is_above_them(house, petra):
    admin, rep = house.members["admin"].pk, house.members["rep"].pk

    with pytest.raises(InvalidInputError):
        services.change_member(actor=petra, membership_id=admin, role_key="people", team_ids=[])
    with pytest.raises(InvalidInputError):
        services.set_member_active(actor=petra, membership_id=admin, is_active=False)
    with pytest.raises(InvalidInputError):
        services.sign_out_member(actor=petra, membership_id=admin)
    with pytest.raises(InvalidInputError):
        services.change_member(actor=petra, membership_id=rep, role_key="admin", team_ids=[])
    with pytest.raises(InvalidInputError):
        services.create_api_key(actor=petra, email="admin@warung.test", scopes=["members.manage"])

    assert (role_of(house, "admin"), role_of(house, "rep")) == ("admin", "rep")
    assert Membership.objects.get(pk=admin).is_active
    assert not ApiKey.objects.exists()


def test_nobody_changes_their_own_role_or_switches_themselves_off(house):
    own = house.members["admin"].pk

    with pytest.raises(InvalidInputError, match="Ask another admin"):
        services.change_member(actor=house.actor("admin"), membership_id=own, role_key="rep", team_ids=[])
    with pytest.raises(InvalidInputError, match="Ask another admin"):
        services.set_member_active(actor=house.actor("admin"), membership_id=own, is_active=False)

    assert role_of(house, "admin") == "admin"


def test_the_last_who_manages_members_stays(house):
    last = house.members["admin"].pk

    with pytest.raises(LastAdminError):
        services.change_member(actor=house.system, membership_id=last, role_key="rep", team_ids=[])
    with pytest.raises(LastAdminError):
        services.set_member_active(actor=house.system, membership_id=last, is_active=False)

    assert role_of(house, "admin") == "admin"
    assert Membership.objects.get(pk=last).is_active


def test_who_is_switched_off_is_out_at_once_with_their_keys(house):
    theirs = signed_in(house.user("rep"))
    assert theirs.get("/alerts/").status_code == 200
    secret = house.key("rep")
    admin = house.browser("admin")

    admin.post(f"/settings/team/{house.members['rep'].pk}/active/", {"is_active": "0"})

    assert theirs.get("/alerts/").headers["Location"] == "/accounts/login/?next=/alerts/"
    assert selectors.find_api_key(secret) is None
    assert ApiKey.objects.get().revoked_at is not None
    # back again they sign in anew; the old key stays revoked
    admin.post(f"/settings/team/{house.members['rep'].pk}/active/", {"is_active": "1"})
    assert theirs.get("/alerts/").status_code == 302
    assert selectors.find_api_key(secret) is None
    assert Membership.objects.get(pk=house.members["rep"].pk).is_active


def test_an_admin_signs_a_member_out_everywhere(house):
    theirs, other = signed_in(house.user("rep")), signed_in(house.user("viewer"))
    for browser in (theirs, other):
        assert browser.get("/alerts/").status_code == 200

    house.browser("admin").post(f"/settings/team/{house.members['rep'].pk}/sign-out/")

    assert theirs.get("/alerts/").status_code == 302
    assert other.get("/alerts/").status_code == 200
    assert EventRecord.objects.get(name="crm.member_signed_out").actor_label == "Admin"


def test_one_saves_ones_own_profile(house):
    browser = house.browser("rep")

    answer = browser.post("/settings/you/", {"name": "Rina", "phone": "+62 811 0000 900"})
    refused = browser.post("/settings/you/", {"name": "Rina", "phone": "call me"})

    assert answer.headers["Location"] == "/settings/you/"
    assert list(refused.context["form"].errors) == ["phone"]
    user = house.user("rep")
    assert (user.name, user.phone) == ("Rina", "+62 811 0000 900")


def test_a_number_waits_until_who_manages_members_confirms_it(house):
    rep, member = house.browser("rep"), house.members["rep"]
    rep.post("/settings/you/", {"name": "Rina", "phone": "+62 811 0000 900"})
    assert 'data-testid="phone-waits"' in rep.get("/settings/you/").content.decode()
    assert selectors.staff_phones(house.workspace.pk) == set()

    # when somebody tries who may not, then it waits
    for name in ("rep", "manager"):
        with pytest.raises(NotAllowedError):
            services.confirm_phone(actor=house.actor(name), membership_id=member.pk)
    assert selectors.staff_phones(house.workspace.pk) == set()

    # when the admin says so, who is told which contact has it, then it counts, until it is changed
    services.create_contact(
        actor=house.actor("admin"), knowns=[services.Known("phone", "+628110000900")], name="Budi"
    )
    admin, page = house.browser("admin"), f"/settings/team/{member.pk}/"
    assert "A contact here has this number: Budi." in admin.get(page).content.decode()
    assert admin.post(f"{page}phone/").headers["Location"] == page
    assert selectors.staff_phones(house.workspace.pk) == {"628110000900"}
    assert 'data-testid="phone-waits"' not in rep.get("/settings/you/").content.decode()
    rep.post("/settings/you/", {"name": "Rina", "phone": "+62 811 0000 901"})
    assert selectors.staff_phones(house.workspace.pk) == set()


def test_who_manages_members_confirms_ones_own_number_by_typing_it(house):
    house.browser("admin").post("/settings/you/", {"name": "Ada", "phone": "+62 811 0000 902"})
    assert selectors.staff_phones(house.workspace.pk) == {"628110000902"}

    with pytest.raises(InvalidInputError):  # nothing to confirm
        services.confirm_phone(actor=house.actor("admin"), membership_id=house.members["rep"].pk)
