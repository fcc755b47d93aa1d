"""The ground floor."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """Names the app, subscribes its reactions, hangs its topics."""

    name = "crm"
    verbose_name = _("CRM")

    def ready(self) -> None:
        """Everything here must be known before the first request."""
        from crm import checks, live, reactions, selectors, services  # noqa: F401, PLC0415
        from crm.admin import contacts, people, records  # noqa: F401, PLC0415  Django only looks for one file
        from crm.core import dead_letters, sealing  # noqa: PLC0415
        from crm.core.configuration import add_part  # noqa: PLC0415
        from crm.core.settings_pages import add_settings_page  # noqa: PLC0415
        from crm.views import sign_in  # noqa: F401, PLC0415  listens to what people change about their sign-in
        from crm.views.settings_pages import PAGES  # noqa: PLC0415

        live.register_topic("alerts", lambda actor, id_: actor.user_id is not None)
        live.register_topic("dead_letters", lambda actor, id_: actor.may("deadletters.view"))
        dead_letters.add_source(services.DEAD_EVENTS)
        sealing.add_sealed("second factors", services.reseal_second_factors)
        selectors.add_finder(selectors.CONTACTS)
        live.register_topic("contact", lambda actor, id_: actor.may("contacts.view"))
        for page in PAGES:
            add_settings_page(page)
        for part in services.PARTS:
            add_part(part)
