from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0023_edited_deliveries'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='retried_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
