"""What comes in: taken once, kept before it is answered, read in order, by one worker at a time."""

from tests.guards.guard import Guard

INTAKE = "conversations/api/intake.py"
KEEPING = "conversations/services/keeping.py"
DELIVERIES = "conversations/services/deliveries.py"
ITEMS = "conversations/services/items.py"
SIGNATURES = "tests/conversations/test_hook_signatures.py"
DOOR = "tests/conversations/test_intake_door.py"
READING = "tests/conversations/test_intake_items.py"
READING_TOGETHER = "tests/conversations/test_reading_together.py"
RACES = "tests/conversations/test_intake_races.py"
TOGETHER = "tests/conversations/test_working_together.py"

ONCE = (  # name of the constraint, rule as the migration says it, what would happen, test
    (
        "item_once",
        "fields=('channel', 'kind', 'external_id')",
        "two workers that read copies of a delivery would file it twice",
        "test_a_thing_that_came_is_there_once",
    ),
    (
        "message_provider_once",
        "condition=models.Q(('provider_id', ''), _negated=True), fields=('channel', 'provider_id')",
        "one message of the provider could be two bubbles",
        "test_a_providers_message_is_there_once",
    ),
    (
        "message_cause_once",
        "fields=('workspace', 'cause')",
        "one answer of the bot could be queued twice",
        "test_a_cause_sends_once",
    ),
    (
        "message_sequence_once",
        "fields=('conversation', 'sequence')",
        "two messages could claim one place in a thread",
        "test_a_place_in_a_thread_is_taken_once",
    ),
    (
        "one_open_conversation",
        "condition=models.Q(('status', 'closed'), _negated=True), fields=('contact', 'channel')",
        "one customer could have two open threads on a channel",
        "test_one_thread_with_a_customer_is_open",
    ),
)
DEAD = "tests/conversations/test_dead_letters.py"
ADDRESSES = "tests/conversations/test_reply_addresses.py"

GUARDS = (
    Guard(
        "a delivery's signature",
        "anybody could write messages in a customer's name",
        INTAKE,
        "if not adapter.verify(listed.account, body, headers):",
        (
            f"{SIGNATURES}::test_what_is_not_signed_is_refused_and_not_kept",
            "tests/conversations/test_mutations.py::test_one_bit_of_the_signature_is_enough",
        ),
        "if False:",
    ),
    Guard(
        "raw bytes are what is signed",
        "a body that was written anew by somebody else would pass, or an honest one would not",
        "conversations/channels/whatsapp_meta/adapter.py",
        "hex_hmac_matches(body, given[7:], secrets)",
        (f"{SIGNATURES}::test_a_signed_delivery_is_kept_as_it_came",),
        'hex_hmac_matches(__import__("json").dumps(__import__("json").loads(body)).encode(), given[7:], secrets)',
    ),
    Guard(
        "the older secret while one is rotated",
        "deliveries would be refused while a secret is changed",
        "conversations/channels/whatsapp_meta/adapter.py",
        'account.settings.get("app_secret", "").split(",")',
        (
            f"{SIGNATURES}::test_while_a_secret_is_rotated_both_hold",
            f"{DOOR}::test_both_secrets_hold_while_one_is_rotated",
        ),
        '[account.settings.get("app_secret", "")]',
    ),
    Guard(
        "the limit of a body",
        "one sender could fill the memory of the web process",
        INTAKE,
        "    if size > MOST:\n        raise GoneError(TOO_LARGE)\n",
        (f"{SIGNATURES}::test_more_than_four_megabytes_are_refused_in_words",),
    ),
    Guard(
        "200 only after the commit",
        "what was answered with 200 could be lost",
        KEEPING,
        ("        await rows_everywhere(self._pool, query, values)\n        _settle(group, None)\n"),
        (f"{DOOR}::test_a_commit_that_hangs_is_not_waited_for",),
        ("        _settle(group, None)\n        await rows_everywhere(self._pool, query, values)\n"),
    ),
    Guard(
        "a row that breaks alone",
        "one delivery that can't be kept would take its neighbours along",
        KEEPING,
        (
            "        if len(group) > 1:\n"
            "            for given in group:\n"
            "                await self._keep([given])\n"
            "        elif"
        ),
        (f"{DOOR}::test_a_row_that_breaks_does_not_take_its_group_along",),
        "        if",
    ),
    Guard(
        "the deadline of a commit",
        "a sender would wait for a database that hangs until it gives up and comes again",
        KEEPING,
        "            async with asyncio.timeout_at(deadline):\n                await given.kept\n",
        (f"{DOOR}::test_an_expired_deadline_ends_the_wait_for_a_commit",),
        "            await given.kept\n",
    ),
    Guard(
        "a delivery is read once",
        "two workers would split one delivery twice",
        DELIVERIES,
        (
            "    rows = InboundDelivery.objects.select_for_update(skip_locked=True, no_key=True)\n"
            "    delivery = rows.filter(_is_due(), pk=delivery_id, state=DeliveryState.NEW)"
        ),
        (f"{READING_TOGETHER}::test_read_once_however_often_it_is_asked_for",),
        (
            "    rows = InboundDelivery.objects.select_for_update(skip_locked=True, no_key=True)\n"
            "    delivery = rows.filter(pk=delivery_id)"
        ),
    ),
    Guard(
        "one row for each thing that came",
        "the same message delivered twice would be two",
        DELIVERIES,
        "    InboundItem.objects.bulk_create(items, ignore_conflicts=True)\n",
        ("tests/conversations/test_hook_payloads.py::test_the_same_message_in_other_bytes_is_one",),
        "    InboundItem.objects.bulk_create(items)\n",
    ),
    Guard(
        "the cap on reading a delivery",
        "a body that kills its worker would kill one after the other for ever",
        DELIVERIES,
        "    if delivery.attempts >= MAX_ATTEMPTS:\n",
        (f"{READING}::test_a_delivery_that_breaks_the_reader_waits_and_dies",),
        "    if False:\n",
    ),
    Guard(
        "another business's number",
        "whoever knows one channel's secret could write into another's channel",
        DELIVERIES,
        "        return channels.get(thing.account) or (came_to if is_any else None)\n",
        (
            (
                "tests/conversations/test_hook_payloads.py::test_another_apps_number_is_not_reached_b"
                "y_our_secret"
            ),
        ),
        "        return channels.get(thing.account) or came_to\n",
    ),
    Guard(
        "a number whose settings were copied",
        "a channel with another's number would take its traffic",
        DELIVERIES,
        (
            "        channels[str(own)] = channel  # whoever copies a number's settings "
            "gets none of its traffic\n"
        ),
        ("tests/conversations/test_hook_payloads.py::test_a_copied_number_takes_no_traffic",),
        "        pass\n",
    ),
    Guard(
        "the cap in the claim of an item",
        "a message that kills its worker would kill one after the other for ever",
        ITEMS,
        "        if item.attempts < MAX_ATTEMPTS:\n",
        (f"{READING}::test_an_item_that_kills_every_worker_is_given_up",),
        "        if True:\n",
    ),
    Guard(
        "the lease of an item",
        "two workers would file one message at the same time",
        ITEMS,
        "        if item.next_at > now or (item.lease_until and item.lease_until > now):\n",
        (
            f"{READING}::test_a_worker_killed_after_the_claim_is_replaced_after_its_lease",
            f"{RACES}::test_an_item_is_claimed_by_one_worker",
        ),
        "        if item.next_at > now:\n",
    ),
    Guard(
        "the fencing token of an item",
        "a worker that was thought dead would write over the one that followed it",
        ITEMS,
        (
            "    mine = InboundItem.objects.filter(pk=item.pk, lease_token=item.lease_token, "
            "state=DeliveryState.NEW)\n"
            "    if mine"
        ),
        (f"{READING}::test_a_worker_that_lost_its_lease_changes_nothing",),
        "    mine = InboundItem.objects.filter(pk=item.pk)\n    if mine",
    ),
    Guard(
        "claims of one key take turns",
        "two workers would take the same key's head at once",
        ITEMS,
        (
            '        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", '
            '[f"{channel_id}/{key}"])\n'
            "    waiting"
        ),
        (f"{RACES}::test_an_item_is_claimed_by_one_worker",),
        '        cursor.execute("SELECT 1")\n    waiting',
    ),
    Guard(
        "the head of a key's line",
        "a later message would be filed before an earlier one that must be tried again",
        ITEMS,
        (
            "        channel_id=channel_id, conversation_key=key, state=DeliveryState.NEW\n"
            '    ).order_by("provider_time", "id")\n'
        ),
        (f"{READING}::test_its_neighbours_go_on_and_its_own_conversation_after_it",),
        (
            "        channel_id=channel_id, conversation_key=key, state=DeliveryState.NEW\n"
            '    ).filter(next_at__lte=timezone.now()).order_by("provider_time", "id")\n'
        ),
    ),
    Guard(
        "the provider's order",
        "messages would be filed in the order they reached us",
        ITEMS,
        '    ).order_by("provider_time", "id")\n    now',
        (f"{RACES}::test_many_workers_on_one_key_keep_the_order",),
        '    ).order_by("id")\n    now',
    ),
    Guard(
        "what was tried goes alone",
        "a message that kills its worker would burn its neighbours' attempts with it",
        ITEMS,
        "bool_and(head.attempts = 0 AND head.lease_until IS NULL",
        (f"{TOGETHER}::test_what_was_tried_before_goes_alone",),
        "bool_and(head.lease_until IS NULL",
    ),
    Guard(
        "what was not begun is given back",
        "a slow neighbour would cost an item one of its attempts",
        ITEMS,
        "        _give_back(items)\n    return done",
        (f"{TOGETHER}::test_a_slow_worker_gives_back_what_its_lease_would_not_last_for",),
        "        pass\n    return done",
    ),
    Guard(
        "all or nothing of an item",
        "a message that breaks halfway would leave half a conversation",
        ITEMS,
        "        with transaction.atomic():\n            handle(item)\n",
        (f"{READING}::test_what_breaks_halfway_leaves_nothing",),
        (
            "        with transaction.atomic():\n"
            "            pass\n"
            "        if True:\n"
            "            handle(item)\n"
        ),
    ),
    Guard(
        "a message is filed once",
        "a delivery whose rows were tidied away would be filed a second time",
        "conversations/services/receiving.py",
        "    if known := _known(channel, message):\n        return known\n",
        (
            (
                "tests/conversations/test_hook_payloads.py::test_a_replay_after_the_items_were_tidied"
                "_away_is_still_one"
            ),
        ),
    ),
    Guard(
        "the window counts from the provider's time",
        "after a backlog the window would look longer than it is",
        "conversations/services/receiving.py",
        "_open_until(conversation, given.sent_at, hours) if hours else None",
        (f"{READING}::test_a_late_message_keeps_its_time_and_opens_no_window_again",),
        "_open_until(conversation, timezone.now(), hours) if hours else None",
    ),
    Guard(
        "one open conversation",
        "two first messages at once would open two threads",
        "conversations/services/opening.py",
        '    Contact.objects.select_for_update(no_key=True).values_list("pk").get(pk=contact.pk)\n',
        (f"{RACES}::test_one_person_by_two_ids_opens_one_conversation",),
    ),
    Guard(
        "a channel without a secret",
        "whoever signs with nothing would be believed",
        "conversations/channels/signatures.py",
        "        for secret in secrets\n        if secret\n",
        (f"{SIGNATURES}::test_a_channel_without_a_secret_takes_nothing",),
        "        for secret in secrets\n",
    ),
    *(
        Guard(
            f"the database keeps one: {name}",
            keeps,
            "conversations/migrations/0001_squashed_0022.py",
            f"                    models.UniqueConstraint({rule}, name='{name}'),\n",
            (f"tests/conversations/test_kept_once.py::{test}",),
        )
        for name, rule, keeps, test in ONCE
    ),
    Guard(
        "a workspace does not wait for another's flood",
        "one customer of ours could keep all others waiting",
        "conversations/decisions.py",
        "URGENCY[unit.lane], self._workspaces.get(unit.workspace_id, 0), *self._neglected(unit)",
        (
            "tests/conversations/test_working.py::test_a_workspace_with_many_lanes_has_no_more_turns_than_another",
        ),
        "URGENCY[unit.lane], 0, *self._neglected(unit)",
    ),
    Guard(
        "each lane has its turn",
        "a flood of messages would keep receipts and bulk waiting for ever",
        "conversations/decisions.py",
        "self._neglected if self._count % 4 == 0 else self._urgent",
        ("tests/conversations/test_working.py::test_no_lane_starves_behind_a_flood",),
        "self._urgent",
    ),
    Guard(
        "people's words have their turn in a flood",
        "a flood of what comes in would keep a rep's words waiting",
        "conversations/decisions.py",
        'URGENCY = {"inbound": 0, "person": 0, "bot": 0,',
        (
            (
                "tests/conversations/test_working.py::test_a_flood_does_not_keep_peoples_words_or_the"
                "_bots_waiting"
            ),
        ),
        'URGENCY = {"inbound": 0, "person": 1, "bot": 1,',
    ),
    Guard(
        "what a person wrote on waits behind what broke",
        "a customer's second message would be filed before the first",
        ITEMS,
        "                items = _without(item.conversation_key, items)\n",
        ("tests/conversations/test_working_together.py::test_what_a_person_wrote_waits_behind_what_broke",),
        "                pass\n",
    ),
    Guard(
        "what is left unread is looked at again",
        "the rest of a pile would wait for a sweep",
        "conversations/tasks.py",
        "            nudge(read_deliveries)\n",
        (f"{READING_TOGETHER}::test_what_is_left_after_a_while_is_looked_at_again",),
    ),
    Guard(
        "late words leave the address",
        "replies would go to where a customer wrote from long ago",
        "conversations/services/receiving.py",
        "    if latest and given.sent_at < latest:\n        return\n",
        (f"{ADDRESSES}::test_older_words_change_neither_the_address_nor_that_nobody_is_reached",),
    ),
    Guard(
        "an address they gave up",
        "replies would go to a number that is somebody else's by now",
        "conversations/services/receiving.py",
        "sender if sender == before else address_now(conversation, sender)\n",
        (
            f"{ADDRESSES}::test_a_late_message_from_the_old_number_does_not_bring_it_back",
            f"{ADDRESSES}::test_a_thread_that_it_opens_is_answered_at_the_new_number",
        ),
        "sender\n",
    ),
    Guard(
        "what a person edited stays in its workspace",
        "who may mend a delivery could write into the conversations of another workspace",
        DELIVERIES,
        "    if delivery.edited_at is None:\n",
        (
            f"{DEAD}::test_what_a_person_edited_is_filed_in_its_own_workspace_only",
            f"{DEAD}::test_a_part_that_a_person_edited_is_filed_in_its_own_workspace_only",
        ),
        "    if True:\n",
    ),
)
