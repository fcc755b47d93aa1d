"""Backup and restore: a file of everything an admin sets, what it would change, all of it or nothing, and back."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agents import services as agents
from agents.models import Agent
from conversations import services as conversations
from conversations.models import CannedReply
from crm import selectors, services
from crm.core.configuration import FORMAT, differences, parts
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from crm.models import ConfigurationCopy, CopyReason, CustomField, EventRecord, Tag, Workspace
from leads import services as leads
from leads.models import ScoreRule, Slot

SECRET = "test-only-secret"


@pytest.fixture
def furnished(system, admin, channel, nudges):
    """One of everything that is in a backup; the channel has a secret, which must not be."""
    channel.settings = {**channel.settings, "access_token": SECRET}
    channel.save()
    actor = admin.actor()
    leads.set_up_leads(actor=system)
    sarah = agents.set_up_agent(actor=system)
    slot = Slot.objects.get(key="need")
    agents.word_questions(actor=actor, agent_id=sarah.pk, slot_id=slot.pk, texts={"en": "What do you need?"})
    agents.change_agent(actor=actor, agent_id=sarah.pk, changes={"tone": "calm"}, channel_ids=[channel.pk])
    services.add_custom_field(actor=actor, of="lead", label="Size", kind="choice", options=["S", "M"])
    services.spell_tags(actor=actor, names=["VIP"])
    conversations.create_label(actor=actor, name="Wholesale")
    conversations.write_canned_reply(actor=actor, shortcut="hi", text="Hello")
    leads.save_view(actor=actor, name="Hot ones", look=leads.Look({"all": []}), is_shared=True)
    return actor


def change_everything(actor):
    """Each part is another one."""
    services.change_workspace(actor=actor, changes={"name": "Other"})
    services.change_custom_field(
        actor=actor, field_id=CustomField.objects.get().pk, changes={"label": "Length", "is_active": False}
    )
    services.colour_tag(actor=actor, tag_id=Tag.objects.get().pk, colour="red")
    conversations.change_canned_reply(
        actor=actor, canned_reply_id=CannedReply.objects.get(shortcut="hi").pk, text="Good day"
    )
    conversations.write_canned_reply(actor=actor, shortcut="bye", text="Bye")
    leads.change_slot(actor=actor, slot_id=Slot.objects.get(key="need").pk, changes={"label": "Wish"})
    leads.add_slot(actor=actor, key="hat", label="Hat", kind="text")
    leads.draft_scoring(actor=actor, rules=[], thresholds={
        "hot_from": 90, "warm_from": 30, "qualify_from": 50, "handover": "nobody",
    })  # fmt: skip
    leads.publish_scoring(actor=actor)
    agents.change_agent(actor=actor, agent_id=Agent.objects.get().pk, changes={"name": "Ayu"}, channel_ids=[])


def now(actor):
    """Everything as it is."""
    return selectors.configuration_file(actor)["parts"]


def test_a_backup_holds_every_part_and_no_secret(furnished):
    content = selectors.configuration_file(furnished)

    assert list(content["parts"]) == [
        "workspace", "custom_fields", "tags", "labels", "canned_replies", "slots", "scoring", "shared_views", "agents",
    ]  # fmt: skip
    assert all(content["parts"].values())
    assert (content["format"], content["schema"]) == (FORMAT, 1)
    assert json.loads(json.dumps(content)) == content
    assert SECRET not in json.dumps(content)


def test_restored_everything_is_as_it_was_and_that_can_be_taken_back(furnished):
    before = now(furnished)
    copy = services.keep_configuration(actor=furnished)
    change_everything(furnished)
    other = now(furnished)
    assert {d.part.key for d in differences(furnished, before)} >= {
        "workspace", "custom_fields", "tags", "canned_replies", "slots", "scoring", "agents",
    }  # fmt: skip

    kept = services.restore_configuration(actor=furnished, copy_id=copy.pk)

    assert differences(furnished, before) == []
    assert Workspace.objects.get(pk=furnished.workspace_id).name == before["workspace"][0]["name"]
    assert CannedReply.objects.get(shortcut="bye").archived_at is not None
    assert Slot.objects.get(key="hat").is_active is False
    assert {a.name: a.is_active for a in Agent.objects.all()} == {"Sarah": True, "Ayu": False}
    assert (kept.reason, EventRecord.objects.filter(name="crm.configuration_restored").count()) == (
        CopyReason.BEFORE,
        1,
    )

    services.restore_configuration(actor=furnished, copy_id=kept.pk)
    after = now(furnished)
    assert {key: after[key] for key in after if key != "agents"} == {
        k: other[k] for k in other if k != "agents"
    }
    assert {a.name: a.is_active for a in Agent.objects.all()} == {"Sarah": False, "Ayu": True}


def test_one_refusal_and_nothing_is_restored(furnished):
    content = selectors.configuration_file(furnished)
    content["parts"]["workspace"][0]["name"] = "Brought"
    content["parts"]["agents"][0]["channels"] = ["whatsapp_meta/nowhere"]
    copy = services.bring_configuration(actor=furnished, content=content)
    before, copies = now(furnished), ConfigurationCopy.objects.count()

    with pytest.raises(InvalidInputError) as refused:
        services.restore_configuration(actor=furnished, copy_id=copy.pk)

    said = "There is no channel whatsapp_meta/nowhere here. Connect it first, or take it out of the file."
    assert refused.value.fields == {"agents.sarah.channels": [said]}
    assert (now(furnished), ConfigurationCopy.objects.count()) == (before, copies)
    assert services.try_configuration(actor=furnished, copy_id=copy.pk) == {"agents.sarah.channels": [said]}


def test_trying_changes_nothing_and_tells_nobody(furnished, django_capture_on_commit_callbacks):
    copy = services.keep_configuration(actor=furnished)
    change_everything(furnished)
    before, events = now(furnished), EventRecord.objects.count()

    with django_capture_on_commit_callbacks() as told:
        assert services.try_configuration(actor=furnished, copy_id=copy.pk) == {}

    assert (now(furnished), EventRecord.objects.count(), told) == (before, events, [])


def broken(content, place, value):
    """The same file with one thing wrong."""
    content = json.loads(json.dumps(content))
    *path, last = place.split(".")
    target = content
    for step in path:
        target = target[int(step) if step.isdigit() else step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return content


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("format", "other", "format"),
        ("schema", 2, "schema"),
        ("parts", [], "parts"),
        ("parts.cellar", [], "parts.cellar"),
        ("parts.tags", {}, "parts.tags"),
        ("parts.tags.0.name", ..., "parts.tags"),
        ("parts.slots.1.key", "name", "parts.slots"),
        ("parts.tags.0.colour", "a\x00", "parts.tags.0.colour"),
    ],
)
def test_a_file_of_the_wrong_shape_is_not_even_kept(furnished, place, value, field):
    content = broken(selectors.configuration_file(furnished), place, value)

    with pytest.raises(InvalidInputError) as refused:
        services.bring_configuration(actor=furnished, content=content)

    assert list(refused.value.fields) == [field]
    assert not ConfigurationCopy.objects.exists()


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("parts.tags.0.colour", "gold", "tags.vip.colour"),
        ("parts.tags.0.colour", ..., "tags.vip.colour"),
        ("parts.custom_fields.0.kind", "text", "custom_fields.lead.size.kind"),
        ("parts.custom_fields.0.position", 10**9, "custom_fields.lead.size"),
        ("parts.slots.0.kind", "text", "slots.name.kind"),
        ("parts.slots.0.label", "", "slots.name.label"),
        ("parts.workspace.0.time_zone", "Mars", "workspace.workspace.time_zone"),
        ("parts.scoring.0.rules.0.points", 999, "scoring.scoring.rules.0.points"),
        ("parts.agents.0.answer_threshold", "much", "agents.sarah.answer_threshold"),
        ("parts.canned_replies.0.text", "", "canned_replies.hi.text"),
        ("parts.shared_views.0.columns", ["cellar"], "shared_views.hot ones.columns"),
    ],
)
def test_what_a_service_refuses_is_named_by_its_place(furnished, place, value, field):
    content = broken(selectors.configuration_file(furnished), place, value)
    copy = services.bring_configuration(actor=furnished, content=content)
    before = now(furnished)

    refused = services.try_configuration(actor=furnished, copy_id=copy.pk)

    assert list(refused) == [field]
    assert now(furnished) == before


@pytest.mark.parametrize("role", ["manager", "owner", "viewer"])
def test_others_may_not(furnished, role, request):
    player = request.getfixturevalue(role)
    copy = services.keep_configuration(actor=furnished)

    for change in (
        lambda: selectors.configuration_file(player.actor()),
        lambda: services.bring_configuration(actor=player.actor(), content={}),
        lambda: services.restore_configuration(actor=player.actor(), copy_id=copy.pk),
    ):
        with pytest.raises(NotAllowedError):
            change()

    assert player.page.get("/settings/backups/file/").status_code == 403
    assert ConfigurationCopy.objects.count() == 1


def test_another_workspaces_copy_is_not_there(furnished, stranger):
    copy = services.keep_configuration(actor=furnished)

    with pytest.raises(NotFoundError):
        services.restore_configuration(actor=stranger.actor(), copy_id=copy.pk)


def test_only_the_newest_copies_are_kept(furnished, monkeypatch):
    from crm.services import configuration

    monkeypatch.setattr(configuration, "KEPT", 2)
    made = [services.keep_configuration(actor=furnished).pk for _ in range(3)]

    assert set(ConfigurationCopy.objects.values_list("pk", flat=True)) == set(made[1:])


def test_the_pages_show_the_difference_restore_and_offer_the_way_back(furnished, admin):
    content = admin.page.get("/settings/backups/file/").content
    change_everything(furnished)

    shown = admin.page.post(
        "/settings/backups/", {"file": SimpleUploadedFile("b.json", content)}, follow=True
    )
    page = shown.content.decode()
    copy = ConfigurationCopy.objects.get(reason="brought")
    said = admin.page.post(f"/settings/backups/{copy.pk}/restore/", follow=True).content.decode()

    assert "<del>Other</del>" in page
    assert "Label: <del>Wish</del>" in page
    assert "is put out of use" in page
    before = ConfigurationCopy.objects.get(reason="before")
    assert f'data-undo="/settings/backups/{before.pk}/restore/"' in said
    assert ScoreRule.objects.count() == 9


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "This is no JSON (line 1)."),
        (b"\xff\xfe\xfa", "This is no text: bring the file as it was made."),
        (b"[" * 100_000, "This is no JSON"),
        (b"{}", "This is no backup of a configuration"),
    ],
    ids=["cut", "bytes", "deep", "other"],
)
def test_a_file_that_is_none_is_refused_in_words(furnished, admin, content, sentence):
    page = admin.page.post(
        "/settings/backups/", {"file": SimpleUploadedFile("b.json", content)}
    ).content.decode()

    assert sentence in page
    assert not ConfigurationCopy.objects.exists()


def test_every_part_has_a_name_of_its_own():
    assert len({part.key for part in parts()}) == len(parts()) == 9
