"""Django's admin with our site. A module of its own: the site needs the models, which come later."""

from django.contrib.admin.apps import AdminConfig

from config.admin_names import translate_names


class CrmAdminConfig(AdminConfig):
    """Finds every floor's admin; it speaks the reader's language down to its columns."""

    default_site = "config.admin_site.CrmAdminSite"

    def ready(self) -> None:
        """Names first: the forms of the admins copy them."""
        translate_names()
        super().ready()
