"""Managers of existing workspaces see and replay dead letters, as those of new ones do; admins may do everything."""

from django.db import migrations

GIVE = """
    UPDATE crm_role SET permissions = permissions || ARRAY['deadletters.view', 'deadletters.replay']::varchar[]
    WHERE key = 'manager' AND NOT permissions && ARRAY['*', 'deadletters.view']::varchar[]
"""
TAKE = """
    UPDATE crm_role
    SET permissions = array_remove(array_remove(permissions, 'deadletters.view'), 'deadletters.replay')
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_dead_letters")]
    operations = [migrations.RunSQL(GIVE, TAKE)]
