"""Which workspace is owed a turn, without reading all that are."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0006_walls'),
        ('conversations', '0012_walls'),
        ('crm', '0009_walls'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='agentsession',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['workspace', 'due_at'], name='session_turn'),
        ),
    ]
