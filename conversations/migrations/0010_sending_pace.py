"""How fast a channel may send, what keeps it from sending, and indexes to find the next row fairly."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_say_why_old_ones_are_dead'),
        ('crm', '0002_staff_by_role'),
    ]

    operations = [
        migrations.AddField(
            model_name='channel',
            name='broken_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='failures_in_a_row',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='channel',
            name='paused_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='channel',
            name='rate',
            field=models.PositiveSmallIntegerField(default=80, help_text='What the provider allows this number: 80, or 20 while the phone app uses it too.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='messages a second'),
        ),
        migrations.AddField(
            model_name='channel',
            name='throttled_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='channelhistory',
            name='paused_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='channelhistory',
            name='rate',
            field=models.PositiveSmallIntegerField(default=80, help_text='What the provider allows this number: 80, or 20 while the phone app uses it too.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='messages a second'),
        ),
        migrations.AddField(
            model_name='conversation',
            name='pair_full_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='inbounditem',
            index=models.Index(condition=models.Q(('state', 'new')), fields=['channel', 'kind', 'next_at'], name='item_lane'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('direction', 'out'), ('status__in', ['queued', 'unknown'])), fields=['channel', 'author_kind', 'next_at'], name='message_lane'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('direction', 'out'), ('status__in', ['queued', 'unknown'])), fields=['conversation', 'sequence'], name='message_head'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('attempted_at__isnull', False)), fields=['channel', 'attempted_at'], name='message_attempted'),
        ),
    ]
