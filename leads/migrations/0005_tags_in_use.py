"""The words leads are tagged with get their rows."""

from django.db import migrations

TAGS_IN_USE = """
INSERT INTO crm_tag (id, workspace_id, version, created_at, name, key, colour)
SELECT DISTINCT ON (workspace_id, lower(word)) gen_random_uuid(), workspace_id, 1, now(), word, lower(word), 'grey'
FROM leads_lead, unnest(tags) AS word WHERE word <> '' ORDER BY workspace_id, lower(word), word
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_walls"), ("crm", "0011_tags")]

    operations = [migrations.RunSQL(TAGS_IN_USE, migrations.RunSQL.noop)]
