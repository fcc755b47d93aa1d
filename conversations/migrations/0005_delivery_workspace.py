"""A delivery names its workspace itself, so that row security can stand on its table too."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
    UPDATE conversations_inbounddelivery d SET workspace_id = c.workspace_id
    FROM conversations_channel c WHERE c.id = d.channel_id AND d.workspace_id IS NULL
"""
# Queued constraint checks would refuse the ALTER TABLE that follows in the same transaction.
SETTLE = "SET CONSTRAINTS ALL IMMEDIATE"


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("conversations", "0004_unread_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="inbounddelivery",
            name="workspace",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.workspace"
            ),
        ),
        migrations.RunSQL([FILL, SETTLE], migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="inbounddelivery",
            name="workspace",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.workspace"
            ),
        ),
    ]
