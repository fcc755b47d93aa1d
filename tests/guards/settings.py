"Settings: who changes them, a whole configuration at once, the trail of changes, and Today."

from tests.guards.guard import Guard

AGENTS = "tests/agents/floor/test_agent_settings.py"
CONFIGURATION = "crm/services/configuration.py"
COPIES = "tests/crm/test_configuration.py"
AUDIT = "tests/crm/test_audit.py"

GUARDS = (
    Guard(
        "the workspace is set by who may",
        "any member could rename the workspace and set its clock",
        "crm/services/workspace_settings.py",
        "    policies.check_can_manage_settings(actor)\n    row = Workspace.objects.select_for_update",
        ("tests/crm/test_workspace_settings.py::test_others_may_not",),
        "    row = Workspace.objects.select_for_update",
    ),
    Guard(
        "teams: nobody moves who may more than they",
        "a manager could move an owner into a team, and see other rows with it",
        "crm/services/teams.py",
        "        policies.check_can_give_role(actor, moved.role)\n",
        ("tests/crm/test_teams.py::test_nobody_moves_people_who_may_more_than_they",),
    ),
    Guard(
        "bots are set by who may",
        "any member could change what the bot says and when it hands over",
        "agents/services/settings.py",
        '    check(actor, "settings.manage")\n    row = selectors.lock_agent(actor, agent_id)\n    before',
        (f"{AGENTS}::test_others_may_not",),
        "    row = selectors.lock_agent(actor, agent_id)\n    before",
    ),
    Guard(
        "facts to find out are set by who may",
        "any member could change what every lead is asked for",
        "leads/services/slot_settings.py",
        "    policies.check_can_set_up(actor)\n    Workspace",
        (f"{AGENTS}::test_others_may_not",),
        "    Workspace",
    ),
    Guard(
        "a preview of scores counts so many leads at most",
        "one look at a preview would score every open lead of a large workspace",
        "leads/selectors/scoring_settings.py",
        "looked_at = leads[:LOOKED_AT]",
        ("tests/leads/test_scoring_settings.py::test_a_preview_says_over_how_many_it_counted",),
        "looked_at = leads",
    ),
    Guard(
        "what is published was looked at",
        "an admin would publish rules that another has drafted meanwhile, or save over them",
        "leads/services/scoring_settings.py",
        "    if seen is not None and seen != selectors.scoring_seen(actor):\n",
        (
            "tests/leads/test_scoring_settings.py::test_what_somebody_else_drafted_meanwhile_is_looked_at_first",
            "tests/leads/test_scoring_settings.py::test_a_draft_is_not_saved_over_one_nobody_has_seen",
        ),
        "    if False:\n",
    ),
    Guard(
        "trying a configuration changes nothing",
        "whoever tried a copy would have restored it",
        CONFIGURATION,
        "            transaction.set_rollback(True)\n",
        (f"{COPIES}::test_trying_changes_nothing_and_tells_nobody",),
    ),
    Guard(
        "a configuration comes back whole or not at all",
        "a copy that is refused halfway would leave half of it behind",
        CONFIGURATION,
        "@service\ndef restore_configuration",
        (f"{COPIES}::test_one_refusal_and_nothing_is_restored",),
        "def restore_configuration",
    ),
    Guard(
        "a file of the wrong shape is not kept",
        "what can never be restored would stand among the copies",
        CONFIGURATION,
        "    configuration.check_shape(content)\n",
        (f"{COPIES}::test_a_file_of_the_wrong_shape_is_not_even_kept",),
    ),
    Guard(
        "no cell of a file is a formula",
        "a customer's name could run in the spreadsheet of whoever opens the trail",
        "crm/views/audit.py",
        'return f"\'{cell}" if',
        (f"{AUDIT}::test_no_cell_of_the_file_is_a_formula",),
        "return cell if",
    ),
    Guard(
        "the trail of another workspace",
        "admins would read who changed what elsewhere",
        "crm/selectors/audit.py",
        "_of(wish), workspace_id=actor.workspace_id)",
        (f"{AUDIT}::test_the_trail_of_another_workspace_is_not_there",),
        "_of(wish))",
    ),
    Guard(
        "Today is one's own",
        "everybody's work would stand in everybody's Today",
        "conversations/selectors/today.py",
        "    wants &= Q(assignee=actor.user_id) | Q(assignee=None, owner_kind=OwnerKind.NOBODY)\n",
        ("tests/crm/test_today.py::test_each_row_says_why_it_ranks",),
    ),
    Guard(
        "every table has a room in the admin",
        "rows would be there that no operator can look at",
        "leads/admin.py",
        "@admin.register(models.NotTheSame)\n",
        ("tests/crm/test_admin_rooms.py::test_every_model_has_a_room_or_a_reason",),
    ),
)
