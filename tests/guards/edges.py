"The edges of the house: what goes out of it, what files do, what browsers are told, and the ledger that counts."

from tests.guards.guard import Guard

ADDRESSES = "crm/core/outgoing/addresses.py"
WIRES = "crm/core/outgoing/wires.py"
FILES = "crm/core/files.py"
OUT = "tests/crm/test_outgoing.py"
KINDS = "tests/crm/test_files.py"
MEDIA = "tests/conversations/test_media.py"
HEADERS = "tests/config/test_headers.py"
LEDGER = "tests/agents/floor/test_ledger.py"
CELERY = "tests/config/test_celery.py"

GUARDS = (
    Guard(
        "tasks keep their connection",
        "each look for work would cost PostgreSQL a new process, more than the work itself",
        "config/settings/topics/queue.py",
        "CELERY_DB_REUSE_MAX = sys.maxsize",
        (f"{CELERY}::test_a_task_has_the_connection_of_the_one_before_it",),
        "CELERY_DB_REUSE_MAX = None",
    ),
    Guard(
        "a connection that was cut gives way",
        "after a restart of the database every worker process would fail one task",
        "config/celery.py",
        "            connection.close_if_unusable_or_obsolete()\n",
        (f"{CELERY}::test_a_connection_that_was_cut_between_two_tasks_gives_way_to_a_new_one",),
        "            pass\n",
    ),
    Guard(
        "addresses inside the house",
        "an address from outside could make us call our own database or the machine's secrets",
        WIRES,
        "            refuse_inside(host, port, found)\n",
        (f"{OUT}::test_no_address_inside_is_ever_called",),
        "            pass\n",
    ),
    Guard(
        "every answer of the resolver is judged",
        "a name with one open and one inner address would lead inside",
        ADDRESSES,
        "    if inside or not found:\n",
        (f"{OUT}::test_no_address_inside_is_ever_called",),
        "    if len(inside) == len(found):\n",
    ),
    Guard(
        "addresses that carry another",
        "::ffff:127.0.0.1 and its kin would lead inside",
        ADDRESSES,
        "    if address.version == 6 and any(address in net for net in CARRIERS):\n        return False\n",
        (f"{OUT}::test_no_address_inside_is_ever_called",),
    ),
    Guard(
        "addresses in disguise",
        "2130706433 or 0x7f.1 would lead inside where a resolver reads it so",
        ADDRESSES,
        "    if not _HOST.fullmatch(host) or _is_disguised(host):\n",
        (f"{OUT}::test_no_address_inside_is_ever_called",),
        "    if not _HOST.fullmatch(host):\n",
    ),
    Guard(
        "other ports than the web's",
        "an address from outside could make us talk to a mail server or a queue",
        ADDRESSES,
        "    if port not in PORTS.values():\n",
        (f"{OUT}::test_other_ports_than_the_webs_are_not_called",),
        "    if False:\n",
    ),
    Guard(
        "other schemes than the web's",
        "file: and gopher: would be tried",
        ADDRESSES,
        "    if parsed.scheme not in PORTS:\n",
        (f"{OUT}::test_other_schemes_than_the_webs_name_nobody",),
        "    if False:\n",
    ),
    Guard(
        "redirects are not followed",
        "an honest address could lead inside at its second step",
        "crm/core/outgoing/calls.py",
        "        follow_redirects=False,\n",
        (f"{OUT}::test_a_redirect_is_an_answer_and_is_not_followed",),
        "        follow_redirects=True,\n",
    ),
    Guard(
        "connecting to what was judged",
        "a name could answer differently when it is asked a second time",
        WIRES,
        "                    address, port, _left(timeout), local_address, socket_options or ()\n",
        (f"{OUT}::test_a_name_that_changes_its_mind_is_asked_once",),
        "                    host, port, _left(timeout), local_address, socket_options or ()\n",
    ),
    Guard(
        "the size of an answer",
        "an answer without end would fill the memory of a worker",
        WIRES,
        "            if size > self._most:\n",
        (f"{OUT}::test_an_answer_that_is_too_large_is_not_read",),
        "            if False:\n",
    ),
    Guard(
        "packed answers",
        "a small answer could unpack to any size",
        WIRES,
        '    if headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:\n',
        (f"{OUT}::test_a_packed_answer_is_not_unpacked",),
        "    if False:\n",
    ),
    Guard(
        "one deadline for a whole call",
        "a drip of bytes would hold a worker for ever",
        WIRES,
        "        return self._inner.read(max_bytes, _left(timeout))\n",
        (f"{OUT}::test_a_drip_of_bytes_does_not_prolong_the_call",),
        "        return self._inner.read(max_bytes, timeout)\n",
    ),
    Guard(
        "a token goes to its own host only",
        "a made-up address of a file would be handed our token",
        "conversations/channels/whatsapp_meta/media.py",
        "    if not calls.same_origin(url, [account.base_url, MEDIA_HOST]):\n",
        (f"{MEDIA}::test_the_token_goes_to_no_other_host",),
        "    if False:\n",
    ),
    Guard(
        "a file is what its bytes say",
        "a page that calls itself a picture would be shown",
        FILES,
        (
            '    if _SECOND_NATURE.search(head) and (found.startswith("image/") or played):\n'
            "        return Nature(UNKNOWN)\n"
        ),
        (f"{KINDS}::test_what_could_run_or_is_two_things_is_only_a_file",),
    ),
    Guard(
        "a picture too large to paint",
        "a small file of endless pixels would stop the reader's browser",
        FILES,
        " and _pixels(found, head) <= MAX_PIXELS)",
        (f"{KINDS}::test_a_picture_too_large_to_paint_is_only_a_file",),
        ")",
    ),
    Guard(
        "archives that climb out",
        "an archive could write outside of its folder where somebody unpacks it",
        FILES,
        (
            '        if entry.filename.startswith(("/", "\\\\")) or ".." in re.split(r"[\\\\/]", '
            "entry.filename):\n"
        ),
        (f"{KINDS}::test_an_archive_that_climbs_out_is_refused",),
        "        if False:\n",
    ),
    Guard(
        "archives that unpack without end",
        "a bomb would fill the disk where somebody unpacks it",
        FILES,
        "        if entry.file_size > left:\n",
        (f"{KINDS}::test_a_bomb_is_refused_by_what_it_says",),
        "        if False:\n",
    ),
    Guard(
        "archives that lie",
        "a bomb could call itself small",
        FILES,
        "            while unpacked.read(1024 * 1024):\n                pass\n",
        (f"{KINDS}::test_a_bomb_that_lies_is_refused_by_what_comes_out",),
        "            pass\n",
    ),
    Guard(
        "a file's type is the real one",
        "a script that calls itself a picture would run on our pages",
        "conversations/views/files.py",
        (
            '    answer.headers["Content-Type"] = row.real_type if row.is_shown or row.is_played '
            "else UNKNOWN\n"
        ),
        (f"{MEDIA}::test_what_could_run_is_handed_out_as_bytes",),
        '    answer.headers["Content-Type"] = row.mime_type\n',
    ),
    Guard(
        "a file does nothing by itself",
        "a file opened by its address could run as our page",
        "conversations/views/files.py",
        '    answer.headers["Content-Security-Policy"] = ALONE\n',
        (f"{MEDIA}::test_what_could_run_is_handed_out_as_bytes",),
    ),
    Guard(
        "what came is what was sent",
        "a file that was cut on the way would be kept as whole",
        "conversations/services/fetching.py",
        "        _check_digest(scratch, task.sha256 or came.sha256)\n",
        (f"{MEDIA}::test_bytes_that_were_changed_on_the_way_are_brought_again",),
    ),
    Guard(
        "the fencing token of a file",
        "a worker that was thought dead would write over the one that followed it",
        "conversations/services/fetching.py",
        (
            "    return rows.filter(pk=task.media_id, lease_token=task.token, "
            "state=MediaState.PENDING).first()\n"
        ),
        (f"{MEDIA}::test_who_lost_the_lease_writes_nothing",),
        "    return rows.filter(pk=task.media_id).first()\n",
    ),
    Guard(
        "no script of others",
        "words of a customer that became markup could run",
        "config/settings/topics/csp.py",
        '        "script-src": [SELF],\n        "style-src": [SELF],\n',
        (f"{HEADERS}::test_every_kind_of_answer_is_strict",),
        '        "script-src": [SELF, UNSAFE_INLINE],\n        "style-src": [SELF],\n',
    ),
    Guard(
        "the content policy is sent",
        "pages would be told nothing of what they may do",
        "config/settings/topics/apps.py",
        '    "csp.middleware.CSPMiddleware",\n',
        (f"{HEADERS}::test_every_kind_of_answer_is_strict",),
    ),
    Guard(
        "nobody frames our pages",
        "another site could lay its own buttons over ours",
        "config/settings/topics/csp.py",
        '        "frame-ancestors": [NONE],\n',
        (f"{HEADERS}::test_every_kind_of_answer_is_strict",),
    ),
    Guard(
        "https for a year",
        "a browser would come once more without encryption",
        "config/settings/topics/security.py",
        "SECURE_HSTS_SECONDS = 31_536_000 if _https else 0\n",
        ("tests/config/test_settings.py::test_over_https_cookies_and_headers_are_strict",),
        "SECURE_HSTS_SECONDS = 0\n",
    ),
    Guard(
        "cookies are bound to this host",
        "a sibling host could plant a session",
        "config/settings/topics/security.py",
        'SESSION_COOKIE_NAME = "__Host-sessionid" if _https else "sessionid"\n',
        (f"{HEADERS}::test_over_https_cookies_are_bound_to_this_host",),
        'SESSION_COOKIE_NAME = "sessionid"\n',
    ),
    Guard(
        "scripts can't read the session",
        "a script that got in could carry the session away",
        "config/settings/topics/security.py",
        "SESSION_COOKIE_HTTPONLY = True\n",
        (f"{HEADERS}::test_cookies_are_kept_from_scripts_and_other_sites",),
        "SESSION_COOKIE_HTTPONLY = False\n",
    ),
    Guard(
        "what can't be kept is refused",
        "a NUL or half a character would break the database's writes",
        "crm/api/parsing.py",
        "        if fault := fault_of(given):\n",
        ("tests/crm/test_plain.py::test_the_api_refuses_and_names_the_fault",),
        "        if fault := None:\n",
    ),
    Guard(
        "endless nesting",
        "a body nested without end would break whoever reads it",
        "crm/core/plain.py",
        "        if depth > DEEPEST:\n",
        ("tests/crm/test_plain.py::test_nesting_has_an_end",),
        "        if False:\n",
    ),
    Guard(
        "news wait for the commit",
        "browsers and workers would hear of what never happened",
        "crm/bus.py",
        "    transaction.on_commit(partial(deliver, record), robust=True)\n",
        ("tests/crm/test_bus.py::test_news_is_told_after_the_commit_and_not_before",),
        "    deliver(record)\n",
    ),
    Guard(
        "the cap on telling news",
        "news that kills its worker would kill one after the other",
        "crm/bus.py",
        'attempts=F("attempts") + 1)  # never gets to say so\n',
        ("tests/crm/test_bus.py::test_news_that_kills_its_worker_is_counted_all_the_same",),
        'attempts=F("attempts"))\n',
    ),
    Guard(
        "ledger: what was taken is there",
        "a lost message would not be noticed",
        "conversations/selectors/ledger_intake.py",
        "    return owed - set(_kept())\n",
        (f"{LEDGER}::test_rule_1_sees_a_message_that_was_taken_and_lost",),
        "    return set()\n",
    ),
    Guard(
        "ledger: bodies byte for byte",
        "a body that was changed or lost would not be noticed",
        "conversations/selectors/ledger_intake.py",
        "    return owed - {bytes(each).hex() for each in rows.iterator()} if owed else owed\n",
        (f"{LEDGER}::test_rule_1_sees_a_body_that_was_taken_and_lost",),
        "    return set()\n",
    ),
    Guard(
        "ledger: everything ends",
        "something that is never worked off would not be noticed",
        "conversations/selectors/ledger_intake.py",
        '        for pk, state in deliveries.filter(old | unsaid).values_list("pk", "state")\n',
        (f"{LEDGER}::test_rule_2_sees_a_delivery_without_an_end",),
        '        for pk, state in deliveries.none().values_list("pk", "state")\n',
    ),
    Guard(
        "ledger: sent once",
        "a message that reached the customer twice would not be noticed",
        "conversations/selectors/ledger_sending.py",
        '    if times > 1:\n        return f"was accepted {times} times"\n',
        (f"{LEDGER}::test_rule_5_sees_a_message_sent_twice",),
    ),
    Guard(
        "ledger: order",
        "a message that was overtaken would not be noticed",
        "conversations/selectors/ledger_sending.py",
        "        if conversation is not None and sequence < last[conversation]:\n",
        (f"{LEDGER}::test_rule_6_sees_a_message_overtaken",),
        "        if False:\n",
    ),
    Guard(
        "ledger: no status goes back",
        "a status that went back would not be noticed",
        "conversations/selectors/ledger_sending.py",
        (
            '        if reached > RANK["sent"] and RANK.get(step, reached if step == "failed" '
            "else 0) < reached:\n"
        ),
        (f"{LEDGER}::test_rule_7_sees_a_status_that_went_back",),
        "        if False:\n",
    ),
    Guard(
        "ledger: the right account",
        "a message that went by another workspace's number would not be noticed",
        "conversations/selectors/ledger_sending.py",
        "        if accounts.get(key, each.account) != each.account:\n",
        (f"{LEDGER}::test_rule_8_sees_another_account",),
        "        if False:\n",
    ),
    Guard(
        "ledger: the window",
        "a free text in a closed window would not be noticed",
        "conversations/selectors/ledger_sending.py",
        (
            "        f\"message {row['pk']} went out in a closed window\" for row in sent if not "
            "_is_open(row, heard)\n"
        ),
        (f"{LEDGER}::test_rule_12_sees_a_free_text_outside_the_window",),
        "        f\"message {row['pk']} went out in a closed window\" for row in sent if False\n",
    ),
    Guard(
        "ledger: silence after a takeover",
        "a word of the bot after a takeover would not be noticed",
        "conversations/selectors/ledger_sending.py",
        (
            '        and any(row["created_at"] < at < row["attempted_at"] for at in '
            'taken[str(row["conversation_id"])])\n'
        ),
        (f"{LEDGER}::test_it_sees_a_word_of_the_bot_after_a_takeover",),
        "        and False\n",
    ),
    Guard(
        "who stops the house asks again",
        "a house that is told to stop while it starts a program could run on",
        "config/launcher/up.py",
        "    signal.setitimer(signal.ITIMER_REAL, ASKED_EVERY, ASKED_EVERY)\n",
        (
            "tests/faults/test_house_start.py"
            "::test_asked_where_python_drops_what_is_raised_it_stops_all_the_same",
        ),
    ),
    Guard(
        "the house asks its programs again",
        "a program that did not hear would be ended by force, in the middle of what it does",
        "config/launcher/nursery.py",
        "        process.send_signal(signal.SIGTERM)\n    return",
        ("tests/launcher/test_nursery.py::test_a_program_that_did_not_hear_is_asked_again",),
        "    return",
    ),
)
