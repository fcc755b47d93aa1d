"""The Django admin: every room opens for whoever manages the workspace, and shows nothing of another one."""

import re
from urllib.parse import parse_qsl

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import Agent
from conversations.models import Channel, Conversation, InboundDelivery, InboundItem, Message
from conversations.selectors import account_of
from crm import services
from crm.models import Account, ApiKey, Contact, EventRecord, Identity, Membership, Role, Team, User
from leads import services as leads
from leads.models import Lead
from tests.crm.people import PASSWORD, make_house

SECRET = "very-secret-app-secret"


def furnish(house, word):
    """One row of everything, each with the word in what people read of it."""
    leads.set_up_leads(actor=house.system)
    User.objects.filter(memberships__workspace=house.workspace).update(name=f"{word} person")
    channel = Channel.objects.create(
        workspace=house.workspace, kind="whatsapp_meta", key=f"{word}-channel", name=f"{word} channel",
        settings={"app_secret": SECRET, "access_token": SECRET, "phone_number_id": f"{word}-number"},
    )  # fmt: skip
    account = Account.objects.create(
        workspace=house.workspace, name=f"{word} account", industry=f"{word} industry"
    )
    contact = house.contact(f"{word} contact", "1555" + str(sum(map(ord, word))))
    contact.accounts.add(account)
    Contact.objects.filter(pk=contact.pk).update(language=word[:5], owner=house.user("rep"))
    Team.objects.create(workspace=house.workspace, name=f"{word} team")
    agent = Agent.objects.create(
        workspace=house.workspace, name=f"{word} agent", business_name=f"{word} business"
    )
    agent.channels.add(channel)
    thread = Conversation.objects.create(workspace=house.workspace, contact=contact, channel=channel)
    Message.objects.create(
        workspace=house.workspace, conversation=thread, channel=channel, sequence=1, direction="in",
        text=f"{word} text", status="delivered", author_kind="contact",
    )  # fmt: skip
    delivery = InboundDelivery.objects.create(
        workspace=channel.workspace, channel=channel, body=b"{}", error=f"{word} error"
    )
    InboundItem.objects.create(
        workspace=house.workspace, channel=channel, delivery=delivery, kind="message",
        external_id=f"{word}-item", conversation_key=f"{word}-key", provider_time=thread.created_at,
        next_at=thread.created_at,
    )  # fmt: skip
    leads.capture_lead(actor=house.system, contact_id=contact.pk, source=f"{word}")
    house.key("rep")
    services.alert_user(
        actor=house.system, user_id=house.user("rep").pk, kind="handover", key="1", title=f"{word} alert"
    )


@pytest.fixture
def ours(db):
    """The admin's own workspace, furnished."""
    house = make_house("ours")
    furnish(house, "ours")
    return house


@pytest.fixture
def theirs(db):
    """Another workspace, furnished alike."""
    house = make_house("theirs")
    furnish(house, "theirs")
    return house


def rooms(request=None):
    """Every admin of ours."""
    ours = {"crm", "conversations", "leads", "agents"}
    return {m: a for m, a in admin.site._registry.items() if m._meta.app_label in ours}


def url(model, page="changelist", *args):
    """Where a page of a model's admin is."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def leaks(answer):
    """Words of the other workspace on a page."""
    return re.findall(r"[^\n]{0,80}theirs[^\n]{0,80}", answer.content.decode())


def test_every_list_its_search_and_its_filters_open(ours, theirs):
    browser = ours.browser("admin")

    for model, room in rooms().items():
        answer = browser.get(url(model))
        assert answer.status_code == 200, model
        assert leaks(answer) == [], model
        answer = browser.get(url(model), {"q": "theirs"} if room.search_fields else {})
        assert answer.status_code == 200, model
        shown = answer.context["cl"].result_list if answer.context else []
        assert [str(r) for r in shown if "theirs" in str(r)] == [], model
        query: dict[str, str] = {}
        for spec in answer.context["cl"].filter_specs:
            _all, *others = spec.choices(answer.context["cl"])
            chosen = others[-1]["query_string"] if others else ""
            assert chosen or not others, (model, spec.title)
            query |= dict(parse_qsl(chosen.lstrip("?"), keep_blank_values=True))
        query.pop("q", None)
        assert browser.get(url(model), query).status_code == 200, (model, query)


def test_every_row_opens_with_its_history_and_nothing_of_another_workspace(ours, theirs):
    browser = ours.browser("admin")
    opened = 0

    for model in rooms():
        for row in browser.get(url(model)).context["cl"].result_list[:1]:
            for page in ("change", "history"):
                answer = browser.get(url(model, page, row.pk))
                assert answer.status_code == 200, (model, page)
                assert leaks(answer) == [], (model, page)
                opened += 1

    assert opened >= 30


def test_every_add_page_opens_or_is_closed(ours, theirs):
    browser = ours.browser("admin")
    open_: set[str] = set()
    closed: set[str] = set()

    for model in rooms():
        answer = browser.get(url(model, "add"))
        assert answer.status_code in {200, 403}, model
        assert leaks(answer) == [], model
        (open_ if answer.status_code == 200 else closed).add(model.__name__)

    assert {"Contact", "Account", "Role", "Team", "Agent", "Channel", "Slot", "ScoreRule"} <= open_
    assert {"User", "Workspace", "Lead", "EventRecord", "ApiKey", "Message"} <= closed


def test_rows_of_another_workspace_cant_be_reached(ours, theirs):
    browser = ours.browser("admin")
    tried = 0

    for model in rooms():
        for row in [r for r in model._default_manager.all() if belongs(r, theirs)][:1]:
            for page in ("change", "history", "delete"):
                answer = browser.get(url(model, page, row.pk))
                assert answer.status_code in {302, 403, 404}, (model, page)
                assert leaks(answer) == [], (model, page)
                tried += 1
            if hasattr(model, "history"):
                version = row.history.first().history_id
                path = url(model, "simple_history", row.pk, version)
                assert browser.get(path).status_code == 404, model
                assert browser.post(path, {}).status_code == 404, model

    assert tried >= 40


def belongs(row, house):
    """Is the row of that workspace?"""
    if isinstance(row, User):
        return row.email.endswith(f"@{house.workspace.slug}.test")
    if isinstance(row, InboundDelivery):
        return row.channel.workspace_id == house.workspace.pk
    return getattr(row, "workspace_id", row.pk) == house.workspace.pk


def test_choices_come_from_the_same_workspace(ours, theirs):
    """Foreign keys and many-to-many, in forms and in tables of forms."""
    browser = ours.browser("admin")
    agent = Agent.objects.get(workspace=ours.workspace)

    for path in (
        url(Contact, "add"), url(Account, "add"), url(Agent, "change", agent.pk), url(Agent, "add"),
        url(Membership, "change", ours.members["rep"].pk),
    ):  # fmt: skip
        page = browser.get(path).content.decode()
        assert "theirs" not in page, path
        assert "<option" in page, path


def test_a_strangers_row_cant_be_posted(ours, theirs):
    browser = ours.browser("admin")
    stranger = theirs.user("rep")

    answer = browser.post(
        url(Account, "add"), {"name": "X", "domain": "", "industry": "", "owner": stranger.pk}
    )

    assert answer.status_code == 200
    assert "owner" in answer.context["adminform"].form.errors
    assert not Account.objects.filter(name="X").exists()


def test_autocomplete_offers_the_same_workspace(ours, theirs):
    browser = ours.browser("admin")
    query = {"app_label": "crm", "model_name": "contact", "field_name": "accounts"}

    found = browser.get("/admin/autocomplete/", {**query, "term": "account"}).json()["results"]

    assert [r["text"] for r in found] == ["ours account"]


def test_inline_tables_ask_the_same_questions():
    """A table on somebody's page has permissions and choices of its own: ours have them from the workspace."""
    from crm.admin.rooms import WorkspaceInline

    loose = [
        f"{type(room).__name__}.{inline.__name__}: use crm.admin.rooms.WorkspaceInline"
        for room in rooms().values()
        for inline in room.inlines
        if not issubclass(inline, WorkspaceInline) and "has_change_permission" not in vars_of(inline)
    ]

    assert loose == []


def vars_of(kind):
    """Names that a class of ours (not Django's, not unfold's) defines."""
    ours = [
        k for k in kind.__mro__ if k.__module__.split(".")[0] in {"crm", "leads", "agents", "conversations"}
    ]
    return {name for k in ours for name in vars(k)}


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_who_manages_nothing_gets_no_entry(ours, role):
    browser = ours.browser(role)

    for path in ("/admin/", url(Contact), url(User, "change", ours.user("admin").pk)):
        answer = browser.get(path, follow=True)
        assert answer.status_code == 403, path
        assert "theirs" not in answer.content.decode()
    assert not ours.user(role).is_staff
    assert ours.user("admin").is_staff


def test_strangers_are_sent_to_the_one_sign_in(db):
    answer = Client().get("/admin/crm/contact/", follow=True)

    assert answer.redirect_chain[-1][0] == "/accounts/login/?next=/admin/crm/contact/"


def test_the_admin_has_no_door_of_its_own_for_passwords(ours):
    browser = ours.browser("admin")
    new = "four blind mice walk"

    looked = browser.get("/admin/password_change/")
    given = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    sent = browser.post("/admin/password_change/", given)

    assert (looked.url, sent.url) == ("/accounts/password/change/", "/accounts/password/change/")
    assert ours.user("admin").check_password(PASSWORD)


def test_a_role_that_manages_members_only_sees_people_only(ours):
    role = Role.objects.create(
        workspace=ours.workspace, key="people", name="People", permissions=["members.manage"]
    )
    Membership.objects.filter(pk=ours.members["rep"].pk).update(role=role)
    browser = ours.browser("rep")

    assert browser.get("/admin/").status_code == 200
    assert browser.get(url(Membership)).status_code == 200
    assert browser.get(url(Channel)).status_code == 403


def test_saving_is_done_in_the_admins_name(ours):
    browser = ours.browser("admin")
    account = Account.objects.get(workspace=ours.workspace)

    answer = browser.post(
        url(Account, "change", account.pk), {"name": "Renamed", "domain": "", "industry": "", "owner": ""}
    )

    assert answer.status_code == 302
    account.refresh_from_db()
    newest = account.history.first()
    assert (account.name, account.version) == ("Renamed", 2)
    assert (newest.actor_kind, newest.actor_id, newest.via) == ("person", str(ours.user("admin").pk), "admin")


def test_what_is_added_belongs_to_the_admins_workspace(ours, theirs):
    browser = ours.browser("admin")
    given = {
        "name": "New", "language": "", "owner": "", "tags": "", "identities-TOTAL_FORMS": 1,
        "identities-INITIAL_FORMS": 0, "identities-0-kind": "phone", "identities-0-value": "15550199",
        "identities-0-shown_as": "", "identities-0-scope": "",
    }  # fmt: skip

    answer = browser.post(url(Contact, "add"), given)

    assert answer.status_code == 302, answer.context["errors"]
    contact = Contact.objects.get(name="New")
    identity = contact.identities.get()
    assert contact.workspace == identity.workspace == ours.workspace
    assert identity.history.get().via == "admin"


def test_what_is_there_once_is_refused_in_words(ours):
    browser = ours.browser("admin")
    number = Identity.objects.get(workspace=ours.workspace).value

    role = browser.post(url(Role, "add"), {"key": "rep", "name": "Twin", "sight": "own"})
    given = {
        "name": "Twin", "language": "", "owner": "", "tags": "", "identities-TOTAL_FORMS": 1,
        "identities-INITIAL_FORMS": 0, "identities-0-kind": "phone", "identities-0-value": number,
        "identities-0-shown_as": "", "identities-0-scope": "",
    }  # fmt: skip
    contact = browser.post(url(Contact, "add"), given)

    assert (role.status_code, contact.status_code) == (200, 200)
    assert "already exists" in role.content.decode()
    assert "This belongs to a contact that exists." in contact.content.decode()
    assert not Role.objects.filter(name="Twin").exists()
    assert not Contact.objects.filter(name="Twin").exists()


def test_a_deleted_row_leaves_its_trail(ours):
    browser = ours.browser("admin")
    team = Team.objects.get(workspace=ours.workspace)
    other = Team.objects.create(workspace=ours.workspace, name="Other")

    browser.post(url(Team, "delete", team.pk), {"post": "yes"})
    browser.post(url(Team), {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"})

    assert not Team.objects.filter(workspace=ours.workspace).exists()
    gone = Team.history.filter(history_type="-", actor_id=str(ours.user("admin").pk), via="admin")
    assert gone.count() == 2


def test_a_role_is_ticked_together(ours):
    browser = ours.browser("admin")
    role = Role.objects.get(workspace=ours.workspace, key="viewer")
    given = {
        "key": "viewer",
        "name": "Viewer",
        "sight": "all",
        "permissions": ["leads.view", "contacts.view"],
    }

    saved = browser.post(url(Role, "change", role.pk), given)
    unknown = browser.post(url(Role, "change", role.pk), {**given, "permissions": ["launch.rockets"]})

    assert (saved.status_code, unknown.status_code) == (302, 200)
    role.refresh_from_db()
    assert sorted(role.permissions) == ["contacts.view", "leads.view"]


def test_keys_are_revoked_here_and_never_shown(ours):
    browser = ours.browser("admin")
    key = ApiKey.objects.get(workspace=ours.workspace)

    page = browser.get(url(ApiKey, "change", key.pk)).content.decode()
    browser.post(url(ApiKey), {"action": "revoke", "_selected_action": [str(key.pk)]})

    assert key.digest not in page
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_someone_who_also_works_elsewhere_is_not_changed_here(ours, theirs):
    """Their address opens the other workspace too: whoever could change it could take it over."""
    services.add_member(actor=ours.system, email="rep@theirs.test", role_key="viewer")
    browser = ours.browser("admin")
    user = theirs.user("rep")

    answer = browser.post(url(User, "change", user.pk), {"email": "mine@ours.test", "is_active": "on"})

    assert answer.status_code == 403
    user.refresh_from_db()
    assert user.email == "rep@theirs.test"


def test_secrets_of_channels_are_never_shown(ours):
    browser = ours.browser("admin")
    channel = Channel.objects.get(workspace=ours.workspace)

    pages = [browser.get(url(Channel)), browser.get(url(Channel, "change", channel.pk))]
    pages += [browser.get(url(Channel, "history", channel.pk))]
    pages += [
        browser.get(url(Channel, "simple_history", channel.pk, record.history_id))
        for record in (channel.history.all() if hasattr(channel, "history") else [])
    ]

    assert all(page.status_code == 200 for page in pages)
    assert not [page for page in pages if SECRET in page.content.decode()]
    assert "ours-number" in pages[1].content.decode()


def test_a_secret_left_empty_stays(ours):
    browser = ours.browser("admin")
    channel = Channel.objects.get(workspace=ours.workspace)
    form = browser.get(url(Channel, "change", channel.pk)).context["adminform"].form
    given = {name: form.initial.get(name, field.initial) or "" for name, field in form.fields.items()}
    given |= {
        "kind": channel.kind,
        "key": channel.key,
        "name": "Renamed",
        "is_active": "on",
        "is_bot_on": "on",
    }

    answer = browser.post(url(Channel, "change", channel.pk), given)

    assert answer.status_code == 302, answer.context["errors"]
    channel.refresh_from_db()
    assert channel.name == "Renamed"
    assert account_of(channel).settings["app_secret"] == SECRET


def test_search_finds_by_the_fields_it_says(ours):
    browser = ours.browser("admin")
    digits = Identity.objects.get(workspace=ours.workspace).value

    for model, text in (
        (Contact, digits), (Contact, "ours cont"), (Account, "ours acc"), (User, "rep@ours"), (Role, "viewer"),
        (Membership, "manager@"), (Conversation, "ours contact"), (Message, "ours text"), (Lead, "ours contact"),
        (InboundItem, "ours-key"), (EventRecord, "contact_created"), (Channel, "ours-channel"),
    ):  # fmt: skip
        found = browser.get(url(model), {"q": text}).context["cl"].result_count
        assert found >= 1, (model, text)


def test_the_first_page_counts(ours, theirs):
    figures = {f["name"]: f for f in ours.browser("admin").get("/admin/").context["figures"]}

    assert {n: f["number"] for n, f in figures.items()} == {
        "Members": 4, "Contacts": 1, "Leads": 1, "Open conversations": 1, "Agents": 1, "Channels": 1,
        "Items that failed": 0,
    }  # fmt: skip
    for figure in figures.values():
        assert ours.browser("admin").get(figure["url"]).status_code == 200


def test_side_bar_links_lead_somewhere(ours):
    browser = ours.browser("admin")

    page = browser.get("/admin/").context

    links = [item["link"] for group in page["sidebar_navigation"] for item in group["items"]]
    assert len(links) > 15
    for link in links:
        assert browser.get(str(link)).status_code == 200, link


def test_a_list_asks_no_more_for_more_rows(ours):
    browser = ours.browser("admin")
    listed = (Contact, Conversation, EventRecord, Membership, ApiKey, Lead, Message, Role, User)
    browser.get(url(Contact))
    before = {model: queries(browser, model) for model in listed}

    furnish_more(ours)

    assert {model: queries(browser, model) for model in listed} == before


def queries(browser, model):
    """How many a list needs."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url(model)).status_code == 200
    return len(captured)


def furnish_more(house):
    """Five more of what is listed."""
    channel = Channel.objects.get(workspace=house.workspace)
    for n in range(5):
        house.add(f"mate{n}")
        house.key(f"mate{n}")
        Role.objects.create(workspace=house.workspace, key=f"role{n}", name=f"Role {n}")
        contact = house.contact(f"Contact {n}", f"1777{n:04d}", owner=f"mate{n}")
        thread = Conversation.objects.create(
            workspace=house.workspace, contact=contact, channel=channel, assignee=house.user(f"mate{n}")
        )
        Message.objects.create(
            workspace=house.workspace, conversation=thread, channel=channel, sequence=1, direction="in",
            text="text", status="delivered", author_kind="contact",
        )  # fmt: skip
        lead = leads.capture_lead(actor=house.system, contact_id=contact.pk, source="form")
        leads.assign_lead(actor=house.system, lead_id=lead.pk, user_id=house.user(f"mate{n}").pk)
