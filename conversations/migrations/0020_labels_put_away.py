import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0019_priority'),
    ]

    operations = [
        migrations.AddField(
            model_name='label',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='labelhistory',
            name='archived_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='label',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='conversations.label'),
        ),
        migrations.AddField(
            model_name='labelhistory',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='conversations.label'),
        ),
        migrations.AddField(
            model_name='label',
            name='moved',
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.RemoveConstraint(
            model_name='label',
            name='label_name_once',
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(models.F('workspace'), Lower('name'), condition=models.Q(('archived_at__isnull', True)), name='label_name_once'),
        ),
    ]
