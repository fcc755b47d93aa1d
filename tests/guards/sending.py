"""What goes out: in order, once, only while it is right, and no faster than the provider takes it."""

from tests.guards.guard import Guard

CLAIMING = "conversations/services/claiming.py"
OUTCOMES = "conversations/services/outcomes.py"
RECHECKS = "conversations/services/rechecks.py"
PACING = "conversations/services/pacing.py"
QUEUEING = "conversations/services/queueing.py"
DECISIONS = "conversations/decisions.py"
SENDING = "tests/conversations/test_sending.py"
RACES = "tests/conversations/test_sending_races.py"
LOOPBACK = "tests/conversations/test_loopback.py"
WORKING = "tests/conversations/test_working.py"
PAGES = "tests/conversations/test_later_pages.py"
RECEIPTS = "tests/conversations/test_receipts.py"

GUARDS = (
    Guard(
        "the lock of a claim",
        "two workers would send one message, or the bot would speak after a takeover",
        CLAIMING,
        (
            '    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)\n'
            '    return rows.select_related("channel", "contact")'
        ),
        (f"{RACES}::test_a_claim_waits_for_a_takeover_that_has_begun",),
        '    rows = Conversation.objects.all()\n    return rows.select_related("channel", "contact")',
    ),
    Guard(
        "the lease of a send",
        "a second worker would send what the first is just sending",
        CLAIMING,
        (
            "    now = timezone.now()\n"
            "    if row.lease_until and row.lease_until > now:\n"
            "        return False\n"
        ),
        (f"{RACES}::test_what_a_worker_is_sending_is_left_alone",),
        "    now = timezone.now()\n",
    ),
    Guard(
        "a worker that died while sending",
        "what it was sending would be sent again although it may have gone out",
        CLAIMING,
        "    if row.lease_until and row.status == MessageStatus.QUEUED:\n",
        (f"{SENDING}::test_a_worker_killed_while_sending_leaves_it_unknown",),
        "    if False:\n",
    ),
    Guard(
        "the head of a conversation's line",
        "a later message would overtake one that must be tried again",
        CLAIMING,
        "            if not _is_free(actor, row):\n                return None\n",
        (f"{SENDING}::test_a_passing_refusal_is_tried_again_in_order",),
        "            if not _is_free(actor, row):\n                continue\n",
    ),
    Guard(
        "the order of a thread",
        "messages would go out in any order",
        CLAIMING,
        'rows.filter(sequence__gt=after).order_by("sequence").first()',
        (f"{SENDING}::test_many_messages_go_out_in_their_order",),
        'rows.exclude(sequence=after).order_by("-sequence").first()',
    ),
    Guard(
        "the fencing token of a send",
        "a worker that was thought dead would write over what is known since",
        OUTCOMES,
        "rows.filter(pk=claim.message_id, lease_token=claim.token).first()",
        (f"{SENDING}::test_a_failure_that_comes_after_the_lease_changes_nothing",),
        "rows.filter(pk=claim.message_id).first()",
    ),
    Guard(
        "an answer that comes after the lease",
        "what the provider took would be sent again",
        OUTCOMES,
        "        _mark_sent_late(claim, accepted)\n        return\n",
        (f"{SENDING}::test_an_answer_that_comes_after_the_lease_is_not_lost",),
        "        return\n",
    ),
    Guard(
        "no answer is not a failure",
        "what the provider may have taken would be sent again",
        OUTCOMES,
        (
            '        elif error.kind == "unknown":\n'
            "            note_failure(row.channel)\n"
            "            mark_unknown(actor, row, error.text)\n"
        ),
        (f"{SENDING}::test_without_a_clear_answer_it_is_unknown_and_not_sent_again",),
        '        elif error.kind == "unknown":\n            _try_later(actor, row, error)\n',
    ),
    Guard(
        "a broken account pauses its channel",
        "every message of the channel would fail of one expired token",
        OUTCOMES,
        "        _pause(actor, row.channel_id, error)\n",
        (
            f"{SENDING}::test_a_broken_account_pauses_the_channel_and_burns_no_attempt",
            f"{LOOPBACK}::test_an_expired_token",
        ),
        "        pass\n",
    ),
    Guard(
        "an account's trouble burns no attempt",
        "messages would be given up because of a token",
        OUTCOMES,
        "        row.attempts -= 1  # not the message's fault: no attempt is burned\n",
        (f"{SENDING}::test_a_broken_account_pauses_the_channel_and_burns_no_attempt",),
        "        pass\n",
    ),
    Guard(
        "Retry-After",
        "the provider would be asked again before it wants to be",
        DECISIONS,
        "    return timedelta(seconds=max(spread, retry_after or 0.0))\n",
        (f"{SENDING}::test_the_providers_own_wish_to_wait_counts",),
        "    return timedelta(seconds=spread)\n",
    ),
    Guard(
        "Retry-After of a whole account",
        "a number that is too fast would knock again before its provider wants it to",
        DECISIONS,
        "max(random.uniform(1.0, 5.0), retry_after or 0.0))",
        (f"{SENDING}::test_the_providers_own_wish_to_wait_counts",),
        "random.uniform(1.0, 5.0))",
    ),
    Guard(
        "Retry-After of one person",
        "who is written to too fast would be written to again before the provider wants it",
        DECISIONS,
        "max(min(MAX_WAIT, 4.0 ** max(1, attempt)), retry_after or 0.0))",
        (f"{SENDING}::test_the_providers_own_wish_to_wait_counts",),
        "min(MAX_WAIT, 4.0 ** max(1, attempt)))",
    ),
    Guard(
        "the limit of one person waits fourfold",
        "a person the provider guards would be written to every few seconds",
        DECISIONS,
        "    if is_pair:\n",
        (f"{SENDING}::test_a_limit_for_one_person_waits_longer_each_time",),
        "    if False:\n",
    ),
    Guard(
        "a slow account waits as a whole",
        "the other messages of a number that is too fast would go on knocking",
        OUTCOMES,
        "        wait = note_throttled(row.channel, error.retry_after)\n",
        (f"{LOOPBACK}::test_a_number_that_is_too_fast_waits_as_a_whole",),
        "        pass\n",
    ),
    Guard(
        "the cap on sends",
        "a message nobody takes would be tried for ever",
        RECHECKS,
        "    if row.attempts >= decisions.MAX_ATTEMPTS:\n",
        (f"{SENDING}::test_it_is_given_up_after_eight_attempts",),
        "    if False:\n",
    ),
    Guard(
        "the limit for one person",
        "the provider would refuse and hold back what is sent to one person too fast",
        PACING,
        "    wait = _wait_of_pair(conversation, now) or _wait_of_number(channel, now)\n",
        (f"{LOOPBACK}::test_sixty_messages_to_one_person_while_others_are_served",),
        "    wait = _wait_of_number(channel, now)\n",
    ),
    Guard(
        "the limit of one number",
        "the provider would refuse what a number sends too fast",
        PACING,
        " or _wait_of_number(channel, now)\n    if not wait",
        (f"{WORKING}::test_a_worker_comes_back_for_what_had_to_wait_a_moment",),
        "\n    if not wait",
    ),
    Guard(
        "the budget of retries",
        "retries would become a storm of their own",
        PACING,
        "        wait = _wait_of_budget(channel, now)\n    if wait",
        (f"{LOOPBACK}::test_retries_are_a_small_part_of_the_traffic",),
        "        pass\n    if wait",
    ),
    Guard(
        "the breaker",
        "a provider that is down would be asked by every message",
        PACING,
        "    if failures >= decisions.BREAKS_AFTER:\n",
        (f"{LOOPBACK}::test_a_provider_that_is_down_for_long_is_left_alone",),
        "    if False:\n",
    ),
    Guard(
        "one message tries a broken account",
        "all waiting messages would try it at once",
        PACING,
        "    return Channel.objects.filter(pk=channel.pk, **seen).update(**mine) == 1\n",
        ("tests/conversations/test_pausing.py::test_only_one_message_tries_a_broken_account",),
        "    return True\n",
    ),
    Guard(
        "a person's pause holds",
        "what an admin has stopped would go out all the same",
        PACING,
        " or channel.is_paused_by_person:\n",
        ("tests/conversations/test_pausing.py::test_a_persons_pause_outlasts_a_provider_that_was_down",),
        ":\n",
    ),
    Guard(
        "reconciliation before a second send",
        "a bot's answer whose receipt waits to be read would reach the customer twice",
        RECHECKS,
        "    if is_young and (were_away or selectors.is_receipt_waiting(row)):\n",
        (f"{SENDING}::test_nothing_is_repeated_while_its_receipt_waits_to_be_read",),
        "    if is_young and were_away:\n",
    ),
    Guard(
        "listening once more after an absence",
        "what was answered while the house was away would be said again",
        RECHECKS,
        "    were_away = _nobody_looked(row, now)\n",
        (
            (
                "tests/conversations/test_away.py::test_after_an_absence_it_listens_once_more_before_"
                "it_says_it_again"
            ),
        ),
        "    were_away = False\n",
    ),
    Guard(
        "a person's words are never repeated by themselves",
        "a customer would get a rep's words twice",
        DECISIONS,
        '    return author_kind in {"agent", "system"}\n',
        (f"{SENDING}::test_a_persons_words_are_never_said_twice_by_themselves",),
        "    return True\n",
    ),
    Guard(
        "a second send of the bot is the last",
        "an answer nobody confirms would be said for ever",
        RECHECKS,
        "is_safe and row.times_unknown < MAX_TIMES_UNKNOWN:",
        (f"{SENDING}::test_without_a_receipt_the_bot_says_it_once_more_and_then_a_person_decides",),
        "is_safe:",
    ),
    Guard(
        "a receipt names our message",
        "a send whose answer was lost would never be known",
        "conversations/services/receipts.py",
        "    return found or rows.filter(pk__in=_our_ids(receipt.opaque)).first()\n",
        (
            f"{SENDING}::test_a_receipt_with_our_own_id_settles_it",
            f"{LOOPBACK}::test_an_accepted_message_whose_answer_is_lost",
        ),
        "    return found\n",
    ),
    Guard(
        "receipts that were faster than our answer",
        "a message that was read would stay sent for ever",
        OUTCOMES,
        "        match_parked_receipts(actor, row)\n",
        (f"{RECEIPTS}::test_receipts_before_our_own_answer_are_parked_and_matched",),
        "        pass\n",
    ),
    Guard(
        "the shown status never goes back",
        "a message that was read would become delivered again",
        DECISIONS,
        "    return told if RANK[told] > RANK[current] else current\n",
        (
            f"{RECEIPTS}::test_a_status_never_goes_back",
            f"{RECEIPTS}::test_any_order_ends_at_read_with_every_time",
        ),
        "    return told\n",
    ),
    Guard(
        "a failure after delivery",
        "a message that has arrived would be shown as failed",
        DECISIONS,
        '        return "failed" if current in {"queued", "unknown", "sent"} else current\n',
        (f"{RECEIPTS}::test_a_failure_only_counts_before_delivery",),
        '        return "failed"\n',
    ),
    Guard(
        "a receipt that came while a failure was on its way",
        "bad news would undo what the customer's phone has confirmed",
        OUTCOMES,
        "        if row.status != MessageStatus.QUEUED:  # a receipt was faster and knows better\n",
        (f"{SENDING}::test_bad_news_never_undoes_a_receipt",),
        "        if False:\n",
    ),
    Guard(
        "the same cause sends once",
        "a turn that is carried out a second time would answer twice",
        QUEUEING,
        (
            "    if cause and (known := Message.objects.filter(workspace_id=actor.workspace_id, "
            "cause=cause).first()):\n"
            "        return known\n"
        ),
        (f"{SENDING}::test_the_same_cause_sends_once",),
    ),
    Guard(
        "the window at the moment of sending",
        "a free text would be sent after its 24 hours",
        RECHECKS,
        (
            "    if not verdict.ok:\n"
            "        fail(actor, row, verdict.code, verdict.reason)\n"
            "        return False\n"
        ),
        (f"{SENDING}::test_a_window_that_closed_meanwhile_is_refused_at_the_claim",),
    ),
    Guard(
        "the window at every door",
        "a free text would be queued that can't be sent",
        QUEUEING,
        (
            "    if not verdict.ok:\n"
            "        raise CannotSendError(verdict.code, verdict.reason)\n"
            "    if quoting"
        ),
        (f"{SENDING}::test_a_closed_window_is_refused_at_every_door",),
        "    if quoting",
    ),
    Guard(
        "the window's margin",
        "what is sent in the last moment would meet a closed window",
        DECISIONS,
        "    closes_at = window_expires_at - WINDOW_MARGIN if window_expires_at else None\n",
        (f"{SENDING}::test_what_can_be_sent_when",),
        "    closes_at = window_expires_at\n",
    ),
    Guard(
        "who wants no offers gets none",
        "an offer would go to somebody who has said stop",
        "conversations/selectors/consents.py",
        "        has_opted_out=is_offer and has_opted_out(contact_id, channel_id),\n",
        ("tests/conversations/test_composer.py::test_who_wants_no_offers_gets_none",),
        "        has_opted_out=False,\n",
    ),
    Guard(
        "offers the provider holds back",
        "an offer would be refused by the provider, and count against the number",
        "conversations/selectors/consents.py",
        "        held_until=held_until(contact_id, channel_id) if is_offer else None,\n",
        ("tests/conversations/test_meta_notices.py::test_offers_wait_and_answers_do_not",),
    ),
    Guard(
        "a stop while an offer waits",
        "an offer that was queued before the customer said stop would go out after it",
        "conversations/selectors/threads.py",
        "    return can_use_template(conversation, *template) if template and verdict.ok else verdict\n",
        (
            (
                "tests/conversations/test_composer.py::test_an_offer_that_waits_is_not_sent_once_the_"
                "customer_said_stop"
            ),
        ),
        (
            "    return can_use_template(conversation, *template) if template and verdict.ok and "
            "not is_queued else verdict\n"
        ),
    ),
    Guard(
        "no transaction while a provider is called",
        "locks would be held as long as the provider takes",
        "conversations/services/sending.py",
        "        _carry_out(claim)\n        sent += 1\n",
        (f"{RACES}::test_no_transaction_is_open_while_the_provider_is_called",),
        (
            '        with __import__("django.db.transaction").db.transaction.atomic():\n'
            "            _carry_out(claim)\n"
            "        sent += 1\n"
        ),
    ),
    Guard(
        "an edit of a dead letter keeps its names",
        "what is done already could be done again under another name",
        "conversations/services/dead_letters.py",
        "        if name in was and was[name] != now[name]:\n",
        ("tests/conversations/test_dead_letters.py::test_a_reading_can_be_edited_but_not_what_names_it",),
        "        if False:\n",
    ),
    Guard(
        "only what is dead is replayed",
        "a replay of a replay would send a second time",
        "conversations/services/dead_letters.py",
        (
            "    if not _dead_messages().filter(pk=pk, "
            "workspace_id=actor.workspace_id).exists():\n"
            "        raise NotDeadError\n"
        ),
        ("tests/conversations/test_dead_letters.py::test_a_reply_is_sent_once_when_it_is_replayed",),
    ),
    Guard(
        "who asked for a replay is asked again",
        "a run would go on in the name of somebody who may no more",
        "crm/services/replaying.py",
        (
            '    return actor if actor and actor.may("deadletters.replay") and '
            'actor.may("deadletters.view") else None\n'
        ),
        ("tests/conversations/test_dead_letters.py::test_a_run_stops_when_who_asked_for_it_may_no_more",),
        "    return actor\n",
    ),
    Guard(
        "a broadcast's form is its cause",
        "a double click would send a template twice to everybody",
        "conversations/views/broadcasts.py",
        '        cause=f"broadcast:{actor.user_id}:{key}" if key else None,\n',
        (f"{PAGES}::test_a_form_that_is_sent_twice_plans_one_broadcast",),
    ),
    Guard(
        "the same cause never plans twice",
        "a double click would send a template twice to everybody",
        "conversations/services/broadcasting.py",
        "    return Broadcast.objects.get_or_create(workspace_id=actor.workspace_id, cause=cause, defaults=given)\n",
        (f"{PAGES}::test_a_form_that_is_sent_twice_plans_one_broadcast",),
        "    return Broadcast.objects.create(workspace_id=actor.workspace_id, **given), True\n",
    ),
    Guard(
        "the database keeps one: broadcast_cause_once",
        "two presses at one moment would send a template twice to everybody",
        "conversations/migrations/0025_broadcasts_once.py",
        (
            "        migrations.AddConstraint(\n"
            "            model_name='broadcast',\n"
            "            constraint=models.UniqueConstraint("
            "fields=('workspace', 'cause'), name='broadcast_cause_once'),\n"
            "        ),\n"
        ),
        ("tests/conversations/test_kept_once.py::test_a_form_plans_one_broadcast",),
    ),
)
