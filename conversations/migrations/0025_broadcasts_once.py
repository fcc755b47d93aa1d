from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0024_messages_sent_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='broadcast',
            name='cause',
            field=models.CharField(blank=True, max_length=120, null=True),
        ),
        migrations.AddField(
            model_name='broadcasthistory',
            name='cause',
            field=models.CharField(blank=True, max_length=120, null=True),
        ),
        migrations.AddConstraint(
            model_name='broadcast',
            constraint=models.UniqueConstraint(fields=('workspace', 'cause'), name='broadcast_cause_once'),
        ),
    ]
