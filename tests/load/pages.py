"""Pages of a full workspace beside a bare view with the same rows; at 10,000 and at 100,000 leads."""

import base64
import json
import re
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import quote

from tests.load.browsing import Reader, rep
from tests.load.figures import pairwise_ratio, spread
from tests.load.houses import House
from tests.load.report import Table

SCALES = (10_000, 100_000)  # leads in all
MESSAGES = 2  # a lead
AT_ONCE = 30_000  # leads a command seeds, which may take three minutes
ROUNDS, READS = 3, 12
FLOOR = "bare list"
IN_ORDER = """
    SELECT last_activity_at, id FROM leads_lead WHERE workspace_id = %s
    ORDER BY last_activity_at DESC, id DESC LIMIT 1 OFFSET %s
"""
TABLES = ("crm_contact", "crm_identity", "leads_lead", "leads_leadslot",
          "conversations_conversation", "conversations_message")  # fmt: skip


@dataclass
class Page:
    """One address under measurement."""

    reader: Reader
    path: str
    rounds: list[list[float]] = field(default_factory=list)
    queries: int | None = None  # of the product's; the bare server does not count
    kilobytes: float = 0.0

    def figures(self) -> dict[str, Any]:
        """Its times over all rounds."""
        return {
            **spread([each for times in self.rounds for each in times]),
            "queries": self.queries,
            "kilobytes": self.kilobytes,
        }


def measure(house: House) -> dict[str, Any]:
    """Each scale in turn; `growth` is how much slower a page is at the larger."""
    found: dict[str, Any] = {}
    for leads in SCALES:
        _fill(house, leads)
        found[str(leads)] = _at_this_scale(house, leads)
    small, large = (found[str(leads)] for leads in SCALES)
    found["growth"] = {name: round(large[name]["p50"] / small[name]["p50"], 2) for name in large}
    return found


def _fill(house: House, leads: int) -> None:
    """Seed until there are so many; tidy tables are what a database has after its first night."""
    while (missing := leads - house.count("SELECT count(*) FROM leads_lead")) > 0:
        batch = min(missing, AT_ONCE)
        house.stack.manage("seed_volume", "--leads", batch, "--messages", batch * MESSAGES)
    for name in TABLES:
        house.database.execute(f"VACUUM ANALYZE {name}")


def _at_this_scale(house: House, leads: int) -> dict[str, Any]:
    pages = _pages(house, leads)
    for page in pages.values():
        _look(house, page)
    _check(pages)
    for _ in range(ROUNDS):
        for page in pages.values():
            page.rounds.append([_timed(page) for _ in range(READS)])
    medians = {name: [median(times) for times in page.rounds] for name, page in pages.items()}
    return {
        name: page.figures() | {"times_floor": pairwise_ratio(medians[name], medians[FLOOR])}
        for name, page in pages.items()
    }


def _pages(house: House, leads: int) -> dict[str, Page]:
    reader, bare = rep(house), Reader(house.floor("tests.load.floor.asgi:application"))
    [[workspace]] = house.ask("SELECT id FROM crm_workspace WHERE slug = 'demo'")
    [[person]] = house.ask("SELECT id FROM crm_user WHERE email = 'rep@demo.test'")
    [[lead]] = house.ask("SELECT id FROM leads_lead WHERE owner_id = %s LIMIT 1", person)
    deep = _cursor(*house.ask(IN_ORDER, workspace, leads // 2)[0])
    [[word]] = house.ask("SELECT name_line FROM leads_lead WHERE id = %s", lead)
    product = {
        "lead list": "/leads/",
        "by score": "/leads/?sort=-score",
        "searched": f"/leads/?q={quote(word.split()[0])}",
        "filtered": "/leads/?status=qualified&temperature=hot",
        "deep page": f"/leads/?cursor={deep}",
        "lead page": f"/leads/{lead}/",
        "inbox": "/inbox/",
    }
    return {
        FLOOR: Page(bare, f"/leads/{workspace}/{person}/"),
        "bare nothing": Page(bare, "/nothing/"),
        **{name: Page(reader, path) for name, path in product.items()},
    }


def _cursor(at: Any, id: Any) -> str:
    """The position of a row in the list, as its addresses write it."""
    plain = json.dumps([["-last_activity_at"], False, at.isoformat(), str(id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _look(house: House, page: Page) -> None:
    """A few times before anything counts, to see its weight and the statements it costs."""
    page.kilobytes = round(len(page.reader.read(page.path).encode()) / 1024, 1)
    if page.reader.port == house.port:
        page.queries = min(
            _statements(house, page) for _ in range(3)
        )  # others may ask for something meanwhile


def _statements(house: House, page: Page) -> int:
    """How many the page costs: the metrics page, which says so, has a cost of its own."""
    one, two = house.queries(), house.queries()
    _timed(page)
    return round(house.queries() - two - (two - one))


def _timed(page: Page) -> float:
    page.reader.read(page.path)
    return page.reader.seconds


def rows_of(page: Page) -> list[str]:
    """The leads a page shows, in order."""
    return re.findall(r'<tr[^>]*data-lead-id="([^"]+)"', page.reader.read(page.path))


def _check(pages: dict[str, Page]) -> None:
    """Figures of pages that do not show what they should are worthless."""
    first, bare, deep = (rows_of(pages[name]) for name in ("lead list", FLOOR, "deep page"))
    if first != bare or len(first) != 50:
        raise RuntimeError("the bare list does not show the rows of the product's")
    if len(deep) != 50 or set(deep) & set(first):
        raise RuntimeError("the deep page is not deep")
    for name in ("by score", "filtered", "searched"):
        if not rows_of(pages[name]):
            raise RuntimeError(f"the page '{name}' is empty")


def table(found: dict[str, Any]) -> Table:
    """One line per page, the larger scale in front."""
    small, large = (found[str(leads)] for leads in SCALES)
    rows = [
        (name, f["p50"], f["p95"], f["queries"] or "-", f["kilobytes"], f["times_floor"], small[name]["p50"],
         found["growth"][name])
        for name, f in large.items()
    ]  # fmt: skip
    title = f"Pages at {SCALES[1]:,} leads, signed in as rep, one reader"
    heads = ("page", "p50 ms", "p95 ms", "queries", "kB", "times floor", f"p50 ms at {SCALES[0]:,}", "growth")
    return Table(title, heads, rows)
