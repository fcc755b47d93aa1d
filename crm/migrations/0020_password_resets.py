import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0019_confirmed_phones")]
    operations = [
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("email", models.EmailField(max_length=320)),
                ("language", models.CharField(max_length=5)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("mail_due_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
    ]
