from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0007_turns_by_workspace'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='saw',
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
