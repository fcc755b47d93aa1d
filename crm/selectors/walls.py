"""Whether the walls between workspaces hold us too."""

from django.db import connection

ROLE = "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)"


def role_above_walls() -> str:
    """The database role we connect as when row security doesn't hold it (superuser, BYPASSRLS); "" when it does."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        found = cursor.fetchone()
    return str(found[0]) if found else ""
