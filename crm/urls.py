"""Addresses of the ground floor."""

from django.urls import include, path
from rest_framework.routers import DefaultRouter

from crm.api.contacts import ContactViewSet
from crm.views import pages, reports, settings_pages

app_name = "crm"

router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
router.register("contacts", ContactViewSet, basename="contact")

urlpatterns = [
    path("", pages.home, name="home"),
    path("csp-report/", reports.csp_report, name="csp_report"),
    path("alerts/", pages.alerts, name="alerts"),
    path("alerts/badge/", pages.alert_badge, name="alert_badge"),
    path("workspaces/<uuid:workspace_id>/choose/", pages.choose_workspace, name="choose_workspace"),
    path("alerts/read/", pages.alerts_read, name="alerts_read"),
    path("settings/", settings_pages.index, name="settings"),
    path("api/v1/", include((router.urls, "api"))),
]
