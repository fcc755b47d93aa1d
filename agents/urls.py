"""Addresses of the agents floor."""

from django.urls import path

from agents.views import agents, slots

app_name = "agents"

urlpatterns = [
    path("settings/agents/", agents.agents, name="agents"),
    path("settings/agents/new/", agents.new_agent, name="new_agent"),
    path("settings/agents/<uuid:agent_id>/", agents.agent, name="agent"),
    path("settings/agents/<uuid:agent_id>/switch/", agents.switch, name="switch"),
    path("settings/agents/<uuid:agent_id>/changes/<int:change_id>/undo/", agents.undo, name="undo"),
    path("settings/slots/", slots.slots, name="slots"),
    path("settings/slots/new/", slots.new_slot, name="new_slot"),
    path("settings/slots/<uuid:slot_id>/", slots.slot, name="slot"),
    path("settings/slots/<uuid:slot_id>/move/", slots.move_slot, name="move_slot"),
    path("settings/slots/<uuid:slot_id>/switch/", slots.switch_slot, name="switch_slot"),
    path("settings/slots/<uuid:slot_id>/changes/<int:change_id>/undo/", slots.undo_slot, name="undo_slot"),
]
