"""What a workspace starts with: Sarah."""

from agents.models import Agent
from crm.core.actors import Actor
from crm.core.permissions import check
from crm.core.service import service
from crm.models import Workspace


@service
def set_up_agent(*, actor: Actor) -> Agent:
    """Give a workspace its first agent, once: what an admin renames or switches off stays so."""
    check(actor, "settings.manage")
    workspace = Workspace.objects.select_for_update().get(pk=actor.workspace_id)
    known = Agent.objects.filter(workspace=workspace).order_by("created_at").first()
    if known is not None:
        return known
    return Agent.objects.create(
        workspace=workspace,
        business_name=workspace.name,
        persona="Warm, brief, honest. Asks one thing at a time, never names a price or promises anything.",
        default_language=workspace.language if workspace.language in {"en", "es", "id"} else "en",
    )
