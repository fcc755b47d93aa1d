"""Settings, Workspace: saved, checked, told, and taken back."""

import pytest

from crm import selectors, services
from crm.core.errors import InvalidInputError, NotAllowedError, NotFoundError, NothingToTakeBackError
from crm.models import EventRecord, Workspace


def read(house):
    """The workspace's own settings as they are."""
    return Workspace.objects.values_list("name", "language", "time_zone").get(pk=house.workspace.pk)


def test_an_admin_changes_them_and_everybody_can_see_who_did(house):
    changes = {"name": " Warung Baru ", "language": "id", "time_zone": "Asia/Jakarta"}

    row = services.change_workspace(actor=house.actor("admin"), changes=changes)

    assert read(house) == ("Warung Baru", "id", "Asia/Jakarta")
    labels = {"name": "Name", "language": "Language", "time_zone": "Time zone"}
    told = selectors.changes_of(row, labels)
    assert [entry["who"] for entry in told] == ["Admin"]
    assert {line["label"]: (line["old"], line["new"]) for line in told[0]["lines"]} == {
        "Name": ("Warung", "Warung Baru"),
        "Language": ("en", "id"),
        "Time zone": ("UTC", "Asia/Jakarta"),
    }
    event = EventRecord.objects.get(name="crm.workspace_changed")
    assert (event.payload, event.actor_label) == ({"fields": ["name", "language", "time_zone"]}, "Admin")


def test_saved_without_a_change_nothing_is_told(house):
    services.change_workspace(actor=house.actor("admin"), changes={"name": "Warung"})

    assert not EventRecord.objects.filter(name="crm.workspace_changed").exists()
    assert house.workspace.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Write the name of your business, in at most 120 characters."),
        ({"language": "fr"}, "language", "Choose one of: en, es, id."),
        ({"time_zone": "Jakarta"}, "time_zone", "Write it as Region/City, for example Asia/Jakarta."),
        ({"slug": "other"}, "slug", "This can't be changed."),
    ],
)
def test_what_can_not_be_is_refused_by_name(house, changes, field, sentence):
    with pytest.raises(InvalidInputError) as refused:
        services.change_workspace(actor=house.actor("admin"), changes={"name": "New", **changes})

    assert refused.value.fields == {field: [sentence]}
    assert read(house) == ("Warung", "en", "UTC")


@pytest.mark.parametrize("role", ["manager", "rep", "viewer"])
def test_others_may_not(house, role):
    with pytest.raises(NotAllowedError):
        services.change_workspace(actor=house.actor(role), changes={"name": "Mine"})

    assert read(house) == ("Warung", "en", "UTC")
    assert house.browser(role).get("/settings/workspace/").status_code == 403


def test_a_change_is_taken_back_alone(house):
    admin = house.actor("admin")
    row = services.change_workspace(actor=admin, changes={"name": "Toko", "language": "id"})
    change = selectors.latest_change_of(row)
    services.change_workspace(actor=admin, changes={"time_zone": "Asia/Jakarta"})

    services.undo_workspace_change(actor=admin, change_id=change)

    assert read(house) == ("Warung", "en", "Asia/Jakarta")
    with pytest.raises(NothingToTakeBackError):
        services.undo_workspace_change(actor=admin, change_id=change)


def test_a_change_of_another_workspace_is_not_there(house, strangers):
    theirs = services.change_workspace(actor=strangers.actor("admin"), changes={"name": "Theirs now"})

    with pytest.raises(NotFoundError):
        services.undo_workspace_change(
            actor=house.actor("admin"), change_id=selectors.latest_change_of(theirs)
        )

    assert read(strangers)[0] == "Theirs now"


def test_the_page_saves_offers_the_way_back_and_says_what_is_wrong(house):
    browser = house.browser("admin")
    sent = {"name": "Warung", "language": "id", "time_zone": "Asia/Jakarta"}

    wrong = browser.post("/settings/workspace/", {**sent, "time_zone": "Jakarta"}).content.decode()
    saved = browser.post("/settings/workspace/", sent, follow=True).content.decode()

    assert "Write it as Region/City, for example Asia/Jakarta." in wrong
    assert "Saved." in saved
    change = selectors.latest_change_of(house.workspace)
    undo = f"/settings/workspace/changes/{change}/undo/"
    assert f'data-undo="{undo}"' in saved
    answer = browser.post(undo, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/settings/workspace/"
    assert read(house) == ("Warung", "en", "UTC")
