import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from crm.core.masonry import Wall


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0016_messages_for_later'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GiveBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.PositiveIntegerField()),
                ('by_name', models.CharField(max_length=200)),
                ('since', models.DateTimeField()),
                ('said', models.JSONField(default=list)),
                ('said_count', models.PositiveIntegerField(default=0)),
                ('facts', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='give_backs', to='conversations.conversation')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
            ],
            options={
                'indexes': [models.Index(fields=['conversation', 'created_at'], name='give_back_of_conversation')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'epoch'), name='give_back_once_an_epoch')],
            },
        ),
        Wall("conversations_giveback"),
    ]
