from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0017_give_backs'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='by_name',
            field=models.CharField(blank=True, db_default='', max_length=200),
        ),
    ]
