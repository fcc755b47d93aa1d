"The inbox: what is taken back, who is seen to be there, and what the bot is told of the time it was out."

from tests.guards.guard import Guard

ACTS = "conversations/services/acts.py"
LIST = "tests/conversations/test_inbox_list.py"
WIRE = "crm/consumers.py"
PRESENCE = "tests/conversations/test_presence.py"

GUARDS = (
    Guard(
        "inbox: what was changed since is not taken back",
        "an undo would take a conversation from the colleague who has it now",
        ACTS,
        "    if any(now[name] != after[name] for name in names):\n",
        (f"{LIST}::test_one_thing_done_to_many_and_taken_back",),
        "    if False:\n",
    ),
    Guard(
        "inbox: an act is taken back once",
        "a second press would take back what somebody did after the first",
        ACTS,
        "    if row.undone_at is not None:\n",
        (f"{LIST}::test_one_thing_done_to_many_and_taken_back",),
        "    if False:\n",
    ),
    Guard(
        "inbox: an act is taken back soon or not at all",
        "an old page's button would reopen what was closed days ago",
        ACTS,
        "    if timezone.now() > row.created_at + UNDO_WITHIN:\n",
        (f"{LIST}::test_nobody_takes_back_anothers_act_nor_an_old_one",),
        "    if False:\n",
    ),
    Guard(
        "presence: who may see it no more",
        "who lost a conversation would go on typing in it before everybody's eyes",
        WIRE,
        (
            "        if not await database_sync_to_async(live.may_watch)(self.actor, topic):\n"
            "            await self._unsubscribe(topic)\n"
        ),
        (f"{PRESENCE}::test_who_may_see_it_no_more_is_not_passed_on",),
        "        if False:\n            await self._unsubscribe(topic)\n",
    ),
    Guard(
        "presence: who tells too often",
        "one browser could keep everybody else's busy",
        WIRE,
        " or not live.shows_watchers(topic) or self._hurries(topic):\n",
        (f"{PRESENCE}::test_who_tells_too_often_is_not_passed_on",),
        " or not live.shows_watchers(topic):\n",
    ),
    Guard(
        "a time without a zone is on the clock of who types it",
        "what is to go out at three would go out hours earlier, for whoever lives elsewhere",
        "conversations/views/later.py",
        "timezone.make_aware(moment) if",
        (
            "tests/conversations/test_later_pages.py::test_a_time_is_on_the_clock_of_who_types_it",
            "tests/conversations/test_later_pages.py::test_a_broadcast_goes_out_by_the_clock_of_who_plans_it",
        ),
        "moment.replace(tzinfo=timezone.get_default_timezone()) if",
    ),
    Guard(
        "a digest tells what was said",
        "the bot would go by words the customer never got",
        "conversations/services/digests.py",
        ".exclude(status__in=NOT_SAID)",
        ("tests/conversations/test_digests.py::test_only_what_was_said_meanwhile_is_told",),
    ),
)
