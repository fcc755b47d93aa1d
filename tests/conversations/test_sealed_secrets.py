"""Secrets of channels: what whoever has the database reads of them, and what happens when keys change or are lost."""

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import JSONField
from django.test import override_settings

from conversations import selectors, services
from conversations.models import Channel, InboundDelivery, Message
from conversations.selectors.addresses import _listed
from crm import services as crm_services
from crm.core import sealing
from crm.models import Alert
from tests.conversations.hooks import deliver, post, text, webhook
from tests.conversations.test_pausing import save_in_admin
from tests.conversations.test_sending import fresh, send, write
from tests.factories.conversations import META_SECRET, VERIFY_TOKEN, ChannelFactory

TOKEN = "test-only-access-token"
NEW_TOKEN = "test-only-new-token"
SECRETS = {"app_secret": META_SECRET, "verify_token": VERIFY_TOKEN, "access_token": TOKEN}
ANOTHER_KEY = {"SEAL_KEYS": ["test-only-another-key"], "SECRET_KEY": "test-only-another-secret"}
CANT_OPEN = (
    "The setting 'access_token' can't be opened: the key that sealed it is not in SEAL_KEYS any more. "
    "Put that key back, or enter the setting again."
)


def dumped() -> str:
    """Every row of every table, as a dump shows it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def kept(channel):
    """The settings as they stand in the row."""
    return Channel.objects.values_list("settings", flat=True).get(pk=channel.pk)


def in_plain_words(channel):
    """The row as it was written before secrets were sealed."""
    plain = {name: str(value) for name, value in selectors.account_of(channel).settings.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_channel SET settings = to_jsonb(%s::json) WHERE id = %s",
            [JSONField().get_db_prep_value(plain, connection), channel.pk],
        )
    channel.refresh_from_db()


def test_a_dump_tells_no_secret(admin, owner, conversation, channel, workspace, graph):
    # given a channel that was set up by command and in the admin, worked with, paused, checked and backed up
    where = {"workspace": workspace.slug, "kind": channel.kind}
    given = [f"{name}={value}" for name, value in SECRETS.items()] + ["phone_number_id=1"]
    call_command("create_channel", **where, key="by-command", set=given, verbosity=0)
    save_in_admin(admin, channel, set_access_token=NEW_TOKEN)
    Channel.objects.filter(key="by-command").update(settings={**SECRETS, "waba_id": "7"})
    write(owner, conversation)
    assert send(conversation) == 1
    services.check_channel(actor=admin.actor(), channel_id=channel.pk)
    services.pause_channel(actor=admin.actor(), channel_id=channel.pk)
    crm_services.keep_configuration(actor=admin.actor())

    # then no table holds a secret, and what is none stays readable
    found = dumped()
    assert [secret for secret in [*SECRETS.values(), NEW_TOKEN] if secret in found] == []
    assert channel.settings["phone_number_id"] in found
    assert kept(Channel.objects.get(key="by-command"))["waba_id"] == "7"
    account = selectors.account_of(Channel.objects.get(pk=channel.pk))
    assert dict(account.settings) == {**channel.settings, "access_token": NEW_TOKEN}
    assert NEW_TOKEN not in repr(account)


def test_pages_and_answers_show_none(admin, channel):
    paths = ["/settings/channels/", f"/admin/conversations/channel/{channel.pk}/change/"]
    shown = [admin.page.get(path).content.decode() for path in paths]
    shown.append(str(admin.api.get("/api/v1/channels/").content))

    hidden = [*SECRETS.values(), *(kept(channel)[name]["sealed"] for name in SECRETS)]
    assert [secret for secret in hidden for page in shown if secret in page] == []


@pytest.mark.parametrize("is_sealed", [True, False])
def test_one_apps_delivery_reaches_its_other_numbers(channel, strangers_channel, is_sealed):
    # given two numbers of one app, one of them (or none) written before secrets were sealed
    if not is_sealed:
        in_plain_words(strangers_channel)
        assert kept(strangers_channel)["app_secret"] == META_SECRET
    number = strangers_channel.settings["phone_number_id"]

    # when a delivery for the second comes to the first's address
    deliver(channel, webhook(text("hola", id="wamid.1", at=1_795_150_800), number=number))

    # then it is filed there, and the same the other way round
    assert Message.objects.get().channel == strangers_channel
    ours = webhook(text("halo", id="wamid.2", at=1_795_150_800))
    deliver(strangers_channel, ours)
    assert Message.objects.get(text="halo").channel == channel


def test_a_row_in_plain_words_works_and_is_sealed_when_it_is_saved(channel, client):
    in_plain_words(channel)

    assert post(channel, webhook(text("halo", id="wamid.1", at=1_795_150_800))).status_code == 200
    given = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKEN}
    assert client.get(f"/hooks/whatsapp_meta/{channel.key}/", given).content == b"1158201444"
    channel.save()
    assert META_SECRET not in dumped()


def test_the_door_opens_a_secret_once_for_all_that_come(channel, monkeypatch):
    # given an address that the door remembers
    row = (channel.pk, channel.workspace_id, kept(channel))
    listed, opened = _listed(channel.kind, channel.key, row), []
    unseal = sealing.unseal

    def seen_unseal(text):
        opened.append(text)
        return unseal(text)

    monkeypatch.setattr(sealing, "unseal", seen_unseal)

    # then only what is asked for is opened, and that once
    assert [listed.account.settings.get("app_secret") for _ in range(1000)] == [META_SECRET] * 1000
    assert opened == [kept(channel)["app_secret"]["sealed"]]


def test_keys_change_by_list(channel, strangers_channel):
    # given a new key before the old one, when one of two numbers of an app is saved under it
    with override_settings(SEAL_KEYS=ANOTHER_KEY["SEAL_KEYS"]):
        strangers_channel.save()

        # then they are still known to be of one app, from either side
        numbers = {row.settings["phone_number_id"] for row in (channel, strangers_channel)}
        for row in Channel.objects.all():
            assert selectors.channels_with_secret_of(row).keys() == numbers

        # when all moves to the new key
        call_command("reseal_secrets", verbosity=0)

    # then the old one may go
    with override_settings(**ANOTHER_KEY):
        for row in Channel.objects.all():
            assert selectors.account_of(row).settings["access_token"] == TOKEN
            assert selectors.channels_with_secret_of(row).keys() == numbers
    assert kept(channel)["app_secret"]["sealed"] != channel.settings["app_secret"]


def test_without_the_key_the_channel_says_which_setting_and_what_to_do(
    admin, owner, conversation, channel, graph, caplog, client
):
    write(owner, conversation)
    channel.refresh_from_db()
    with override_settings(**ANOTHER_KEY):
        # when something is to go out, then nothing does, the message waits, and the admin reads why
        send(conversation)
        assert (graph.requests, fresh(Message.objects.get(direction="out")).status) == ([], "queued")
        assert Channel.objects.get().paused_because == f"sealed: {CANT_OPEN}"
        assert Alert.objects.get(user=admin.user).body == f"sealed: {CANT_OPEN}"
        assert services.check_channel(actor=admin.actor(), channel_id=channel.pk) == CANT_OPEN

        # when something comes in, then the provider is asked to come again, and the log says why
        assert post(channel, webhook(text("halo", id="wamid.1", at=1_795_150_800))).status_code == 503
        assert "The setting 'app_secret' can't be opened" in caplog.text
        given = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": VERIFY_TOKEN}
        assert client.get(f"/hooks/whatsapp_meta/{channel.key}/", given).status_code == 503
        assert "The setting 'verify_token' can't be opened" in caplog.text

        # when the settings are set again, then it works
        services.create_channel(actor=admin.actor(), kind=channel.kind, key=channel.key, settings=SECRETS)
        assert send(conversation) == 1
        assert post(channel, webhook(text("halo", id="wamid.1", at=1_795_150_800))).status_code == 200


def test_what_was_kept_before_the_key_was_lost_is_still_filed(channel):
    assert post(channel, webhook(text("halo", id="wamid.1", at=1_795_150_800))).status_code == 200

    with override_settings(**ANOTHER_KEY):
        services.read_deliveries(delivery_ids=list(InboundDelivery.objects.values_list("pk", flat=True)))

    assert InboundDelivery.objects.get().state == "done"


def test_the_migration_seals_what_stands_and_opens_it_again(channel, strangers_channel):
    # given a row from before, one that is sealed already, and one with a secret that is empty
    migration = import_module("conversations.migrations.0026_sealed_secrets")
    in_plain_words(channel)
    before = kept(channel)
    sealed = kept(strangers_channel)
    empty = ChannelFactory.create(workspace=channel.workspace, settings={"app_secret": "", "waba_id": "7"})

    # when it is applied, and applied again
    for _ in range(2):
        migration.seal_them(as_it_was(), None)
        assert {value for value in SECRETS.values() if value in dumped()} == set()
    assert kept(strangers_channel) == sealed
    assert kept(empty) == {"app_secret": "", "waba_id": "7"}
    assert dict(selectors.account_of(Channel.objects.get(pk=channel.pk)).settings) == before

    # then backwards every row is as it was
    migration.open_them(as_it_was(), None)
    assert kept(channel) == before
    assert kept(strangers_channel)["access_token"] == TOKEN
    assert kept(empty) == {"app_secret": "", "waba_id": "7"}


def test_the_migration_says_which_channel_it_cannot_open(channel):
    migration = import_module("conversations.migrations.0026_sealed_secrets")

    with (
        override_settings(**ANOTHER_KEY),
        pytest.raises(
            sealing.SealBrokenError, match=r"Channel 'warung-whatsapp', setting '\w+': A secret was"
        ),
    ):
        migration.open_them(as_it_was(), None)


def as_it_was():
    """The tables as the migration knows them: settings are JSON like any other."""
    return MigrationLoader(connection).project_state(("conversations", "0025_broadcasts_once")).apps
