"""Contacts are found by their names without case and accents, and by any part of an address."""

import django.contrib.postgres.indexes
from django.db import migrations, models

FOLD = """
    UPDATE crm_contact
    SET folded_name = left(lower(regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036f]', '', 'g')), 400)
    WHERE name <> ''
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0009_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="folded_name",
            field=models.CharField(blank=True, default="", editable=False, max_length=400),
            preserve_default=False,
        ),
        migrations.RunSQL(FOLD, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("folded_name"), name="gin_trgm_ops"),
                name="contact_folded_trgm",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("value"), name="gin_trgm_ops"),
                name="identity_value_trgm",
            ),
        ),
    ]
