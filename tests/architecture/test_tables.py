"""Every table of a workspace can be asked by workspace without reading everybody's rows."""

from django.apps import apps
from django.db import models

from tests.architecture.sources import FLOORS

# table -> why it is never listed by workspace
ALLOWED: dict[str, str] = {}


def leads_with_workspace(model: type[models.Model]) -> bool:
    """True when an index or a constraint begins with the workspace (a foreign key has one of its own)."""
    field = model._meta.get_field("workspace")
    firsts = [i.fields[0].lstrip("-") for i in model._meta.indexes if i.fields]
    firsts += [
        c.fields[0] for c in model._meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields
    ]
    return bool(getattr(field, "db_index", False) or getattr(field, "unique", False)) or "workspace" in firsts


def test_tables_are_found_by_workspace():
    """Lists start from the workspace: so must an index."""
    tables = [m for m in apps.get_models() if m._meta.app_label in FLOORS and _has_workspace(m)]

    assert len(tables) > 15
    assert [m.__name__ for m in tables if not leads_with_workspace(m) and m.__name__ not in ALLOWED] == []


def test_a_table_without_is_caught():
    """A key to the workspace that was told to have no index."""
    workspace = models.ForeignKey("crm.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    meta = type("Meta", (), {"app_label": "crm", "managed": False})
    bare = type("Bare", (models.Model,), {"__module__": __name__, "workspace": workspace, "Meta": meta})
    try:
        assert not leads_with_workspace(bare)
    finally:
        del apps.all_models["crm"]["bare"]
        apps.clear_cache()


def _has_workspace(model: type[models.Model]) -> bool:
    return any(f.name == "workspace" for f in model._meta.get_fields())
