from django.db import migrations

MAKE = """
CREATE TABLE crm_sign_in_counts (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX crm_sign_in_counts_expires ON crm_sign_in_counts (expires);
"""


class Migration(migrations.Migration):
    """The table of Django's database cache: failed tries and used codes (settings/topics/live.py)."""

    dependencies = [("crm", "0004_api_key_scopes_and_invitations")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE crm_sign_in_counts")]
