"""Between workspaces: row security, and the selectors that name the workspace themselves."""

from tests.guards.guard import Guard

MASONRY = "crm/core/masonry.py"
CURSORS = "config/walled/cursors.py"
TABLES = "tests/architecture/test_walls.py"
WALLS = "tests/crm/test_walls.py"
SELECTORS = (
    "tests/walls/test_selectors.py::test_a_selector_shows_a_stranger_nothing_although_the_walls_are_down"
)
MATRIX = "tests/walls/test_matrix.py"

# Selectors that name the workspace themselves: (name, file, text, without).
SCOPED = (
    (
        "contacts",
        "crm/selectors/contacts.py",
        "policies.contacts_in_sight(actor), workspace_id=actor.workspace_id, merged_into__isnull=True",
        "policies.contacts_in_sight(actor), merged_into__isnull=True",
    ),
    (
        "conversations",
        "conversations/selectors/threads.py",
        "policies.conversations_in_sight(actor), workspace_id=actor.workspace_id",
        "policies.conversations_in_sight(actor)",
    ),
    (
        "messages",
        "conversations/selectors/threads.py",
        (
            "        workspace_id=actor.workspace_id, "
            "conversation__in=visible_conversations(actor).order_by()\n"
        ),
        "",
    ),
    (
        "leads",
        "leads/selectors/leads.py",
        "policies.leads_in_sight(actor), workspace_id=actor.workspace_id, merged_into__isnull=True",
        "policies.leads_in_sight(actor), merged_into__isnull=True",
    ),
    (
        "saved folders",
        "conversations/selectors/labels.py",
        "SavedFolder.objects.filter(policies.folders_in_sight(actor), workspace_id=actor.workspace_id)",
        "SavedFolder.objects.all()",
    ),
    (
        "labels",
        "conversations/selectors/labels.py",
        "Label.objects.filter(workspace_id=actor.workspace_id, archived_at__isnull=True)",
        "Label.objects.filter(archived_at__isnull=True)",
    ),
    (
        "saved views",
        "leads/selectors/saved_views.py",
        "    rows = SavedView.objects.filter(workspace_id=actor.workspace_id, removed_at__isnull=True)\n",
        "    rows = SavedView.objects.filter(removed_at__isnull=True)\n",
    ),
    (
        "bulk changes",
        "leads/selectors/jobs.py",
        "LeadJob.objects.filter(workspace_id=actor.workspace_id)",
        "LeadJob.objects.all()",
    ),
    (
        "members",
        "crm/selectors/workspaces.py",
        "    rows = _at_work().filter(workspace_id=actor.workspace_id)",
        "    rows = _at_work()",
    ),
    (
        "API keys",
        "crm/selectors/people.py",
        "ApiKey.objects.filter(workspace_id=actor.workspace_id)",
        "ApiKey.objects.all()",
    ),
    (
        "invitations",
        "crm/selectors/people.py",
        "Invitation.objects.filter(workspace_id=actor.workspace_id, accepted_at=None, withdrawn_at=None)",
        "Invitation.objects.filter(accepted_at=None, withdrawn_at=None)",
    ),
    (
        "timelines",
        "crm/selectors/contacts.py",
        "EventRecord.objects.filter(workspace_id=actor.workspace_id, refs__overlap=refs)",
        "EventRecord.objects.filter(refs__overlap=refs)",
    ),
)

GUARDS = (
    Guard(
        "FORCE of row security",
        "the product's role owns its tables: without FORCE no wall stands for it",
        MASONRY,
        '        schema_editor.execute(f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY")\n',
        (f"{TABLES}::test_every_table_has_a_wall", f"{WALLS}::test_one_sees_the_rows_of_the_workspace_alone"),
    ),
    Guard(
        "row security is on",
        "a policy without row security keeps nobody out",
        MASONRY,
        '        schema_editor.execute(f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY")\n',
        (
            f"{TABLES}::test_every_table_has_a_wall",
            f"{WALLS}::test_another_workspaces_rows_can_not_be_touched",
        ),
    ),
    Guard(
        "the policy's rule",
        "everybody would see the rows of all workspaces",
        MASONRY,
        '        return f"{self.column} = {WORKSPACE} OR {ALL}"\n',
        (
            f"{TABLES}::test_every_policy_asks_for_the_workspace",
            f"{WALLS}::test_nobody_stands_anywhere_by_default",
        ),
        '        return "true"\n',
    ),
    Guard(
        "the policy holds for what is written",
        "a row could be made in another workspace (moving one there is refused by what one sees, too)",
        MASONRY,
        " WITH CHECK ({self.rule()})",
        (
            f"{TABLES}::test_every_table_has_a_wall",
            f"{WALLS}::test_a_row_is_not_made_elsewhere_although_nothing_of_it_is_read_back",
        ),
        " WITH CHECK (true)",
    ),
    Guard(
        "rows that tie two rows",
        "a contact could be tied to another workspace's account",
        MASONRY,
        '        return " AND ".join(\n',
        (f"{WALLS}::test_rows_without_a_workspace_stand_behind_their_parents",),
        '        return "true" or " AND ".join(\n',
    ),
    Guard(
        "where one stands ends with the transaction",
        "the next client of a pooled connection would see the rows of the last one",
        CURSORS,
        "set_config('{name}', '{value}', true)",
        (
            f"{WALLS}::test_nothing_is_left_on_the_connection",
            (
                "tests/crm/test_walls_behind_a_pooler.py::test_two_clients_on_one_connection_never_se"
                "e_each_others_rows"
            ),
        ),
        "set_config('{name}', '{value}', false)",
    ),
    Guard(
        "a savepoint taken back",
        "after a savepoint was taken back a statement would find another workspace's rows",
        CURSORS,
        (
            "            if _ROLLBACK.match(text):  # takes back what was said since the "
            "savepoint\n"
            "                self.connection.standing = None\n"
        ),
        (f"{WALLS}::test_a_savepoint_taken_back_takes_nothing_else_back",),
        "            pass\n",
    ),
    Guard(
        "nowhere is the default",
        "code that forgot to say a workspace would see all of them",
        "crm/core/walls.py",
        "    return _scope.get() or outside\n",
        (f"{WALLS}::test_nobody_stands_anywhere_by_default",),
        "    return _scope.get() or EVERYWHERE\n",
    ),
    Guard(
        "a task begins nowhere",
        "a task that forgot to say a workspace could show and change rows of any",
        "config/celery.py",
        "        with walls.nowhere():\n            return super().__call__(*args, **kwargs)\n",
        (f"{WALLS}::test_a_task_stands_nowhere_until_it_says_where",),
        "        return super().__call__(*args, **kwargs)\n",
    ),
    Guard(
        "a service stands in its actor's workspace",
        "a service that forgot the workspace would write anywhere",
        "crm/core/service.py",
        "        with within(actor.workspace_id), acting(actor), transaction.atomic():\n",
        (f"{WALLS}::test_a_service_stands_in_its_actors_workspace",),
        "        with acting(actor), transaction.atomic():\n",
    ),
    Guard(
        "a request begins nowhere",
        "a page of somebody who is not signed in could show rows",
        "crm/middleware.py",
        "        with walls.nowhere():\n            return self._answer(request)\n",
        (f"{WALLS}::test_requests_begin_nowhere_and_stand_in_the_members_workspace",),
        "        return self._answer(request)\n",
    ),
    Guard(
        "a role above the walls",
        "a superuser's connection string would take all walls down unnoticed",
        "crm/checks.py",
        '    role = selectors.role_above_walls() if databases and not settings.DEMO else ""\n',
        (f"{WALLS}::test_a_role_above_the_walls_is_refused",),
        '    role = ""\n',
    ),
    *(
        Guard(
            f"a workspace's own: {name}",
            "with the wall down, strangers would be shown them",
            file,
            text,
            (SELECTORS,),
            without,
        )
        for name, file, text, without in SCOPED
    ),
    Guard(
        "one file of a message",
        "with the wall down, strangers would be handed files",
        "conversations/selectors/media.py",
        (
            "        workspace_id=actor.workspace_id,\n"
            "        message__in=visible_messages(actor).order_by(),\n"
        ),
        (SELECTORS,),
    ),
    Guard(
        "a contact's merge stays in its workspace",
        "two contacts of two workspaces could be made one",
        "crm/services/merging.py",
        "        workspace_id=actor.workspace_id, pk__in=[winner_id, loser_id], merged_into__isnull=True\n",
        (
            "tests/crm/test_identities.py::test_nobody_is_merged_across_workspaces_although_the_walls_are_down",
        ),
        "        pk__in=[winner_id, loser_id]\n",
    ),
    Guard(
        "a lead's merge: both are seen",
        "a lead of another team could be swallowed",
        "leads/services/joining.py",
        "    winner, loser = selectors.get_lead(actor, winner_id), selectors.get_lead(actor, loser_id)\n",
        (("tests/leads/test_duplicates.py::test_merges_that_make_no_sense_are_refused_and_nothing_changes"),),
        "    winner, loser = selectors.get_lead(actor, winner_id), Lead.objects.get(pk=loser_id)\n",
    ),
    Guard(
        "an id of another workspace in a body",
        "a lead could be given to somebody who does not work here",
        "crm/selectors/workspaces.py",
        "    rows = _at_work().filter(workspace_id=workspace_id, user_id=wanted)\n",
        (SELECTORS,),
        "    rows = _at_work().filter(user_id=wanted)\n",
    ),
)
