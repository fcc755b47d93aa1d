"""Within a workspace: who sees what, who may do what, and that there is no door beside it."""

from tests.guards.guard import Guard

MATRIX = "tests/walls/test_matrix.py"
BODIES = "tests/walls/test_hostile_bodies.py"
BULK = "tests/leads/test_bulk_changes.py"
WORDS = "tests/leads/test_words_in_sight.py"
VIEWS = "tests/leads/test_saved_views.py"

GUARDS = (
    Guard(
        "how far one sees",
        "a rep would see the leads and conversations of other teams",
        "crm/core/permissions.py",
        "    if actor.sight is Sight.ALL:\n        return Q()\n",
        (
            f"{MATRIX}::test_a_rep_of_another_team_finds_nothing_of_the_owners",
            "tests/leads/test_lead_list.py::test_members_see_their_own_leads_their_teams_and_nobodys",
        ),
        "    if actor.sight:\n        return Q()\n",
    ),
    Guard(
        "the words of a conversation out of sight",
        "who sees a lead would read a conversation that they may not open",
        "leads/selectors/said.py",
        "    return visible_messages(actor) if",
        (f"{WORDS}::test_the_words_of_a_conversation_out_of_sight_are_shown_nowhere",),
        "    return Message.objects.filter(workspace_id=actor.workspace_id) if",
    ),
    Guard(
        "the last words of a conversation out of sight",
        "a list of leads would tell what was said in conversations one may not open",
        "leads/selectors/said.py",
        "    return visible_conversations(actor) if",
        (
            f"{WORDS}::test_the_words_of_a_conversation_out_of_sight_are_shown_nowhere",
            f"{WORDS}::test_what_one_just_did_shows_no_words_either",
        ),
        "    return Conversation.objects.filter(workspace_id=actor.workspace_id) if",
    ),
    Guard(
        "my team for whoever sees all",
        "a manager's list of my team's leads would hold their own only",
        "crm/selectors/workspaces.py",
        "        colleague_ids=colleagues_of(membership),",
        ("tests/crm/test_teams.py::test_my_team_are_its_people_for_whoever_sees_all_too",),
        "        colleague_ids=colleagues_of(membership) if role.sight == Sight.TEAM else frozenset(),",
    ),
    Guard(
        "a permission is asked for",
        "a viewer could change everything",
        "crm/core/permissions.py",
        "    if actor.may(permission):\n        return\n",
        (f"{MATRIX}::test_a_viewer_changes_nothing",),
        "    if actor:\n        return\n",
    ),
    Guard(
        "to name who gets a lead is to assign it",
        "a rep could take a colleague's lead by handing it over to themselves",
        "leads/policies.py",
        "    if user_id is not None and actor.kind != ActorKind.AGENT:\n",
        ("tests/leads/test_lead_api.py::test_nobody_takes_a_colleagues_lead_by_handing_it_over",),
        "    if False:\n",
    ),
    Guard(
        "to choose the owner of a merged lead is to assign it",
        "a rep could take a colleague's lead by merging one of their own into it",
        "leads/services/joining.py",
        "    if choice and chosen != (winner.owner_id or loser.owner_id):\n",
        ("tests/leads/test_lead_api.py::test_nobody_takes_a_colleagues_lead_by_merging",),
        "    if False:\n",
    ),
    Guard(
        "pages ask who is there",
        "visitors would see pages",
        "config/settings/topics/apps.py",
        '    "django.contrib.auth.middleware.LoginRequiredMiddleware",\n',
        (f"{MATRIX}::test_nobody_signed_in_sees_nothing",),
    ),
    Guard(
        "the API asks who is there",
        "programs without a key would be let in",
        "crm/api/authentication.py",
        '        return getattr(request, "actor", None) is not None\n',
        (f"{MATRIX}::test_nobody_signed_in_sees_nothing",),
        "        return True\n",
    ),
    Guard(
        "forms need their token",
        "another site could press a button in a signed-in browser",
        "config/settings/topics/apps.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        ("tests/crm/test_csrf.py::test_every_unsafe_request_needs_the_token",),
    ),
    Guard(
        "what nobody may set",
        "a body could set its own score, status or owner",
        "leads/api/serializers.py",
        " for name in data if name not in self.fields}",
        ("tests/leads/test_lead_api.py::test_what_cannot_be_changed_here_is_refused_by_field",),
        " for name in ()}",
    ),
    Guard(
        "leads are given away by who may",
        "a rep could give a colleague's lead to anybody",
        "leads/policies.py",
        (
            "    takes_it = user_id is not None and user_id == actor.user_id and lead.owner_id "
            "in {None, actor.user_id}\n"
        ),
        (
            "tests/leads/test_lead_stages.py::test_a_rep_gives_leads_to_nobody_else",
            f"{BULK}::test_a_rep_takes_leads_and_gives_none_away",
        ),
        "    takes_it = True\n",
    ),
    Guard(
        "conversations are given away by who may",
        "a rep could push conversations to others",
        "conversations/policies.py",
        '"conversations.take_over" if user_id == actor.user_id else "conversations.assign"',
        ("tests/conversations/test_ownership.py::test_assigning_asks_for_the_right",),
        '"conversations.take_over"',
    ),
    Guard(
        "a bulk change asks for each lead",
        "all leads of a filter would be changed, whoever sees them",
        "leads/services/bulk.py",
        "    rows = selectors.visible_leads(actor)\n    if tree is None:",
        (f"{BULK}::test_all_that_match_are_changed_and_nothing_beyond_what_the_asker_sees",),
        "    rows = Lead.objects.all()\n    if tree is None:",
    ),
    Guard(
        "a bulk change asks who may",
        "viewers could change many leads",
        "leads/policies.py",
        'each lead is checked when it is changed."""\n    check(actor, "leads.edit")\n',
        (f"{BULK}::test_viewers_and_programs_without_a_member_ask_for_nothing",),
        'each lead is checked when it is changed."""\n',
    ),
    Guard(
        "who asked for a bulk change still works here",
        "what somebody asked for would go on after they left",
        "leads/selectors/jobs.py",
        "workspace_id=job.workspace_id, user_id=job.asked_by_id, is_active=True, user__is_active=True",
        (f"{BULK}::test_who_left_changes_nothing_any_more",),
        "workspace_id=job.workspace_id, user_id=job.asked_by_id",
    ),
    Guard(
        "a colleague's bulk change",
        "a rep could look at, and take back, what a colleague asked for",
        "leads/selectors/jobs.py",
        '    return rows if actor.may("leads.assign") else rows.filter(asked_by_id=actor.user_id)\n',
        (f"{BULK}::test_a_colleagues_job_is_not_there_for_a_rep",),
        "    return rows\n",
    ),
    Guard(
        "what was changed since is not taken back",
        "an undo would undo somebody else's work",
        "leads/services/bulk_changes.py",
        '    if str(lead.owner_id or "") != after["user"]:\n        raise LeadChangedSinceError\n',
        (f"{BULK}::test_what_somebody_changed_since_is_not_taken_back",),
    ),
    Guard(
        "an act in the inbox asks for each",
        "many conversations could be closed by somebody who may close none",
        "conversations/services/acts.py",
        "    policies.check_can_triage(actor)\n    ids = list(dict.fromkeys(ids))\n",
        ("tests/conversations/test_inbox_list.py::test_no_door_does_to_many_what_may_not_be_done_to_one",),
        "    ids = list(dict.fromkeys(ids))\n",
    ),
    Guard(
        "one takes back one's own acts",
        "a colleague's act could be taken back by anybody",
        "conversations/policies.py",
        "    return Q(user_id=actor.user_id)\n",
        ("tests/conversations/test_inbox_list.py::test_nobody_takes_back_anothers_act_nor_an_old_one",),
        "    return Q()\n",
    ),
    Guard(
        "another person's saved view",
        "views people keep for themselves would be there for all",
        "leads/selectors/saved_views.py",
        '    return rows.filter(mine | Q(is_shared=True) | ~Q(builtin=""))\n',
        (
            f"{VIEWS}::test_another_persons_view_is_not_there",
            f"{VIEWS}::test_ones_own_are_ones_own_until_they_are_shared",
        ),
        "    return rows\n",
    ),
    Guard(
        "a shared view is its owner's",
        "anybody could change the view everybody begins with",
        "leads/policies.py",
        "    if view.owner_id != actor.user_id or actor.user_id is None:\n",
        (f"{VIEWS}::test_a_shared_view_is_changed_by_its_owner_and_by_who_gives_leads_away",),
        "    if False:\n",
    ),
    Guard(
        "another person's folder",
        "folders people keep for themselves would be there for all",
        "conversations/policies.py",
        "    return Q(owner_id=actor.user_id) | Q(is_shared=True)\n",
        ("tests/conversations/test_inbox_list.py::test_a_list_is_kept_under_a_name",),
        "    return Q()\n",
    ),
    Guard(
        "another person's alerts",
        "alerts meant for one would be shown to all",
        "crm/selectors/contacts.py",
        "workspace_id=actor.workspace_id, user=actor.user_id, is_in_app=True",
        (
            "tests/crm/test_contacts.py::test_alerts_are_read_by_their_own_person_only",
            "tests/crm/test_alerts.py::test_alerts_are_their_persons_own",
        ),
        "workspace_id=actor.workspace_id, is_in_app=True",
    ),
    Guard(
        "nobody is told of their own act",
        "people would be alerted of what they did themselves",
        "crm/services/alerts.py",
        "    if actor.user_id == user_id:\n        return None\n",
        ("tests/crm/test_alerts.py::test_nobody_is_told_of_their_own_act",),
    ),
    Guard(
        "who left is told nothing new",
        "who works here no more would go on hearing of customers",
        "crm/services/alerts.py",
        "    if selectors.find_member(actor.workspace_id, str(user_id)) is None:\n        return None\n",
        ("tests/crm/test_alerts.py::test_who_works_here_no_more_is_told_nothing",),
    ),
    Guard(
        "who left gets no mail",
        "what waited for the daily mail would still go out to who left",
        "crm/services/alert_mails.py",
        " or _whose(a) not in here",
        ("tests/crm/test_alerts.py::test_who_works_here_no_more_is_told_nothing",),
    ),
    Guard(
        "what concerned who left",
        "a snoozed conversation or a held message of somebody who left would come back unheard",
        "conversations/selectors/team.py",
        "    if crm.find_member(conversation.workspace_id, str(user_id)):\n",
        (
            "tests/conversations/test_triage.py::test_what_comes_back_to_who_left_is_told_to_who_can_answer",
            "tests/conversations/test_later.py::test_what_its_author_may_not_send_any_more_is_held",
        ),
        "    if True:\n",
    ),
    Guard(
        "a hand-over is told to who sees the lead",
        "members would be mailed the name of a lead that they may not see",
        "agents/services/alerting.py",
        " or [m for m in members if _sees(m, lead)]",
        ("tests/agents/floor/test_turn_effects.py::test_a_lead_whose_owner_left_reaches_somebody",),
        " or members",
    ),
    Guard(
        "alerts as their person chose",
        "who wants no mails would get them",
        "crm/services/alerts.py",
        "    if not wish.in_app and wish.mail == MailChoice.OFF:\n        return None\n",
        ("tests/crm/test_alerts.py::test_choices_hold_in_the_app_and_by_mail",),
    ),
    Guard(
        "another person's topic on the wire",
        "one could listen to a colleague's alerts",
        "crm/live.py",
        '    whose = f".{user_id}" if topic in PERSONAL else ""\n',
        ("tests/conversations/test_live.py::test_alerts_ring_for_their_own_person_only",),
        '    whose = ""\n',
    ),
    Guard(
        "topics are for those who may see them",
        "a wire would tell of conversations one may not see",
        "crm/live.py",
        "        return check(actor, id_)\n",
        ("tests/conversations/test_live.py::test_topics_are_only_for_those_who_may_see_them",),
        "        return True\n",
    ),
    Guard(
        "an old version is refused",
        "two people at one lead would undo each other's work unnoticed",
        "leads/services/changing.py",
        "    if version is not None and lead.version != version:\n",
        ("tests/leads/test_lead_stages.py::test_a_change_from_an_old_version_is_refused",),
        "    if False:\n",
    ),
    Guard(
        "a repeated write happens once",
        "a program that asks again after a timeout would write twice",
        "crm/middleware.py",
        (
            "                return self._again(row) if row.status is not None else "
            "self._answer(request, row)\n"
        ),
        (
            "tests/crm/test_api_base.py::test_a_repeated_write_happens_once",
            (
                "tests/conversations/test_api_repeats.py::test_the_same_request_gets_the_same_answer_"
                "and_one_message"
            ),
        ),
        "                return self._answer(request, row)\n",
    ),
    Guard(
        "an open lead is the only one",
        "one contact could have two open leads",
        "leads/migrations/0001_squashed_0009.py",
        (
            "                    models.UniqueConstraint(condition=models.Q(('status__in', "
            "['new', 'working', 'qualified'])), fields=('contact',), name='lead_open_once'),\n"
        ),
        ("tests/leads/test_lead_capture.py::test_the_table_itself_refuses_a_second_open_lead",),
    ),
)
