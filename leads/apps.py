"""The leads floor: who may buy."""

from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from crm.core.actors import Actor


class LeadsConfig(AppConfig):
    """Names the app, subscribes its reactions, hangs its topics and its cards."""

    name = "leads"
    verbose_name = _("Leads")

    def ready(self) -> None:
        """Everything here must be known before the first request."""
        from crm import live, panels  # noqa: PLC0415
        from crm import selectors as crm_selectors  # noqa: PLC0415
        from crm import services as crm_services  # noqa: PLC0415
        from crm.core import palette  # noqa: PLC0415
        from crm.core.configuration import add_part  # noqa: PLC0415
        from crm.core.settings_pages import add_settings_page  # noqa: PLC0415
        from leads import reactions, selectors, services  # noqa: F401, PLC0415
        from leads.views.scoring import SCORING  # noqa: PLC0415

        def may_watch(actor: Actor, id_: str) -> bool:
            lead_id = _uuid(id_)
            return lead_id is not None and selectors.may_see_lead(actor, lead_id)

        def may_watch_job(actor: Actor, id_: str) -> bool:
            job_id = _uuid(id_)
            return job_id is not None and selectors.visible_jobs(actor).filter(pk=job_id).exists()

        crm_services.register_mover("leads", services.move_leads, services.put_leads_back)
        live.register_topic("leads", lambda actor, id_: actor.may("leads.view"))
        live.register_topic("lead", may_watch)
        live.register_topic("lead-job", may_watch_job)
        panels.add("conversation", "Lead", "leads:panel")
        panels.add_brief("lead", selectors.lead_briefs)
        crm_selectors.add_finder(selectors.LEADS)
        palette.add_offer("leads:detail", selectors.acts_on_lead)
        panels.add_facts(selectors.facts_changed)
        add_settings_page(SCORING)
        for part in services.PARTS:
            add_part(part)
        panels.add_worth(selectors.has_hot_lead)
        panels.add_queue(selectors.leads_wanting)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
