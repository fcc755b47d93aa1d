"""What a guard is: a piece of code that keeps something bad away, and the tests that miss it when it is gone."""

from dataclasses import dataclass
from pathlib import Path

from config.launcher.paths import ROOT


@dataclass(frozen=True)
class Guard:
    """`text` stands once in `file`; `without` stands there once the guard is removed; then each of `tests` fails."""

    name: str
    keeps: str  # what would happen without it
    file: str
    text: str
    tests: tuple[str, ...]
    without: str = ""

    def removed_from(self, source: str) -> str:
        """The source of its file without the guard."""
        found = source.count(self.text)
        if found != 1:
            raise LookupError(f"{self.name}: its text stands {found} times in {self.file}.")
        return source.replace(self.text, self.without)

    def source(self, root: Path = ROOT) -> str:
        """Its file as it stands in a tree."""
        return (root / self.file).read_text()
