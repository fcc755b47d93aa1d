"""Alerts by mail: choices per person and kind, times, and what is due."""

import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.masonry import Wall

KINDS = [
    ("assignment", "Something is given to me"),
    ("handoff", "A customer waits for a person"),
    ("mention", "A colleague mentions me"),
    ("failed_send", "My message could not be sent"),
    ("snooze", "A snoozed conversation is back"),
    ("channel", "A channel needs a look"),
    ("other", "Everything else"),
]
MAIL = [("now", "At once"), ("digest", "Once a day"), ("off", "Never")]


def row():
    """What every row of a workspace has."""
    return [
        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
        ("version", models.PositiveIntegerField(default=1, editable=False)),
        ("created_at", models.DateTimeField(auto_now_add=True)),
    ]


def ties():
    """To whom it belongs."""
    return [
        ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
        ("workspace", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.workspace")),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0013_managers_broadcast"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertChoice",
            fields=[
                *row(),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("in_app", models.BooleanField(default=True)),
                ("mail", models.CharField(choices=MAIL, max_length=8)),
                *ties(),
            ],
        ),
        migrations.CreateModel(
            name="AlertTimes",
            fields=[
                *row(),
                ("time_zone", models.CharField(blank=True, max_length=60)),
                ("digest_at", models.TimeField(default=datetime.time(8, 0))),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("is_mail_off", models.BooleanField(default=False)),
                *ties(),
            ],
        ),
        migrations.AddConstraint(
            model_name="alertchoice",
            constraint=models.UniqueConstraint(fields=("workspace", "user", "kind"), name="alert_choice_once"),
        ),
        migrations.AddConstraint(
            model_name="alerttimes",
            constraint=models.UniqueConstraint(fields=("workspace", "user"), name="alert_times_once"),
        ),
        migrations.AddField("alert", "is_in_app", models.BooleanField(default=True, db_default=True)),
        migrations.AddField("alert", "mail", models.CharField(blank=True, choices=MAIL, max_length=8, default="", db_default="")),
        migrations.AddField("alert", "mail_due_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddField("alert", "mail_tries", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("alert", "mailed_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddIndex(
            "alert",
            models.Index(fields=["mail_due_at"], name="alert_mail_due", condition=models.Q(mail_due_at__isnull=False)),
        ),
        Wall("crm_alertchoice"),
        Wall("crm_alerttimes"),
    ]
