"""Every URL of the product: each floor names its own."""

from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.microsoft.provider import MicrosoftGraphProvider
from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from config import api_page, health

handler400 = "crm.views.errors.bad_request"
handler403 = "crm.views.errors.forbidden"
handler404 = "crm.views.errors.not_found"
handler500 = "crm.views.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path(
        "accounts/email/", RedirectView.as_view(pattern_name="crm:you"), name="account_email"
    ),  # nobody's to change: people are invited by the address that they proved
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path(
        "accounts/3rdparty/", RedirectView.as_view(pattern_name="crm:you"), name="socialaccount_connections"
    ),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path("accounts/", include(default_urlpatterns(GoogleProvider))),  # without its door for pages of others
    path("accounts/", include(default_urlpatterns(MicrosoftGraphProvider))),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/components", health.components),
    path("metrics", health.metrics),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", api_page.docs, name="docs"),
    path("", include("crm.urls")),
    path("", include("conversations.urls")),
    path("", include("leads.urls")),
    path("", include("agents.urls")),
]
