"""Settings, labels: renamed, coloured, merged, put away, and each of it taken back."""

import pytest

from conversations import selectors, services
from conversations.models import Conversation, ConversationLabel, Label
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError


def put_on(player, label, *rows) -> None:
    """The label is on these conversations."""
    for row in rows:
        services.label_conversation(actor=player.actor(), conversation_id=row.pk, add=[label.pk])


def make(player, name: str) -> Label:
    """One more."""
    return services.create_label(actor=player.actor(), name=name)


def has(row) -> list[str]:
    """The labels that are seen on a conversation."""
    shown = {label.pk: label.name for label in Label.objects.all()}
    return [shown[pk] for pk in selectors.label_ids_of(Conversation.objects.get(pk=row.pk))]


def test_a_label_is_made_renamed_and_coloured(admin, owner, three):
    # when an admin makes one by the page, renames and colours it
    assert admin.page.post("/settings/labels/", {"name": " Spare  parts "}).status_code == 302
    label = Label.objects.get()
    put_on(owner, label, three[0])
    admin.page.post(f"/settings/labels/{label.pk}/", {"name": "Parts"})
    admin.page.post(f"/settings/labels/{label.pk}/", {"colour": "pink"})

    # then it is so everywhere, and the page says on how many it is
    label.refresh_from_db()
    assert (label.name, label.colour, has(three[0])) == ("Parts", "pink", ["Parts"])
    assert "on 1 open conversation" in admin.page.get("/settings/labels/").content.decode()


def test_one_that_was_put_away_comes_back_to_its_conversations(admin, owner, three):
    # given a label on two conversations
    label = make(admin, "Parts")
    put_on(owner, label, *three[:2])
    admin.page.post(f"/settings/labels/{label.pk}/remove/")

    # then nobody sees it, in lists, filters, choices or the API; its name is free
    assert [has(row) for row in three] == [[], [], []]
    assert list(selectors.visible_labels(owner.actor())) == []
    assert owner.api.get(f"conversations/{three[0].pk}/").json()["labels"] == []
    with pytest.raises(InvalidInputError):
        put_on(owner, label, three[2])

    # and brought back it is where it was
    admin.page.post(f"/settings/labels/{label.pk}/restore/")
    assert [has(row) for row in three] == [["Parts"], ["Parts"], []]


def test_a_name_that_is_taken_meanwhile_is_not_brought_back(admin):
    # given a label that was put away, and another of its name
    old = make(admin, "Parts")
    services.delete_label(actor=admin.actor(), label_id=old.pk)
    make(admin, "parts")

    # then it is refused with the field, and stays away
    with pytest.raises(InvalidInputError) as refused:
        services.restore_label(actor=admin.actor(), label_id=old.pk)
    assert list(refused.value.fields) == ["name"]
    old.refresh_from_db()
    assert old.archived_at is not None


def test_two_become_one_and_two_again(admin, owner, three):
    # given one label on Ana and Ben, another on Ben
    parts, spares = make(admin, "Parts"), make(admin, "Spares")
    put_on(owner, parts, *three[:2])
    put_on(owner, spares, three[1])

    # when the first is merged into the second, then both have the second, once
    admin.page.post(f"/settings/labels/{parts.pk}/merge/", {"into": str(spares.pk)})
    assert [has(row) for row in three] == [["Spares"], ["Spares"], []]
    assert ConversationLabel.objects.filter(label=spares).count() == 2
    assert "merged into Spares" in admin.page.get("/settings/labels/").content.decode()

    # and parted again each has what it had
    admin.page.post(f"/settings/labels/{parts.pk}/restore/")
    assert [sorted(has(row)) for row in three] == [["Parts"], ["Parts", "Spares"], []]


def test_what_makes_no_sense_and_whoever_may_not_is_refused(admin, owner, stranger, three):
    # given a label
    label = make(admin, "Parts")
    merge = f"/settings/labels/{label.pk}/merge/"
    assert admin.page.post(merge, {"into": str(label.pk)}).status_code == 302  # said on the page
    assert admin.page.post("/settings/labels/", {"name": "PARTS"}).status_code == 422
    with pytest.raises(NotFoundError):
        services.restore_label(actor=admin.actor(), label_id=label.pk)
    for player, error in ((owner, NotAllowedError), (stranger, NotFoundError)):
        with pytest.raises(error):
            services.merge_labels(actor=player.actor(), label_id=label.pk, into_id=three[0].pk)
        with pytest.raises(error):
            services.delete_label(actor=player.actor(), label_id=label.pk)
    assert owner.page.get("/settings/labels/").status_code == 403

    # then it is as it was
    assert list(Label.objects.values_list("name", "archived_at", "merged_into")) == [("Parts", None, None)]
