"""Conditions of the inbox: what each finds, groups of all and any, and that page, folders and the API read the same."""

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from conversations import selectors
from conversations.models import Conversation, ConversationLabel, Draft, Label, Priority, SavedFolder
from conversations.selectors import KINDS, OPERATORS
from crm.core.errors import InvalidInputError
from tests.conversations.test_inbox_list import listed
from tests.factories.conversations import ConversationFactory, MessageFactory


def c(field, op, value=None):
    return {"field": field, "op": op, **({} if value is None else {"value": value})}


@pytest.fixture
def four(manager, channel):
    """Ana: urgent and unread, waits for a person. Ben: ours to read, with a draft. Cleo: the bot's. Dora: failed."""
    now, day = timezone.now(), timedelta(days=1)
    workspace, member = channel.workspace, manager.user.pk
    rows = {
        "Ana": {"unread_count": 2, "priority": Priority.URGENT, "waiting_since": now - 3 * day,
                "last_message_direction": "in", "last_message_at": now, "owner_kind": "nobody"},
        "Ben": {"assignee_id": member, "owner_kind": "person", "last_message_at": now - day,
                "last_message_direction": "out", "window_expires_at": now + day},
        "Cleo": {"owner_kind": "agent", "last_message_at": now - 5 * day, "created_at": now - 40 * day},
        "Dora": {"owner_kind": "person", "send_failed_at": now, "last_message_at": now - 2 * day,
                 "window_expires_at": now - day},
    }  # fmt: skip
    found = {}
    for name, columns in rows.items():
        row = ConversationFactory.create(channel=channel, contact__name=name)
        Conversation.objects.filter(pk=row.pk).update(**columns)
        found[name] = row
    labels = {name: Label.objects.create(workspace=workspace, name=name) for name in ("vip", "fair")}
    for name, label in (("Ana", "vip"), ("Ana", "fair"), ("Ben", "vip")):
        ConversationLabel.objects.create(workspace=workspace, conversation=found[name], label=labels[label])
    Draft.objects.create(workspace=workspace, conversation=found["Ben"], user_id=member, text="Dear Ben")
    found["Cleo"].contact.language = "es"
    found["Cleo"].contact.save()
    MessageFactory(conversation=found["Dora"], text="two hundred cakes", sequence=1)
    return {"channel": channel, **labels, **found}


def found(player, plain):
    actor = player.actor()
    tree = selectors.read_filter(json.dumps(plain))
    rows = selectors.narrow_conversations(selectors.visible_conversations(actor), tree, actor)
    return "".join(sorted(row.contact.name[0] for row in rows))


FINDS = [
    (c("search", "has", "cakes"), "D"),
    (c("search", "has", "cleo"), "C"),
    (c("label", "any_of", ["vip", "fair"]), "AB"),
    (c("label", "all_of", ["vip", "fair"]), "A"),
    (c("label", "none_of", ["fair"]), "BCD"),
    (c("label", "empty"), "CD"),
    (c("label", "filled"), "AB"),
    (c("assignee", "any_of", ["me"]), "B"),
    (c("assignee", "any_of", ["none"]), "AD"),
    (c("assignee", "any_of", ["me", "none"]), "ABD"),
    (c("assignee", "none_of", ["me"]), "ACD"),
    (c("owner", "any_of", ["agent", "nobody"]), "AC"),
    (c("owner", "none_of", ["agent"]), "ABD"),
    (c("priority", "any_of", ["urgent"]), "A"),
    (c("priority", "none_of", ["urgent"]), "BCD"),
    (c("channel", "any_of", ["channel"]), "ABCD"),
    (c("channel", "none_of", ["channel"]), ""),
    (c("is_unread", "is", True), "A"),
    (c("is_unread", "is", False), "BCD"),
    (c("is_failed", "is", True), "D"),
    (c("has_draft", "is", True), "B"),
    (c("has_draft", "is", False), "ACD"),
    (c("window", "any_of", ["open"]), "B"),
    (c("window", "any_of", ["closed"]), "ACD"),
    (c("window", "none_of", ["open"]), "ACD"),
    (c("waiting_since", "filled"), "A"),
    (c("waiting_since", "empty"), "BCD"),
    (c("waiting_since", "not_last_days", 2), "A"),
    (c("waiting_since", "last_days", 2), ""),
    (c("last_message_from", "any_of", ["them"]), "A"),
    (c("last_message_from", "any_of", ["us"]), "B"),
    (c("last_message_at", "last_days", 2), "AB"),
    (c("last_message_at", "in", "yesterday"), "B"),
    (c("created_at", "not_last_days", 30), "C"),
    (c("language", "any_of", ["es"]), "C"),
    (c("language", "none_of", ["es"]), "ABD"),
    (c("language", "empty"), "ABD"),
]


@pytest.mark.parametrize(
    ("condition", "names"), FINDS, ids=[f"{p['field']} {p['op']} {p.get('value')}" for p, _ in FINDS]
)
def test_each_condition_finds_its_conversations(manager, four, condition, names):
    if condition["field"] in {"label", "channel"} and "value" in condition:
        condition = condition | {"value": [str(four[name].pk) for name in condition["value"]]}

    assert found(manager, {"all": [condition]}) == names


def test_every_field_and_every_operator_of_its_kind_is_tried():
    tried = {(KINDS[p["field"]], p["op"]) for p, _ in FINDS}
    same = {("moment", "from"), ("moment", "before"), ("maybe_moment", "in"), ("maybe_moment", "from"),
            ("maybe_moment", "before"), ("words", "filled")}  # fmt: skip

    assert {(kind, op) for kind, ops in OPERATORS.items() for op in ops} - tried == same
    assert set(KINDS) - {p["field"] for p, _ in FINDS} == {"is_hot"}


def test_a_hot_lead_is_the_leads_floors_word(manager, four):
    from leads.models import Lead

    Lead.objects.create(
        workspace=four["channel"].workspace, contact=four["Dora"].contact, status="new", temperature="hot"
    )

    assert found(manager, {"all": [c("is_hot", "is", True)]}) == "D"
    assert found(manager, {"all": [c("is_hot", "is", False)]}) == "ABC"


def test_groups_hold_when_all_or_any_of_their_parts_do(manager, four):
    unread, mine, failed = (
        c("is_unread", "is", True),
        c("assignee", "any_of", ["me"]),
        c("is_failed", "is", True),
    )

    assert found(manager, {"any": [unread, mine, failed]}) == "ABD"
    assert found(manager, {"all": [unread, mine]}) == ""
    assert found(manager, {"all": [{"any": [unread, mine]}, c("label", "filled")]}) == "AB"
    assert found(manager, {"any": [failed, {"all": [unread, c("priority", "any_of", ["urgent"])]}]}) == "AD"
    assert found(manager, {"all": []}) == "ABCD"


def test_me_is_whoever_asks(manager, viewer, four):
    mine = {"all": [c("assignee", "any_of", ["me"])]}

    assert found(manager, mine) == "B"
    assert found(viewer, mine) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[", "This filter is not JSON."),
        ('{"all": [{"field": "shoe", "op": "is"}]}', "There is no field 'shoe'."),
        ('{"all": [{"field": "label", "op": "has"}]}', "'label' has no operator 'has'."),
        ('{"all": [{"field": "label", "op": "any_of", "value": ["vip"]}]}', "'label': send ids."),
        ('{"all": [{"field": "window", "op": "any_of", "value": ["ajar"]}]}', "'window' can't be 'ajar'."),
        ('{"all": [{"field": "is_unread", "op": "is", "value": "1"}]}', "'is_unread': send true or false."),
    ],
    ids=["json", "field", "operator", "label", "window", "unread"],
)
def test_what_nobody_can_follow_is_refused_by_name_at_every_door(manager, four, text, reason):
    with pytest.raises(InvalidInputError, match=re.escape(reason)):
        selectors.read_filter(text)

    page = manager.page.get(f"/inbox/?filter={quote(text)}")
    answer = manager.api.get(f"conversations/?filter={quote(text)}")
    folder = manager.api.post("folders/", {"name": "Odd", "query": f"filter={quote(text)}"})

    assert [page.status_code, answer.status_code, folder.status_code] == [400, 400, 400]
    assert reason in answer.content.decode().replace("\\u0027", "'")
    assert not SavedFolder.objects.exists()


def test_the_page_says_the_conditions_and_a_folder_and_the_api_keep_them(manager, four):
    tree = {
        "any": [
            c("is_failed", "is", True),
            {"all": [c("label", "all_of", [str(four["vip"].pk)]), c("is_unread", "is", True)]},
        ]
    }
    query = f"filter={quote(json.dumps(tree))}"

    assert listed(manager, query) == ["Ana", "Dora"]
    page = manager.page.get(f"/inbox/?{query}")
    [chip] = page.context["chips"]
    assert chip["value"] == "Not delivered yes or (Label vip and Unread yes)"
    assert "filter" not in chip["remove_url"]

    answer = manager.api.get(f"conversations/?{query}").json()
    assert {row["id"] for row in answer["results"]} == {str(four["Ana"].pk), str(four["Dora"].pk)}

    manager.page.post("/inbox/folders/", {"name": "On fire", "query": query})
    [folder] = SavedFolder.objects.all()
    assert listed(manager, folder.query) == ["Ana", "Dora"]


def test_the_editor_offers_the_workspaces_own_words(manager, four):
    tree = {"all": [c("label", "any_of", [str(four["vip"].pk)])]}

    page = manager.page.get(f"/inbox/conditions/?folder=mine&filter={quote(json.dumps(tree))}")

    fields = {field["key"]: field for field in page.context["schema"]["fields"]}
    assert set(fields) == set(KINDS)
    assert [each["label"] for each in fields["label"]["choices"]] == ["fair", "vip"]
    assert {each["takes"] for each in fields["label"]["ops"]} == {"choices", "nothing"}
    assert page.context["tree"] == tree
    assert page.context["base"] == "/inbox/?folder=mine"
