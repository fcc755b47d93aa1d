"""The one websocket."""

from django.urls import path

from crm.consumers import LiveConsumer

websocket_urlpatterns = [path("ws/", LiveConsumer.as_asgi())]
