"""All tables of this floor at once, for a new database: its migrations one by one take several times as long."""

import agents.models.agents
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

from crm.core.masonry import Wall, WallByParents


class Migration(migrations.Migration):

    replaces = [
        ('agents', '0001_initial'),
        ('agents', '0002_initial'),
        ('agents', '0003_initial'),
        ('agents', '0004_keep_what_a_turn_replays_from'),
        ('agents', '0005_turns_given_up'),
        ('agents', '0006_walls'),
        ('agents', '0007_turns_by_workspace'),
        ('agents', '0008_what_a_turn_saw'),
    ]

    initial = True

    dependencies = [
        ('conversations', '0001_squashed_0022'),
        ('crm', '0001_squashed_0018'),
        ('crm', '__first__'),
        ('leads', '0001_squashed_0009'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(default='Sarah', max_length=60)),
                ('business_name', models.CharField(blank=True, help_text='For whom it speaks.', max_length=120)),
                ('persona', models.TextField(blank=True, help_text='Who it is and how it talks; a model reads this.')),
                ('tone', models.CharField(default='friendly', max_length=20)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], max_length=5), default=agents.models.agents.all_languages, size=None)),
                ('default_language', models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], default='en', max_length=5)),
                ('is_active', models.BooleanField(default=True)),
                ('pricing_policy', models.CharField(choices=[('defer_once', 'Say that a colleague gives the price; hand over when asked again'), ('hand_over', 'Hand over at once'), ('never', 'Say that a colleague gives the price; hand over only when they insist')], default='defer_once', max_length=12)),
                ('answer_threshold', models.FloatField(default=0.6, help_text='From this confidence on it acts on what it understood.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('clarify_threshold', models.FloatField(default=0.35, help_text='Below this it says that it did not understand.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('max_asks_per_slot', models.PositiveSmallIntegerField(default=3, help_text='Then a person takes over.', validators=[django.core.validators.MinValueValidator(1)])),
                ('max_misses', models.PositiveSmallIntegerField(default=2, help_text='Misses in a row before a person takes over.', validators=[django.core.validators.MinValueValidator(1)])),
                ('wait_complete', models.FloatField(default=0.7, help_text='Seconds.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait after a complete message')),
                ('wait_fragment', models.FloatField(default=1.3, help_text='Seconds.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait after a fragment')),
                ('wait_at_most', models.FloatField(default=4.0, help_text='Seconds from the first unanswered message.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait at most')),
                ('channels', models.ManyToManyField(blank=True, help_text='Empty: every channel of the workspace.', related_name='+', to='conversations.channel')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AgentHistory',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(blank=True, editable=False)),
                ('actor_kind', models.CharField(blank=True, max_length=20)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(blank=True, max_length=200)),
                ('via', models.CharField(blank=True, max_length=20)),
                ('name', models.CharField(default='Sarah', max_length=60)),
                ('business_name', models.CharField(blank=True, help_text='For whom it speaks.', max_length=120)),
                ('persona', models.TextField(blank=True, help_text='Who it is and how it talks; a model reads this.')),
                ('tone', models.CharField(default='friendly', max_length=20)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], max_length=5), default=agents.models.agents.all_languages, size=None)),
                ('default_language', models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], default='en', max_length=5)),
                ('is_active', models.BooleanField(default=True)),
                ('pricing_policy', models.CharField(choices=[('defer_once', 'Say that a colleague gives the price; hand over when asked again'), ('hand_over', 'Hand over at once'), ('never', 'Say that a colleague gives the price; hand over only when they insist')], default='defer_once', max_length=12)),
                ('answer_threshold', models.FloatField(default=0.6, help_text='From this confidence on it acts on what it understood.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('clarify_threshold', models.FloatField(default=0.35, help_text='Below this it says that it did not understand.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('max_asks_per_slot', models.PositiveSmallIntegerField(default=3, help_text='Then a person takes over.', validators=[django.core.validators.MinValueValidator(1)])),
                ('max_misses', models.PositiveSmallIntegerField(default=2, help_text='Misses in a row before a person takes over.', validators=[django.core.validators.MinValueValidator(1)])),
                ('wait_complete', models.FloatField(default=0.7, help_text='Seconds.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait after a complete message')),
                ('wait_fragment', models.FloatField(default=1.3, help_text='Seconds.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait after a fragment')),
                ('wait_at_most', models.FloatField(default=4.0, help_text='Seconds from the first unanswered message.', validators=[django.core.validators.MinValueValidator(0)], verbose_name='wait at most')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='crm.workspace')),
            ],
            options={
                'verbose_name': 'historical agent',
                'verbose_name_plural': 'historical agents',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='AgentQuestionHistory',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(blank=True, editable=False)),
                ('actor_kind', models.CharField(blank=True, max_length=20)),
                ('actor_id', models.CharField(blank=True, max_length=64)),
                ('actor_label', models.CharField(blank=True, max_length=200)),
                ('via', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], max_length=5)),
                ('text', models.CharField(max_length=300)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('agent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='agents.agent')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('slot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='leads.slot')),
                ('workspace', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='crm.workspace')),
            ],
            options={
                'verbose_name': 'historical agent question',
                'verbose_name_plural': 'historical agent questions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='AgentSession',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.JSONField(blank=True, default=dict)),
                ('watermark', models.PositiveIntegerField(default=0)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('hard_deadline', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('restarts', models.PositiveSmallIntegerField(default=0)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent')),
                ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='conversations.conversation')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
            ],
            options={
                'indexes': [
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='session_due'),
                    models.Index(condition=models.Q(('due_at__isnull', False)), fields=['workspace', 'due_at'], name='session_turn'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('conversation_id', models.UUIDField()),
                ('message_ids', models.JSONField(default=list)),
                ('seen_sequence', models.PositiveIntegerField()),
                ('epoch', models.PositiveIntegerField()),
                ('agent_version', models.PositiveIntegerField(default=1)),
                ('seed', models.BigIntegerField(default=0)),
                ('spec', models.JSONField(default=dict)),
                ('score', models.PositiveSmallIntegerField(default=0)),
                ('saw', models.JSONField(db_default=[], default=list)),
                ('state_before', models.JSONField(default=dict)),
                ('state_after', models.JSONField(default=dict)),
                ('understanding', models.JSONField(default=dict)),
                ('acts', models.JSONField(default=list)),
                ('effects', models.JSONField(default=list)),
                ('why', models.JSONField(default=list)),
                ('outcome', models.CharField(choices=[('published', 'Published'), ('superseded', 'Dropped: a newer message came'), ('silenced', 'Dropped: a person took over'), ('failed', 'Failed')], max_length=12)),
                ('model_name', models.CharField(blank=True, max_length=120)),
                ('tokens_in', models.PositiveIntegerField(default=0)),
                ('tokens_out', models.PositiveIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=6, default=0, max_digits=12)),
                ('latency_ms', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('gave_up', models.BooleanField(db_default=False, default=False)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(auto_now_add=True)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='agents.agentsession')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['conversation_id', '-started_at'], name='turn_of_conversation'),
                    models.Index(fields=['workspace', '-started_at'], name='turn_newest'),
                    models.Index(condition=models.Q(('gave_up', True)), fields=['workspace', '-started_at'], name='turn_dead'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation_id', models.UUIDField()),
                ('reason', models.CharField(max_length=30)),
                ('because', models.TextField(blank=True)),
                ('quote', models.TextField(blank=True)),
                ('message_id', models.CharField(blank=True, max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
                ('turn', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='escalations', to='agents.turn')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['workspace', '-at'], name='escalation_newest'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AgentQuestion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Español'), ('id', 'Bahasa Indonesia')], max_length=5)),
                ('text', models.CharField(max_length=300)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='agents.agent')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.slot')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.workspace')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('agent', 'slot', 'language'), name='question_once'),
                ],
            },
        ),
        Wall("agents_agent"),
        Wall("agents_agenthistory"),
        Wall("agents_agentquestion"),
        Wall("agents_agentquestionhistory"),
        Wall("agents_agentsession"),
        Wall("agents_escalation"),
        Wall("agents_turn"),
        WallByParents("agents_agent_channels", {"agent_id": "agents_agent", "channel_id": "conversations_channel"}),
    ]
