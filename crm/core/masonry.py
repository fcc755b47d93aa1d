"""Migration operations that build the walls: row security on a table (see crm/core/walls.py)."""

from typing import Any, ClassVar

from django.db.migrations.operations.base import Operation, OperationCategory

# In sub-selects, so that a statement asks once and not for every row it looks at.
WORKSPACE = "(SELECT nullif(current_setting('app.workspace', true), '')::uuid)"
ALL = "(SELECT current_setting('app.everywhere', true) = 'on')"


class _Masonry(Operation):
    """Turns row security on with one policy for every command, and off again."""

    category = OperationCategory.SQL
    reduces_to_sql: ClassVar[bool] = True
    reversible: ClassVar[bool] = True
    table: str

    def rule(self) -> str:
        """Which rows a statement finds and may write."""
        raise AssertionError("a wall has a rule")

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django's picture of the tables stays as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """FORCE, because the product's role owns its tables."""
        schema_editor.execute(f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY wall ON {self.table} USING ({self.rule()}) WITH CHECK ({self.rule()})"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Down to the ground."""
        schema_editor.execute(f"DROP POLICY wall ON {self.table}")
        schema_editor.execute(f"ALTER TABLE {self.table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        """For people who run the migration."""
        return f"Row security on {self.table}"


class Wall(_Masonry):
    """Rows of a workspace, for those who stand in it or everywhere. `column` holds the workspace's id."""

    def __init__(self, table: str, column: str = "workspace_id") -> None:
        self.table, self.column = table, column

    def rule(self) -> str:
        """The workspace is ours, or we look everywhere."""
        return f"{self.column} = {WORKSPACE} OR {ALL}"


class WallByParents(_Masonry):
    """Rows without a workspace of their own, which tie rows that have one: for those who see both ends."""

    def __init__(self, table: str, parents: dict[str, str]) -> None:
        self.table, self.parents = table, parents

    def rule(self) -> str:
        """Every parent (column -> its table) is there for us: their own walls decide."""
        return " AND ".join(
            f"EXISTS (SELECT 1 FROM {parent} WHERE {parent}.id = {self.table}.{column})"  # noqa: S608
            for column, parent in self.parents.items()
        )
