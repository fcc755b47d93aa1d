from django.conf import settings
from django.db import migrations, models

LEVELS = [(1, 'Low'), (2, 'Normal'), (3, 'High'), (4, 'Urgent')]


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0018_who_noted_a_consent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='conversation',
            name='priority',
            field=models.PositiveSmallIntegerField(choices=LEVELS, db_default=2, default=2),
        ),
        migrations.AddField(
            model_name='conversationhistory',
            name='priority',
            field=models.PositiveSmallIntegerField(choices=LEVELS, db_default=2, default=2),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['workspace', '-priority', '-last_message_at'], name='conversation_priority'),
        ),
    ]
