"""The Django admin shows of customers what its reader sees on the pages, and nothing more."""

import pytest

from conversations import services as conversations
from conversations.models import Channel, Conversation, InboundItem, Label, Message, Note, SavedFolder
from crm.models import Account, Contact, Identity, Role
from leads.models import Lead, ScoreRun, Slot
from tests.crm.people import make_house
from tests.crm.test_admin import furnish, rooms, url

CUSTOMERS = {
    "Account", "AgentSession", "Broadcast", "BroadcastRecipient", "Consent", "Contact", "ContactMerge",
    "Conversation", "DeadLetterNote", "Escalation", "GiveBack", "Identity", "InboundDelivery", "InboundItem",
    "InboxAct", "Lead", "LeadJob", "LeadMerge", "LeadNote", "Media", "Message", "MessageChange", "MessageReceipt",
    "Note", "NotTheSame", "ReplayRun", "SavedFolder", "SavedView", "ScheduledMessage", "ScoreRun", "Turn",
}  # fmt: skip
SEES = [
    "settings.manage", "contacts.view", "conversations.view", "conversations.broadcast", "leads.view",
    "agents.view", "deadletters.view",
]  # fmt: skip


@pytest.fixture
def ours(db):
    """A workspace with a row of everything; what belongs to anybody is the manager's."""
    house = make_house("ours")
    furnish(house, "ours")
    manager = house.user("manager")
    thread = Conversation.objects.get()
    conversations.write_note(actor=house.actor("admin"), conversation_id=thread.pk, text="A word")
    conversations.save_folder(actor=house.actor("admin"), name="Private", query="folder=mine")
    Conversation.objects.update(assignee=manager, owner_kind="person")
    for rows in (Contact, Account, Lead):
        rows.objects.update(owner=manager)
    ScoreRun.objects.create(
        workspace=house.workspace, lead=Lead.objects.get(), score=7, temperature="cold", reasons=[]
    )
    return house


def keeper(house, *permissions, sight="own"):
    """The browser of somebody who keeps the settings."""
    role = Role.objects.create(
        workspace=house.workspace, key="keeper", name="Keeper", permissions=list(permissions), sight=sight
    )
    house.add("kim", role.key)
    return house.browser("kim")


def shown(browser, model):
    """The rows of a room's list."""
    return list(browser.get(url(model)).context["cl"].result_list)


def test_who_keeps_the_settings_does_not_read_customers(ours):
    # given somebody who may change settings, and nothing else
    browser = keeper(ours, "settings.manage")

    # when they try every room
    answers = {model.__name__: browser.get(url(model)).status_code for model in rooms()}

    # then those with rows of customers are closed, and those with settings are open
    closed = {name for name, status in answers.items() if status == 403}
    assert closed - {"User", "Role", "Team", "Membership", "ApiKey", "Invitation"} == CUSTOMERS
    assert {answers[model.__name__] for model in (Channel, Slot, Label)} == {200}
    figures = browser.get("/admin/").context["figures"]
    assert [f["name"] for f in figures] == ["Agents", "Channels"]


def test_rows_of_others_are_out_of_sight_here_too(ours):
    # given somebody who may see customers of every kind, their own only
    browser = keeper(ours, *SEES)
    message = Message.objects.get()

    # when they look into every room of customers
    lists = {m.__name__: shown(browser, m) for m in rooms() if m.__name__ in CUSTOMERS}

    # then they find nothing of the manager's, nor by its address
    assert {name: rows for name, rows in lists.items() if rows} == {}
    assert all(m.objects.exists() for m in (Message, Note, InboundItem, Identity, ScoreRun, SavedFolder))
    assert "ours text" not in browser.get(url(Message, "change", message.pk), follow=True).content.decode()


def test_ones_own_rows_are_in_sight_here_too(ours):
    browser = keeper(ours, *SEES)
    kim = ours.user("kim")
    Conversation.objects.update(assignee=kim)
    for rows in (Contact, Account, Lead):
        rows.objects.update(owner=kim)

    for model in (Contact, Account, Identity, Conversation, Message, Note, Lead, ScoreRun):
        assert shown(browser, model) == list(model.objects.all()), model
    assert shown(browser, InboundItem) == []  # whose they are nobody can tell


def test_private_folders_are_their_owners_however_far_one_sees(ours):
    browser = keeper(ours, *SEES, sight="all")

    assert shown(browser, Message) == list(Message.objects.all())
    assert shown(browser, InboundItem) == list(InboundItem.objects.all())
    assert shown(browser, SavedFolder) == []
    assert [row.name for row in shown(ours.browser("admin"), SavedFolder)] == ["Private"]


def test_contacts_are_changed_by_who_may_change_contacts(ours):
    browser = keeper(ours, *SEES, sight="all")
    contact = Contact.objects.get()

    assert browser.get(url(Contact, "change", contact.pk)).status_code == 200
    assert browser.post(url(Contact, "change", contact.pk), {"name": "Mine"}).status_code == 403
    assert browser.get(url(Contact, "add")).status_code == 403
    assert browser.post(url(Contact, "delete", contact.pk), {"post": "yes"}).status_code == 403
    assert Contact.objects.get().name == "ours contact"
