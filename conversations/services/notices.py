"""What the provider tells about an account is kept, carried out, and shown to those who can act."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from conversations.channels.port import InboundNotice, TemplateNews
from conversations.events import ChannelNoticed
from conversations.models import Channel, ChannelNotice, MessageTemplate, NoticeLevel
from conversations.services.pacing import throttle
from crm import selectors as crm_selectors
from crm import services as crm_services
from crm.bus import publish
from crm.core.actors import Actor
from crm.core.service import service

# aspect of a template -> the values that are news of it
ASPECTS = {
    "status": ("status", "reason", "advice"),
    "category": ("category", "next_category", "category_changes_at"),
    "quality": ("quality",),
}


@service
def record_notice(*, actor: Actor, channel: Channel, notice: InboundNotice) -> ChannelNotice:
    """Keep a notice; bring the template up to date; send slower when asked to; alert admins of what wants them."""
    row, is_new = ChannelNotice.objects.get_or_create(
        channel=channel,
        external_id=notice.external_id[:320],
        defaults={
            "workspace_id": channel.workspace_id,
            "kind": notice.kind,
            "code": notice.code[:60],
            "level": notice.level,
            "title": notice.title[:200],
            "detail": notice.detail,
            "at": notice.at,
        },
    )
    if not is_new:
        return row
    if notice.template is not None:
        _note_template(channel, notice.template, notice.at)
    if notice.throttle_seconds:
        throttle(channel, notice.at + timedelta(seconds=notice.throttle_seconds))
    publish(ChannelNoticed(str(channel.pk), row.kind, row.level, row.title), actor=actor)
    if row.level != NoticeLevel.INFO:
        _alert_admins(actor, channel, row)
    return row


def _note_template(channel: Channel, news: TemplateNews, at: datetime) -> None:
    """Each aspect by its own clock, so that late news of one does not undo newer news."""
    told = asdict(news)
    row, _ = MessageTemplate.objects.select_for_update(no_key=True).get_or_create(
        channel=channel,
        name=news.name,
        language=news.language,
        defaults={"workspace_id": channel.workspace_id, "provider_id": news.provider_id},
    )
    for aspect, fields in ASPECTS.items():
        last: datetime | None = getattr(row, f"{aspect}_at")
        if told[aspect] and (last is None or last <= at):
            _write(row, {name: told[name] for name in fields} | {f"{aspect}_at": at})
    row.save()


def _write(row: MessageTemplate, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _alert_admins(actor: Actor, channel: Channel, row: ChannelNotice) -> None:
    for member in crm_selectors.members_who_may(channel.workspace_id, "settings.manage"):
        crm_services.alert_user(
            actor=actor,
            user_id=member.user_id,
            kind="channel",
            key=f"notice:{row.pk}",
            title=f"{channel}: {row.title}"[:200],
            body=row.detail,
            url="/settings/",
        )
