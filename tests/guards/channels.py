"""Channels that are switched off, paused or slowed: by whom, until when, and who ends it."""

from tests.guards.guard import Guard

CHANNELS = "conversations/services/channels.py"
PACING = "conversations/services/pacing.py"
OFF = "tests/conversations/test_switched_off.py"
PAUSING = "tests/conversations/test_pausing.py"
SEALED = "tests/conversations/test_sealed_secrets.py"

GUARDS = (
    Guard(
        "a switched-off channel sends nothing",
        "messages would go out on a channel of which its card says that nothing does",
        PACING,
        "    if not channel.is_active or channel",
        (f"{OFF}::test_the_claim_itself_asks_whether_the_channel_is_on",),
        "    if channel",
    ),
    Guard(
        "a switched-off channel is not looked at",
        "workers would ask for its queue over and over, and leave that of others",
        "conversations/selectors/waiting.py",
        "  AND channel.is_active\n",
        (f"{OFF}::test_what_is_queued_waits_until_it_is_on_again",),
    ),
    Guard(
        "nothing new on a switched-off channel",
        "people and the bot would write into a queue that nobody empties, and not know it",
        "conversations/selectors/threads.py",
        "        is_off=not conversation.channel.is_active and not is_queued,\n",
        (
            f"{OFF}::test_nobody_writes_on_it_and_each_hears_why",
            f"{OFF}::test_what_was_planned_is_held_with_the_reason",
        ),
    ),
    Guard(
        "a refusal leaves a person's pause",
        "a message on its way would turn an admin's pause into one that ends after a minute",
        "conversations/services/outcomes.py",
        "    if channel.is_paused_by_person:\n        return\n",
        (f"{PAUSING}::test_a_message_that_fails_meanwhile_does_not_end_a_persons_pause",),
    ),
    Guard(
        "a person's pause over our own",
        "an admin's pause of a broken account would end as soon as the account works",
        CHANNELS,
        "    if not channel.is_paused_by_person:\n        hold(",
        (f"{PAUSING}::test_one_that_arrives_meanwhile_does_not_end_it_either",),
        "    if not channel.paused_because:\n        hold(",
    ),
    Guard(
        "a person's pause only ends by a person",
        "a message that arrives, or a saved form, would send what an admin has stopped",
        CHANNELS,
        "    if ends_persons_pause or not channel.is_paused_by_person:\n",
        (
            f"{PAUSING}::test_one_that_arrives_meanwhile_does_not_end_it_either",
            f"{PAUSING}::test_saved_settings_do_not_end_a_persons_pause",
        ),
        "    if True:\n",
    ),
    Guard(
        "only new settings are tried",
        "a new name for a channel would send its queue to an account that is still broken",
        "conversations/admin.py",
        "        if change and form.has_new_settings:\n",
        (f"{PAUSING}::test_new_settings_end_our_own_pause_and_the_same_ones_do_not",),
        "        if change:\n",
    ),
    Guard(
        "only new settings are tried, by command too",
        "a start of the house that sets its channels up would try each broken account",
        CHANNELS,
        "    return channel if is_known else try",
        (f"{PAUSING}::test_new_settings_end_our_own_pause_and_the_same_ones_do_not",),
        "    return try",
    ),
    Guard(
        "a longer wait is not shortened",
        "a provider that wants two minutes of rest would be knocked at again after seconds",
        PACING,
        "    rows = rows.filter(Q(throttled_until__isnull=True) | Q(throttled_until__lt=until))\n",
        (f"{PAUSING}::test_a_longer_wait_is_not_shortened",),
    ),
    Guard(
        "secrets are sealed",
        "a dump of the database would give away tokens, and the keys that sign what comes in",
        "conversations/models/sealed.py",
        "sealed(value) if isinstance(value, Mapping) else value",
        (
            f"{SEALED}::test_a_dump_tells_no_secret",
            f"{SEALED}::test_a_row_in_plain_words_works_and_is_sealed_when_it_is_saved",
        ),
        "value",
    ),
    Guard(
        "secrets that stand are sealed",
        "channels that were set up before would keep their secrets in plain words",
        "conversations/migrations/0026_sealed_secrets.py",
        '        return {"sealed": sealing.seal(str(value)), "print": sealing.fingerprints(str(value))[0]}\n',
        (f"{SEALED}::test_the_migration_seals_what_stands_and_opens_it_again",),
        "        return value\n",
    ),
    Guard(
        "secrets are found under each key",
        "while a key is changed, one app's deliveries would not reach its other numbers",
        "crm/core/sealing.py",
        'b"crm.fingerprints") for secret in _secrets()]',
        (f"{SEALED}::test_keys_change_by_list",),
        'b"crm.fingerprints") for secret in _secrets()[:1]]',
    ),
    Guard(
        "secrets in plain words are still compared",
        "a number written by the version before would get no deliveries of its app while a new one is put in place",
        "conversations/selectors/channels.py",
        "filter(sealed_alike | not_sealed, kind",
        (f"{SEALED}::test_one_apps_delivery_reaches_its_other_numbers",),
        "filter(sealed_alike, kind",
    ),
)
