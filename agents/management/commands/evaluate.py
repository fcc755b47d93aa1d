"""`manage.py evaluate`: how good the offline engine is on the labelled conversations."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agents.evaluation.figures import SetResult, as_json, as_table, evaluate
from agents.evaluation.sets import load_sets
from agents.llm.registry import offline_model


class Command(BaseCommand):
    """Prints a table, or JSON; exit status 1 when a figure is under its floor."""

    help = "Replays the labelled conversations through the offline engine and prints its figures."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The two ways to look closer."""
        parser.add_argument("--json", action="store_true", help="figures for machines")
        parser.add_argument("--failures", action="store_true", help="print every wrong case")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge every set; exit 1 under a floor."""
        results = [evaluate(one, offline_model()) for one in load_sets()]
        text = json.dumps(as_json(results), indent=2) if options["json"] else as_table(results)
        self.stdout.write(text)
        if options["failures"]:
            self._print_failures(results)
        if any(one.broken for one in results):
            sys.exit(1)

    def _print_failures(self, results: list[SetResult]) -> None:
        """Every difference, under the conversation it is in."""
        for verdict in (one for result in results for one in result.verdicts if one.failures):
            self.stderr.write(verdict.conversation)
            for failure in verdict.failures:
                self.stderr.write(f"  {failure}")
