"""Every table with a workspace stands behind a wall, and few may look over it."""

import ast

import pytest
from django.apps import apps
from django.db import connection

from tests.architecture.sources import FLOORS, ROOT, parsed, sources

# Tables without a workspace, and why everybody may read them. A new table has a workspace, parents, or a line here.
GLOBAL = {
    "auth_group": "Django's groups; ours are roles",
    "auth_group_permissions": "Django's groups; ours are roles",
    "auth_permission": "Django's permissions; ours are words in a role",
    "account_emailaddress": "belongs to a person, who may work in several workspaces",
    "account_emailconfirmation": "belongs to a person, who may work in several workspaces",
    "crm_passwordreset": "an address whose password was forgotten, asked before a workspace is known",
    "crm_sign_in_counts": "tries to sign in, counted before a workspace is known",
    "crm_user": "a person, who may work in several workspaces; found by signing in, before a workspace is known",
    "crm_user_groups": "belongs to a person",
    "crm_user_user_permissions": "belongs to a person",
    "django_admin_log": "what a person did in the Django admin, shown to that person",
    "django_celery_beat_clockedschedule": "the clock of the house",
    "django_celery_beat_crontabschedule": "the clock of the house",
    "django_celery_beat_intervalschedule": "the clock of the house",
    "django_celery_beat_periodictask": "the clock of the house",
    "django_celery_beat_periodictasks": "the clock of the house",
    "django_celery_beat_solarschedule": "the clock of the house",
    "django_content_type": "names of models",
    "django_migrations": "which migrations were applied",
    "django_session": "found by its secret key, before a workspace is known",
    "mfa_authenticator": "belongs to a person",
    "socialaccount_socialaccount": "belongs to a person",
    "socialaccount_socialapp": "the house's own keys for single sign-on",
    "socialaccount_socialtoken": "belongs to a person",
    "usersessions_usersession": "belongs to a person",
}
# Who may look across workspaces, and what for. Everybody else is given a workspace by a door, `@service` or a claim.
EVERYWHERE = {
    "agents/selectors/agents.py": "which turns are due or were missed: for sweeps and health",
    "config/health.py": "whether a channel of anybody's is paused",
    "conversations/models/channels.py": "whether an address is free",
    "conversations/selectors/channels.py": "a delivery's channel, by its address",
    "conversations/selectors/health.py": "the periodic look at channels, and the age of what is due",
    "conversations/selectors/later.py": "what is due to be sent, of whichever workspace: for the sweep",
    "conversations/selectors/media.py": "files that are due: for workers",
    "conversations/selectors/threads.py": "for how long things are due: for health",
    "conversations/selectors/waiting.py": "what is due, of whichever workspace: for workers and sweeps",
    "conversations/services/channels.py": "whether an address is free",
    "conversations/services/deliveries.py": "one app's delivery holds items for numbers of several workspaces",
    "crm/bus.py": "which events are overdue: for the sweep",
    "crm/core/pool.py": "the door of deliveries: whose address it is, and keeping what came to several",
    "crm/core/walls.py": "the workspace of a row that a task names",
    "crm/selectors/contacts.py": "the oldest event that waits: for health",
    "crm/selectors/dead_letters.py": "dead letters, counted for health; replays that are due: for the sweep",
    "crm/selectors/people.py": "invitations, by the secret of their link; whether a person works elsewhere too",
    "crm/selectors/workspaces.py": "signing in: memberships and keys, before a workspace is known",
    "crm/services/alert_mails.py": "which mails are due",
    "crm/services/idempotency.py": "answers too old to keep",
    "crm/services/invitation_mails.py": "which mails are due",
    "crm/services/invitations.py": "an invitation, by the secret of its link or the address that was proven",
    "crm/services/workspaces.py": "opening a workspace",
    "leads/selectors/jobs.py": "bulk changes that are due, of every workspace: for the sweep",
    "leads/selectors/briefs.py": "conversations that no lead follows: for the sweep",
    "manage.py": "whoever has a terminal runs the house",
}
WALLS = """
    SELECT c.relname,
           EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'),
           c.relrowsecurity AND c.relforcerowsecurity,
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL
                AND pg_get_expr(p.polqual, c.oid) = pg_get_expr(p.polwithcheck, c.oid)),
           (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid),
           EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = c.oid AND a.attname = 'workspace_id' AND i.indpred IS NULL)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1
"""


def gaps():
    """What is wrong with the tables of the database, a line each."""
    with connection.cursor() as cursor:
        cursor.execute(WALLS)
        return [line for row in cursor.fetchall() for line in _gaps(*row)]


def _gaps(table, has_workspace, is_forced, whole_policies, policies, has_index):
    if table in GLOBAL:
        return [f"{table} is on the list of global tables and has a workspace"] if has_workspace else []
    found = (
        [] if is_forced else [f"{table}: no FORCE ROW LEVEL SECURITY (crm.core.masonry.Wall in a migration)"]
    )
    if (whole_policies, policies) != (1, 1):
        found.append(f"{table}: needs one policy, for all commands, the same for reading and writing")
    if has_workspace and not has_index:
        found.append(f"{table}: no whole index begins with workspace_id")
    return found


def test_every_table_has_a_wall(db):
    """Those with a workspace by it, those that tie two rows by their parents, the others for a reason."""
    assert gaps() == []


@pytest.mark.parametrize(
    ("columns", "after", "missing"),
    [
        ("workspace_id uuid", "", ["no FORCE", "needs one policy", "no whole index"]),
        ("id uuid", "", ["no FORCE", "needs one policy"]),
        (
            "workspace_id uuid PRIMARY KEY",
            "ALTER TABLE bare ENABLE ROW LEVEL SECURITY",
            ["no FORCE", "needs one"],
        ),
        (
            "workspace_id uuid PRIMARY KEY",
            "ALTER TABLE bare ENABLE ROW LEVEL SECURITY; ALTER TABLE bare FORCE ROW LEVEL SECURITY;"
            " CREATE POLICY wall ON bare USING (false) WITH CHECK (true)",
            ["needs one policy"],
        ),
        (
            "workspace_id uuid PRIMARY KEY",
            "ALTER TABLE bare ENABLE ROW LEVEL SECURITY; ALTER TABLE bare FORCE ROW LEVEL SECURITY;"
            " CREATE POLICY wall ON bare USING (false) WITH CHECK (false);"
            " CREATE POLICY hole ON bare USING (true) WITH CHECK (true)",
            ["needs one policy"],
        ),
    ],
)
def test_a_new_table_without_one_is_caught(db, columns, after, missing):
    """No wall, half a wall, a wall with a hole."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        if after:
            cursor.execute(after)

    found = gaps()

    assert len(found) == len(missing)
    assert all(line.startswith("bare: ") and part in line for line, part in zip(found, missing, strict=True))


def test_every_policy_asks_for_the_workspace(db):
    """The rule itself, not only that there is one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT polrelid::regclass::text, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1"
        )
        rules = dict(cursor.fetchall())
    tied = {t for t, rule in rules.items() if "EXISTS" in rule}
    by_id = {"crm_workspace", "crm_workspacehistory"}

    assert tied == {
        "crm_membership_teams",
        "crm_contact_accounts",
        "crm_invitation_teams",
        "agents_agent_channels",
    }
    assert len({rule for table, rule in rules.items() if table not in tied | by_id}) == 1
    assert "workspace_id = ( SELECT (NULLIF(current_setting('app.workspace'" in rules["leads_lead"]
    assert "id = ( SELECT (NULLIF(current_setting('app.workspace'" in rules["crm_workspace"]


def test_every_model_of_ours_is_behind_a_wall(db):
    """Whatever the models say must be in the database too."""
    tables = {m._meta.db_table for m in apps.get_models() if m._meta.app_label in FLOORS} - GLOBAL.keys()

    assert len(tables) > 40
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relforcerowsecurity")
        assert tables - {name for (name,) in cursor.fetchall()} == set()


def lookers(found):
    """Files that look everywhere."""
    return {s.path for s in found if any(_looks(node) for node in ast.walk(s.tree))}


def _looks(node):
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return name in {"everywhere", "EVERYWHERE"} and isinstance(node.ctx, ast.Load)
    return False


def test_few_look_everywhere():
    """Each file that does is listed above with what it looks for."""
    manage = parsed((ROOT / "manage.py").read_text(), "manage.py")

    assert lookers([*sources(), manage]) == EVERYWHERE.keys()


def test_a_new_looker_is_caught():
    """As a name, as an attribute, as a decorator."""
    samples = [
        "with everywhere():\n  pass",
        "with walls.everywhere():\n  pass",
        "@everywhere()\ndef f(): pass",
    ]

    assert all(lookers([parsed(text)]) for text in samples)
    assert not lookers([parsed("with within(workspace_id):\n  pass")])


def says_for_longer(text):
    """Does the source say something to the session? A pooler hands that on to the next client."""
    words = text.lower().replace('"', "'")
    locks = "pg_advisory_lock" in words or "pg_try_advisory_lock" in words
    return locks or ("set_config(" in words and ", false)" in words)


def test_nothing_outlives_a_transaction():
    """Locks and settings of a session would be another client's behind a pooler: only `..._xact_...` and `true`."""
    texts = {s.path: (ROOT / s.path).read_text() for s in sources()}

    assert [path for path, text in texts.items() if says_for_longer(text)] == []


def test_what_outlives_a_transaction_is_caught():
    """A lock and a setting of the session; those of the transaction pass."""
    assert says_for_longer('cursor.execute("SELECT pg_advisory_lock(1)")')
    assert says_for_longer("SELECT set_config('app.workspace', %s, false)")
    assert not says_for_longer("SELECT pg_try_advisory_xact_lock(1), set_config('app.workspace', %s, true)")
