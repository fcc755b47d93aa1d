"""`manage.py ledger_check`: holds our rows against the rules of the ledger, and against the provider's books."""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.selectors import check_ledger
from conversations.selectors.ledger_rules import Books, Rule, Scope

AGE, DAYS = 900.0, 2.0  # seconds a row may take to come to an end; days that are looked back


class Command(BaseCommand):
    """One line per rule, or JSON; exit status 1 when a rule is broken."""

    help = "Checks that nothing is lost, doubled, out of order or unfinished; one line per rule."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to look at, and how to say it."""
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument(
            "--books", default="", metavar="URL", help="the provider's books: an address or a file"
        )
        parser.add_argument("--age", type=float, default=AGE, help="seconds a row may take to come to an end")
        parser.add_argument("--days", type=float, default=DAYS, help="how far to look back; 0 for everything")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check every rule; exit 1 when one is broken."""
        books = _books(options["books"]) if options["books"] else None
        rules = check_ledger(Scope.of(days=options["days"], age=options["age"], books=books))
        self.stdout.write(_as_json(rules) if options["json"] else _in_words(rules))
        if not all(rule.is_kept for rule in rules):
            sys.exit(1)


def _as_json(rules: list[Rule]) -> str:
    is_clean = all(rule.is_kept for rule in rules)
    return json.dumps({"clean": is_clean, "rules": [rule.as_json() for rule in rules]}, indent=1)


def _in_words(rules: list[Rule]) -> str:
    broken = sum(not rule.is_kept for rule in rules)
    verdict = f"{broken} of {len(rules)} rules broken" if broken else "the ledger is clean"
    return "\n".join([*(rule.in_words() for rule in rules), verdict])


def _books(where: str) -> Books:
    """The books from an address of the simulator's or from a file of an earlier run."""
    try:
        return Books.of(json.loads(_text(where)))
    except (OSError, URLError, ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"--books {where.partition('?')[0]}: no books can be read there ({error!r})."
        ) from error


def _text(where: str) -> bytes:
    """What is kept there. Only addresses an operator gives on the command line are opened."""
    if not where.startswith(("http://", "https://")):
        return Path(where).read_bytes()
    with urlopen(where, timeout=60) as answer:  # noqa: S310  http(s) only, see above
        return bytes(answer.read())
