from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0001_squashed_0022'),
    ]

    operations = [
        migrations.AddField(
            model_name='inbounddelivery',
            name='edited_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
