"""What died before reasons were kept gets the one its sentence tells of."""

from django.db import migrations

DELIVERIES = """
    UPDATE conversations_inbounddelivery SET reason = CASE
        WHEN error LIKE 'gave up:%' THEN 'stopped_worker'
        WHEN error = 'no adapter for this kind' THEN 'no_adapter'
        ELSE 'unreadable_body' END
    WHERE state = 'dead' AND reason = ''
"""
ITEMS = """
    UPDATE conversations_inbounditem SET reason = CASE
        WHEN kind = 'unreadable' THEN 'unreadable_part'
        WHEN error LIKE 'No channel of ours%' THEN 'unknown_account'
        WHEN error LIKE 'gave up:%' THEN 'stopped_worker'
        WHEN error ~ '^[a-z_]+: ' THEN left(split_part(error, ': ', 1), 60)
        ELSE 'broke_each_time' END
    WHERE state = 'dead' AND reason = ''
"""
MESSAGES = """
    UPDATE conversations_message SET gave_up = true
    WHERE status = 'failed' AND direction = 'out' AND (error_code IN ('gave_up', 'unknown_outcome') OR attempts >= 8)
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_why_things_are_dead")]
    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (DELIVERIES, ITEMS, MESSAGES)
    ]
