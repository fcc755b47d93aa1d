"Pages with much on them: what a list believes of its address, and what is remembered for whom."

from tests.guards.guard import Guard

ASKING = "crm/core/asking.py"
ASKED = "tests/crm/test_asking.py"
FILTERS = "leads/decisions/filters.py"
OWN = "tests/leads/test_own_fields.py"
BULK = "tests/leads/test_bulk_changes.py"
ROOMS = "tests/crm/test_workspaces.py"
REMEMBERING = "crm/templatetags/remembering.py"
REMEMBERED = "tests/crm/test_remembering.py"
CHORES = "tests/leads/test_chores.py"

GUARDS = (
    Guard(
        "scripts and styles go out compressed",
        "a first visit on a phone would fetch four times as much",
        "config/launcher/assets.py",
        "if file.suffix in PACKED:",
        ("tests/config/test_page_weight.py::test_files_go_out_compressed_to_who_takes_it",),
        "if file.suffix in set():",
    ),
    Guard(
        "a worker is asked when there is something to be seen",
        "each bulk change of a program that repeats its requests would begin half a minute late",
        "crm/core/nudge.py",
        "    transaction.on_commit(partial(nudge, task, **kwargs), robust=True)\n",
        ("tests/leads/test_views_and_jobs_api.py::test_a_worker_is_asked_when_the_job_is_there_to_be_seen",),
        "    nudge(task, **kwargs)\n",
    ),
    Guard(
        "what is to be done with leads is swept up",
        "with Redis away, leads would keep the scores of rules that count no more, and doubles would not be found",
        "leads/tasks.py",
        "        go_on(until, do_chore, chore_id=str(chore_id))\n",
        (
            f"{CHORES}::test_open_leads_are_counted_again_although_redis_is_away",
            f"{CHORES}::test_doubles_are_looked_for_although_redis_is_away",
        ),
        "        pass\n",
    ),
    Guard(
        "who takes a conversation has its lead at once",
        "with Redis away, a lead would stay without an owner, and no sweep would see it",
        "leads/reactions.py",
        "        tasks.follow_owner(\n",
        (f"{CHORES}::test_who_takes_a_conversation_has_its_lead_although_redis_is_away",),
        "        nudge(\n            tasks.set_up_leads,\n",
    ),
    Guard(
        "one lead that breaks keeps no other from its score",
        "one lead that can't be scored would leave all behind it with the points of old rules",
        "leads/services/chores.py",
        '        except Exception:\n            log.exception("a lead can\'t be scored"',
        (f"{CHORES}::test_a_lead_that_breaks_keeps_no_other_from_its_score",),
        '        except ZeroDivisionError:\n            log.exception("a lead can\'t be scored"',
    ),
    Guard(
        "two owners of one name are two groups",
        "leads of two colleagues called the same would stand mixed, under a head for each",
        "leads/selectors/grouping.py",
        '"owner": ("owner", "owner_id"),',
        ("tests/leads/test_owner_names.py::test_two_owners_of_one_name_are_two_groups",),
        '"owner": ("owner",),',
    ),
    Guard(
        "an owner's new name reaches their leads",
        "a colleague who is called otherwise would keep the old name on their leads, and stand in two groups",
        "crm/services/members.py",
        "        tell_renamed(actor, user)\n",
        ("tests/leads/test_owner_names.py::test_a_colleague_who_is_called_otherwise_is_so_on_their_leads",),
        "        pass\n",
    ),
    Guard(
        "what a row shows is text",
        "a customer's words could run in the list of whoever reads them",
        "leads/views/rows.py",
        '<span class="clip">{escape(lead.business_type) or "–"}</span></td>',
        ("tests/leads/test_lead_pages.py::test_whatever_was_written_stands_in_a_row_as_text",),
        '<span class="clip">{lead.business_type or "–"}</span></td>',
    ),
    Guard(
        "a list reads at once what its rows show",
        "each row of a list would ask the database once more",
        "leads/selectors/shown.py",
        '"next_step_on", "name_line"',
        ("tests/leads/test_lead_pages.py::test_the_list_costs_the_same_however_many_leads_it_shows",),
        '"name_line"',
    ),
    Guard(
        "a field there is not",
        "a filter could speak of another workspace's fields, and would show everything or break",
        FILTERS,
        (
            "        if field.startswith(OWN) and field in self.own:\n"
            "            return OWN_OPERATORS[self.own[field].kind]\n"
        ),
        (
            f"{OWN}::test_what_cannot_be_followed_is_refused_by_its_name",
            f"{OWN}::test_a_field_of_another_workspace_is_not_there",
        ),
        '        if field.startswith(OWN):\n            return OWN_OPERATORS["text"]\n',
    ),
    Guard(
        "a condition the shown view holds may stay",
        "a view of a field that was switched off could not be searched, nor anything done to all of it",
        "crm/core/conditions.py",
        "    if asked in conditions_in(fields.held):\n",
        (f"{OWN}::test_a_list_that_holds_a_field_switched_off_since_goes_on_by_every_door",),
        "    if False:\n",
    ),
    Guard(
        "who gives a lead back has it",
        "taking one's own bulk change back would take leads from others",
        "leads/policies.py",
        '    check(actor, "leads.edit" if has_it else "leads.assign")\n',
        (
            "tests/leads/test_bulk_changes.py::test_who_took_leads_that_were_nobodys_may_give_them_back_and_no_others",
        ),
        '    check(actor, "leads.edit")\n',
    ),
    Guard(
        "only tags that changed are taken back",
        "an Undo would take off a tag that was there long before",
        "leads/views/lead_changes.py",
        " if tag.casefold() in wanted and tag not in without]",
        ("tests/leads/test_tags.py::test_the_way_back_is_offered_only_for_what_changed",),
        " if tag.casefold() in wanted]",
    ),
    Guard(
        "the view one begins with is walked through, too",
        "the lead after this one would be one that the list has not",
        "leads/views/lead_list.py",
        " or is_bare(params)\n",
        (
            "tests/leads/test_saved_views.py::test_who_comes_from_the_view_one_begins_with_walks_through_that_one",
        ),
        "\n",
    ),
    Guard(
        "an option there is not",
        "a filter by a misspelt option would show nobody, without a word",
        "crm/core/conditions.py",
        'if options is not None and known[op] in {"choices", "texts"}:',
        (f"{OWN}::test_what_cannot_be_followed_is_refused_by_its_name",),
        "if False:",
    ),
    Guard(
        "an order there is not",
        "a program that misspells its order would get another one, without a word",
        "leads/api/pagination.py",
        "        selectors.check_sorts(names, SORTS, selectors.own_fields(actor_of(request)))\n",
        (
            f"{OWN}::test_an_order_or_a_position_that_makes_no_sense_is_refused_by_the_api_and_passed_"
            "over_by_the_page",
        ),
    ),
    Guard(
        "who has no value comes last",
        "a list sorted by a field of one's own would begin with pages of blanks",
        "leads/selectors/own_fields.py",
        'none = "[]" if is_down else "{}"',
        (f"{OWN}::test_leads_without_a_value_come_last_up_and_down",),
        'none = "{}"',
    ),
    Guard(
        "fields of one's own are asked for when spoken of",
        "every list would ask for what nearly none shows",
        "leads/selectors/own_fields.py",
        "return is_own(str(name)) and name in self._known",
        (f"{OWN}::test_a_list_that_speaks_of_no_such_field_does_not_ask_for_them",),
        "return name in self._known",
    ),
    Guard(
        "a view outlives a field that was switched off",
        "a saved view would be refused to all who begin with it",
        "leads/selectors/saved_views.py",
        "        tree=kept_tree(row.filter),\n",
        (f"{OWN}::test_a_view_keeps_them_and_goes_on_when_a_field_is_switched_off",),
        '        tree=__import__("leads.decisions.filters").decisions.filters.tree_of(row.filter),\n',
    ),
    Guard(
        "a view keeps no column there is not",
        "a view would be kept that no list can show",
        "leads/services/saved_views.py",
        '        "columns": [name for name in row.columns if not selectors.is_column(name, own)],\n',
        (f"{OWN}::test_a_view_of_a_field_that_is_not_there_is_not_kept",),
    ),
    Guard(
        "either leads or a filter",
        "a program that sends both would change other leads than it meant",
        "leads/api/jobs.py",
        'if ("leads" in attrs) == ("filter" in attrs):',
        ("tests/leads/test_views_and_jobs_api.py::test_leads_and_a_filter_at_once_are_refused",),
        "if False:",
    ),
    Guard(
        "a remembered question is asked for who asks",
        "people would be shown the numbers of whoever asked first",
        ASKING,
        "[_exchanged(value, real) for value in asked.values]",
        (
            f"{ASKED}::test_two_people_of_a_kind_hear_their_own_answers_to_a_question_built_once",
            f"{ASKED}::test_workspaces_do_not_hear_each_other",
        ),
        "list(asked.values)",
    ),
    Guard(
        "a thread asks through its own connection",
        "one person's page would be read in the transaction of another's",
        ASKING,
        "    compiler.connection = connections[asked.rows.db]  # each thread has its own\n",
        (f"{ASKED}::test_each_thread_asks_through_its_own_connection",),
    ),
    Guard(
        "a search with signs of LIKE is asked as it is",
        "a percent sign would find everybody once somebody had looked for as many words",
        "crm/core/texts.py",
        'not set(self.text) & set("%_\\\\")',
        ("tests/crm/test_search.py::test_a_search_of_as_many_words_does_not_hear_the_answer_to_another",),
        "True",
    ),
    Guard(
        "the loopback world ends when it is told to",  # a Python before 3.12 notices
        "a house would wait for it until it is killed",
        "simulator/delivery.py",
        "async with asyncio.timeout(pause):\n                    await self._wake.wait()",
        ("tests/simulator/test_stopping.py::test_a_stop_that_meets_a_wake_ends_the_deliveries",),
        "await asyncio.wait_for(self._wake.wait(), pause)",
    ),
    Guard(
        "a change of many is finished when it says so itself",
        "a toast would tell of one lead of three, and Undo would be refused",
        "leads/views/bulk.py",
        "is_told = job.finished_at is not None",
        (f"{BULK}::test_a_change_that_is_in_other_hands_is_not_called_finished",),
        "is_told = True",
    ),
    Guard(
        "whoever opens a change of many goes on with it first",
        "the sweep would take it out of the hands of the page that waits for it",
        "leads/services/bulk.py",
        "timezone.now() + LEASE  # whoever",
        (f"{BULK}::test_whoever_opens_a_change_goes_on_with_it_first",),
        "timezone.now()  # whoever",
    ),
    Guard(
        "rows that are kept together say who kept them",
        "the history of a new workspace's rules would be nobody's",
        "crm/models/base.py",
        ", custom_historical_attrs=_who_acts()",
        ("tests/leads/test_scoring_settings.py::test_what_a_workspace_starts_with_says_who_made_it",),
    ),
    Guard(
        "an address has the ids it was asked for",
        "a form would change another lead",
        "crm/core/addresses.py",
        "found = found.replace(str(stand_in), str(real))",
        ("tests/crm/test_addresses.py::test_ids_numbers_and_words_are_those_one_asked_for",),
        "pass",
    ),
    Guard(
        "who may more asks another question",
        "a rep would be answered as the manager who asked first",
        ASKING,
        "        actor.permissions,\n        actor.sight,\n",
        (f"{ASKED}::test_who_may_more_or_sees_more_asks_something_else",),
    ),
    Guard(
        "who has more colleagues asks another question",
        "a rep would see the rows of some colleagues and not of others",
        ASKING,
        "        made_up.colleague_ids,\n",
        (f"{ASKED}::test_colleagues_are_exchanged_too_and_their_number_counts",),
    ),
    Guard(
        "a moment is not remembered",
        "what is overdue would be judged by the clock of the first who asked",
        ASKING,
        "_PLAIN = (str, int, bool, UUID, type(None))",
        (f"{ASKED}::test_a_question_that_holds_a_moment_is_built_anew_for_who_really_asks",),
        "_PLAIN = (object,)",
    ),
    Guard(
        "where somebody works is believed once",
        "a wire that stays open for hours would not hear that its person has left",
        "crm/selectors/workspaces.py",
        "known, user.known_places = user.known_places, None",
        (f"{ROOMS}::test_what_was_read_with_a_user_is_used_once",),
        "known = user.known_places",
    ),
    Guard(
        "who looks and where they work is one statement",
        "every page would ask twice before it begins",
        "crm/middleware.py",
        "user = selectors.user_at_work(user_id)",
        (f"{ROOMS}::test_who_looks_at_a_page_and_where_they_work_is_read_in_one_statement",),
        "user = super().get_user(user_id)",
    ),
    Guard(
        "markup and text of the same letters",
        "what was once shown as markup would let a customer's same letters be markup, too",
        REMEMBERING,
        "tuple((word, type(value), value) for",
        (
            f"{REMEMBERED}::test_markup_and_text_of_the_same_letters_are_not_the_same",
            f"{REMEMBERED}::test_true_and_one_are_not_the_same",
        ),
        "tuple((word, value) for",
    ),
    Guard(
        "each language remembers its own",
        "a page would speak the language of whoever opened it first",
        REMEMBERING,
        "return name, get_language(), context.autoescape, words",
        (f"{REMEMBERED}::test_each_language_has_its_own",),
        "return name, context.autoescape, words",
    ),
    Guard(
        "numbers that are written differently elsewhere",
        "1,000 would be shown to who reads 1.000",
        REMEMBERING,
        "return -1_000 < value < 1_000",
        (f"{REMEMBERED}::test_numbers_that_are_written_differently_elsewhere_are_not_kept",),
        "return True",
    ),
    Guard(
        "the palette offers what one may",
        "a rep would be offered the settings of the admin who came first",
        "crm/panels.py",
        "key = (get_language(), actor.permissions, how_many_pages())",
        ("tests/crm/test_palette.py::test_everybody_is_offered_the_settings_they_may_open",),
        "key = (get_language(), how_many_pages())",
    ),
    Guard(
        "a percent sign of the caller's",
        "a filter nobody can read would be a fault of ours instead of a refusal",
        "leads/api/filters.py",
        (
            '                _("There is no %(names)s. Choose from: %(choices)s."),\n'
            '                params={"names": ", ".join(unknown), "choices": ", ".join(self.known)},\n'
        ),
        ("tests/leads/test_lead_api.py::test_a_filter_that_cannot_be_read_is_refused_by_name",),
        '                "There is no %s." % unknown,\n',
    ),
    Guard(
        "one page is not a list of pages",
        "the description would promise programs a bare array",
        "crm/serializers.py",
        "@extend_schema_serializer(many=False)\n",
        ("tests/walls/test_descriptions.py::test_every_answer_is_as_it_is_described",),
        "_ = extend_schema_serializer\n",
    ),
)
