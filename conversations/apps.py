"""Every message, every channel."""

from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor


class ConversationsConfig(AppConfig):
    """Names the app, subscribes its reactions, hangs its topics and numbers."""

    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        """Everything here must be known before the first request."""
        from conversations import reactions, selectors, services  # noqa: F401, PLC0415
        from conversations.views.canned import CANNED_REPLIES  # noqa: PLC0415
        from conversations.views.channels import CHANNELS  # noqa: PLC0415
        from conversations.views.labels import LABELS  # noqa: PLC0415
        from conversations.views.samples import sample_rows  # noqa: PLC0415
        from crm import live, panels  # noqa: PLC0415
        from crm import selectors as crm_selectors  # noqa: PLC0415
        from crm import services as crm_services  # noqa: PLC0415
        from crm.core import dead_letters, palette, sealing  # noqa: PLC0415
        from crm.core.configuration import add_part  # noqa: PLC0415
        from crm.core.settings_pages import add_settings_page  # noqa: PLC0415

        def may_watch(actor: Actor, id_: str) -> bool:
            conversation_id = _uuid(id_)
            rows = selectors.visible_conversations(actor)
            return conversation_id is not None and rows.filter(pk=conversation_id).exists()

        crm_services.register_mover(
            "conversations", services.move_conversations, services.put_conversations_back
        )
        live.register_topic("conversations", lambda actor, id_: actor.may("conversations.view"))
        live.register_topic("conversation", may_watch, shows_watchers=True)
        live.register_topic("channels", lambda actor, id_: actor.may("conversations.view"))
        add_settings_page(CHANNELS)
        add_settings_page(CANNED_REPLIES)
        add_settings_page(LABELS)
        for part in services.PARTS:
            add_part(part)
        panels.add_count("unread_total", selectors.unread_conversations)
        panels.add_queue(selectors.waiting_for_people)
        crm_selectors.add_finder(selectors.CONVERSATIONS)
        palette.add_offer("conversations:inbox", selectors.acts_on_open)
        palette.add_offer("conversations:thread", selectors.acts_on_conversation)
        crm_selectors.add_finder(selectors.MESSAGES)
        panels.add_samples("inbox rows", sample_rows)
        panels.add_brief("conversation", selectors.conversation_briefs)
        sealing.add_sealed("channels", services.reseal_channels)
        for source in services.DEAD_LETTERS:
            dead_letters.add_source(source)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
