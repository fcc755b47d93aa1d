"""Django's admin with our site. A module of its own: the site needs the models, which come later."""

from django.contrib.admin.apps import AdminConfig


class CrmAdminConfig(AdminConfig):
    """Finds every floor's admin."""

    default_site = "config.admin_site.CrmAdminSite"
