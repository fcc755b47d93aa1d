"""Managers of existing workspaces may write to many, as those of new ones may; admins may do everything."""

from django.db import migrations

GIVE = """
    UPDATE crm_role SET permissions = permissions || ARRAY['conversations.broadcast']::varchar[]
    WHERE key = 'manager' AND NOT permissions && ARRAY['*', 'conversations.broadcast']::varchar[]
"""
TAKE = "UPDATE crm_role SET permissions = array_remove(permissions, 'conversations.broadcast')"


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_custom_fields")]
    operations = [migrations.RunSQL(GIVE, TAKE)]
