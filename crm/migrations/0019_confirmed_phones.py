"""Numbers that people had in their profiles until now count as before; new ones are confirmed first."""

from django.db import migrations, models

KEEP = """
    UPDATE crm_membership SET confirmed_phone = crm_user.phone FROM crm_user
    WHERE crm_user.id = crm_membership.user_id AND crm_user.phone <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0018_events_by_person")]
    operations = [
        migrations.AddField(
            "membershiphistory",
            "confirmed_phone",
            models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            "membership",
            "confirmed_phone",
            models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
