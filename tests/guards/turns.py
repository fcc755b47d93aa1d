"""Whose turn it is to speak: the bot's in its own time only, a person's before all, the customer's newest words."""

from tests.guards.guard import Guard

RECHECKS = "conversations/services/rechecks.py"
QUEUEING = "conversations/services/queueing.py"
OWNERSHIP = "conversations/services/ownership.py"
SENDING = "tests/conversations/test_sending.py"
RACES = "tests/conversations/test_sending_races.py"
WORKING = "tests/conversations/test_working.py"
OWNERS = "tests/conversations/test_ownership.py"
TURNS = "tests/agents/floor/test_turn_races.py"
OPT_OUTS = "tests/agents/floor/test_opt_outs.py"
BATCHING = "tests/agents/floor/test_turn_batching.py"
UNDONE = "tests/agents/floor/test_undone_acts.py"
SLOW = "tests/agents/floor/test_slow_models.py"
LANGCHAIN = "tests/agents/engine/test_langchain.py"

GUARDS = (
    Guard(
        "words that have come in are waited for",
        "somebody would be answered in the middle of what they have written",
        "agents/services/claiming.py",
        "    if _waits_for_words(talk, session, now):\n",
        (f"{BATCHING}::test_an_answer_waits_for_words_that_have_come_in",),
        "    if False:\n",
    ),
    Guard(
        "words that can't be filed are waited for a while only",
        "one message that can't be read would silence the agent for good",
        "agents/services/claiming.py",
        "    if now >= last or not",
        (f"{BATCHING}::test_words_that_can_not_be_filed_are_waited_for_a_while_only",),
        "    if not",
    ),
    Guard(
        "a look reads the end of what waits",
        "one person who writes ten thousand messages would keep every worker reading",
        "agents/services/scheduling.py",
        ", last=LOOKED_AT)\n",
        (f"{BATCHING}::test_a_look_reads_the_end_of_what_waits_however_much_that_is",),
        ")\n",
    ),
    Guard(
        "the bot's epoch when it queues",
        "the bot would answer in a conversation that a person has taken",
        QUEUEING,
        (
            "        if conversation.owner_kind != OwnerKind.AGENT or "
            "conversation.ownership_epoch != epoch:\n"
            "            raise BotSilencedError\n"
            "    elif"
        ),
        (
            f"{SENDING}::test_the_bot_only_writes_in_its_own_time",
            f"{RACES}::test_a_bot_that_decides_while_a_person_takes_over_is_silent",
        ),
        "        pass\n    elif",
    ),
    Guard(
        "the bot's epoch at the claim",
        "what the bot had decided before a takeover would go out after it",
        RECHECKS,
        "    if row.epoch != conversation.ownership_epoch:\n",
        (f"{OWNERS}::test_the_claim_itself_asks_who_owns_it",),
        "    if False:\n",
    ),
    Guard(
        "a takeover takes back what waits",
        "what the bot had queued would stay in the thread as if it were still to come",
        OWNERSHIP,
        '    cancel_bot_messages(actor, conversation, gettext_noop("A person took over."))\n',
        (f"{OWNERS}::test_a_takeover_between_queue_and_claim_cancels",),
    ),
    Guard(
        "a takeover is a new epoch",
        "the bot's draft would be published into a rep's conversation",
        OWNERSHIP,
        'a new epoch, and what the bot had queued is cancelled."""\n    conversation.ownership_epoch += 1\n',
        (f"{TURNS}::test_a_rep_who_had_it_for_a_moment_while_the_bot_composed_silences_it_too",),
        'a new epoch, and what the bot had queued is cancelled."""\n',
    ),
    Guard(
        "a person who writes silences the bot",
        "bot and rep would answer at the same time",
        QUEUEING,
        "        silence_bot(actor, conversation, actor.user_id)\n",
        (f"{OWNERS}::test_a_persons_message_silences_the_bot",),
        "        pass\n",
    ),
    Guard(
        "newer words of the customer",
        "the bot would answer what the customer has just taken back",
        "conversations/services/receiving.py",
        "        interrupt_bot(actor, conversation)\n",
        (f"{WORKING}::test_newer_words_of_the_customer_take_back_what_the_bot_has_not_said",),
        "        pass\n",
    ),
    Guard(
        "newer words, asked once more at the claim",
        "a retry would go out that the customer's words have overtaken",
        RECHECKS,
        (
            "    if _is_overtaken(conversation, row):\n"
            '        drop(actor, conversation, row, "overtaken")\n'
            "        return False\n"
        ),
        (f"{WORKING}::test_a_retry_that_was_overtaken_is_not_sent",),
    ),
    Guard(
        "an answer that is too late",
        "the bot would answer half an hour later, as if nothing were",
        RECHECKS,
        (
            "    if is_late(row, timezone.now()):\n"
            '        drop(actor, conversation, row, "late")\n'
            "        return False\n"
        ),
        (f"{WORKING}::test_a_bots_answer_that_is_too_late_is_left_to_a_person",),
    ),
    Guard(
        "no transaction while a model thinks",
        "locks would be held as long as a model takes",
        "agents/services/turns.py",
        "        outcome = think(claim)\n",
        (f"{TURNS}::test_no_transaction_is_open_while_the_model_thinks",),
        (
            '        with __import__("django.db.transaction").db.transaction.atomic():\n'
            "            outcome = think(claim)\n"
        ),
    ),
    Guard(
        "the lease of a turn",
        "two workers would think about one answer and both say theirs",
        "agents/services/claiming.py",
        (
            "    if session.lease_until and session.lease_until > now:\n"
            "        return None, None  # somebody is at it; they look again when they are done\n"
        ),
        (f"{TURNS}::test_two_workers_publish_one_turn",),
    ),
    Guard(
        "a turn waits for its model less long than its lease lasts",
        "a model that stalls would outlive the lease of each try, and the customer would get no answer at all",
        "agents/llm/langchain.py",
        "        left = self.until - time.monotonic()\n",
        (
            f"{SLOW}::test_a_model_that_stalls_is_replaced_before_the_lease_ends",
            f"{LANGCHAIN}::test_once_the_time_of_a_turn_is_up_the_provider_is_asked_no_more",
        ),
        "        left = A_CALL\n",
    ),
    Guard(
        "the time of a turn begins with its claim",
        "a worker that stood still after its claim would still wait for the model, beyond its lease",
        "agents/services/turns.py",
        " - (timezone.now() - claim.started_at).total_seconds()",
        (f"{SLOW}::test_a_worker_that_lost_its_time_before_it_asks_does_not_wait_for_a_model",),
    ),
    Guard(
        "a model is asked once",
        "a provider could let a turn sleep for two minutes between two tries",
        "agents/llm/langchain.py",
        "            max_retries=0,\n",
        (f"{LANGCHAIN}::test_a_provider_that_wants_us_to_wait_is_asked_once",),
        "            max_retries=1,\n",
    ),
    Guard(
        "the time for a model fits into the lease",
        "an operator could give a model more time than the lease has, and lose every slow turn",
        "config/settings/topics/queue.py",
        "if env.MODEL_TIMEOUT > env.CLAIM_LEASE * 3 / 4:\n",
        ("tests/config/test_settings.py::test_what_is_unwise_is_said",),
        "if False:\n",
    ),
    Guard(
        "what the bot may not answer now stays unanswered",
        "an act that is taken back would have swallowed what the customer wrote",
        "agents/services/claiming.py",
        "        stand_down(session)\n",
        (f"{UNDONE}::test_what_was_not_answered_yet_is_answered_once_it_is_taken_back",),
        "        rest(session, talk.conversation.last_inbound_sequence)\n",
    ),
    Guard(
        "what a silenced turn has read stays unanswered",
        "an act in the middle of a turn that is taken back would have swallowed what the customer wrote",
        "agents/services/publishing.py",
        "    stand_down(session)\n",
        (f"{UNDONE}::test_what_the_bot_was_thinking_about_meanwhile_is_answered_too",),
        "    rest(session, talk.conversation.last_inbound_sequence)\n",
    ),
    Guard(
        "an answer that was taken from the queue is owed again",
        "a customer would get no answer after an act that is taken back",
        "conversations/services/owing.py",
        "    if last and last.sequence > by_people and _was_taken_back(last):\n",
        (f"{UNDONE}::test_an_answer_that_was_taken_from_the_queue_is_given_anew",),
        "    if False:\n",
    ),
    Guard(
        "the bot does not answer what a person has",
        "after an act that is taken back the customer would be answered twice",
        "conversations/services/owing.py",
        "    conversation.agent_from_sequence = max(conversation.agent_from_sequence, by_people)\n",
        (f"{UNDONE}::test_what_a_person_has_answered_meanwhile_the_bot_does_not",),
    ),
    Guard(
        "the fencing token of a turn",
        "a worker that was thought dead would say its answer beside the new one",
        "agents/services/publishing.py",
        (
            "        if session.lease_token != claim.token:  # thought dead: somebody else "
            "answers, or has answered\n"
        ),
        (f"{TURNS}::test_only_the_holder_of_the_lease_publishes",),
        "        if False:\n",
    ),
    Guard(
        "the epoch of a turn",
        "an answer composed before a takeover would be said after it",
        "agents/services/publishing.py",
        (
            "    if not talk.is_bots or talk.conversation.ownership_epoch != claim.epoch:\n"
            "        return TurnOutcome.SILENCED\n"
        ),
        (f"{TURNS}::test_a_rep_who_takes_over_while_the_bot_composes_silences_it",),
    ),
    Guard(
        "a turn of an epoch that is over",
        "what was composed before a rep had the conversation for a moment would be said after it",
        "agents/services/publishing.py",
        " or talk.conversation.ownership_epoch != claim.epoch:",
        (f"{TURNS}::test_a_rep_who_had_it_for_a_moment_while_the_bot_composed_silences_it_too",),
        ":",
    ),
    Guard(
        "a newer message drops the draft",
        "the bot would answer half of what was said",
        "agents/services/publishing.py",
        "    if has_newer and session.restarts < MAX_RESTARTS:\n        return TurnOutcome.SUPERSEDED\n",
        (
            (
                "tests/agents/floor/test_turn_restarts.py::test_a_newer_message_drops_the_draft_and_b"
                "oth_are_answered"
            ),
        ),
    ),
    Guard(
        "drafts are dropped twice at most",
        "who writes all the time would never be answered",
        "agents/services/publishing.py",
        "has_newer and session.restarts < MAX_RESTARTS:",
        ("tests/agents/floor/test_turn_restarts.py::test_at_most_two_drafts_are_dropped",),
        "has_newer:",
    ),
    Guard(
        "the cap on turns",
        "a turn that kills its worker would kill one after the other, and the customer would hear nothing",
        "agents/services/claiming.py",
        (
            "    if session.attempts >= MAX_ATTEMPTS:  # a turn that stops its worker never "
            "reaches an error handler\n"
        ),
        (("tests/agents/floor/test_turn_failures.py::test_a_turn_that_kills_its_worker_ends_with_a_person"),),
        "    if False:\n",
    ),
    Guard(
        "when to answer is not asked of the queue",
        "a customer's answer would not even be planned until a flood of another workspace's nudges was through",
        "agents/reactions.py",
        "    put(tasks.schedule_turns, envelope.event.conversation_id, envelope.event.conversation_id)\n",
        (f"{TURNS}::test_the_time_is_set_where_the_message_was_kept",),
        "    nudge(tasks.run_turn, conversation_id=envelope.event.conversation_id)\n",
    ),
    Guard(
        "what follows messages stands in nobody's walls",
        "an answer owed in one workspace would wait for a sweep whenever another one is sent to in the same stretch",
        "crm/core/gathering.py",
        "        with walls.nowhere():  # it",
        (
            "tests/agents/floor/test_turns_in_turn.py"
            "::test_when_to_answer_is_set_although_another_workspace_is_sent_to_meanwhile",
        ),
        "        if True:  # it",
    ),
    Guard(
        "every channel's share of what is read",
        "a flood of one workspace would keep the messages of all others unread",
        "conversations/selectors/waiting.py",
        "ORDER BY first.place, first.next_at LIMIT %(limit)s\n",
        (
            "tests/conversations/test_reading_together.py"
            "::test_every_channel_has_its_share_of_what_is_taken_along",
        ),
        "ORDER BY first.next_at LIMIT %(limit)s\n",
    ),
    Guard(
        "who says stop gets no offers",
        "somebody to whom the bot has promised silence would get the next broadcast",
        "agents/services/effects.py",
        "            _end_offers(claim, effect)\n",
        (f"{OPT_OUTS}::test_who_says_stop_gets_no_offers_until_they_say_yes_to_them",),
        "            pass\n",
    ),
    Guard(
        "a stop is heard in a turn that says nothing",
        "who says stop while a person is called for would go on getting offers",
        "agents/decisions/policy.py",
        "    _heed_opt_out(turn)\n    for step",
        (
            "tests/agents/engine/test_policy.py::test_an_opt_out_is_heard_where_nothing_is_said_to_it",
            "tests/agents/engine/test_policy.py::test_an_opt_out_with_a_threat_is_heard_and_goes_to_a_person",
        ),
        "    for step",
    ),
    Guard(
        "a retry by hand counts as of now: lateness",
        "an answer that a person sends again would be taken back as too late",
        RECHECKS,
        "now - row.decided_at >= decisions.BOT_PATIENCE",
        (f"{WORKING}::test_a_bots_answer_that_a_person_sends_again_goes_out",),
        "now - row.created_at >= decisions.BOT_PATIENCE",
    ),
    Guard(
        "a retry by hand counts as of now: the sweep",
        "an answer that a person sends again would be looked at over and over as one that is late",
        "conversations/selectors/waiting.py",
        "    late &= Q(retried_at__isnull=True) | Q(retried_at__lte=patience)\n",
        (f"{WORKING}::test_a_bots_answer_that_a_person_sends_again_goes_out",),
    ),
    Guard(
        "a retry by hand counts as of now: newer words",
        "an answer that a person sends again would be taken back for words which that person has seen",
        RECHECKS,
        "        newer = [m for m in newer if m.created_at > row.retried_at]\n",
        (f"{WORKING}::test_a_bots_answer_that_a_person_sends_again_goes_out",),
        "        pass\n",
    ),
)
