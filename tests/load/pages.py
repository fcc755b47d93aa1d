"""Pages of full workspaces beside a bare view with the same rows: 10,000 and 100,000 leads, in turn, in one run."""

import base64
import contextlib
import json
import re
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import quote

from tests.load.browsing import Reader, rep
from tests.load.figures import pairwise_ratio, spread
from tests.load.filled import MESSAGES, SCALES, filled_house
from tests.load.houses import House
from tests.load.report import Table

HAS_OWN_HOUSE = True
ROUNDS, READS = 5, 8
FLOOR, NOTHING, LEAD, SEARCH = "bare list", "bare nothing", "bare lead", "bare search"
OWN_FLOORS = {"one lead": LEAD, "found by name": SEARCH, "found by number": SEARCH, "nearly right": SEARCH}
IN_ORDER = """
    SELECT last_activity_at, id FROM leads_lead WHERE workspace_id = %s
    ORDER BY last_activity_at DESC, id DESC LIMIT 1 OFFSET %s
"""
TALK = """
    SELECT id FROM conversations_conversation WHERE workspace_id = %s AND assignee_id = %s AND status = 'open'
    ORDER BY last_message_at DESC LIMIT 1
"""
LARGE_SHOPS = {
    "all": [
        {"field": "custom.size", "op": "any_of", "value": ["large"]},
        {"field": "custom.employees", "op": "at_least", "value": 150},
    ]
}


@dataclass
class Page:
    """One address under measurement."""

    reader: Reader
    path: str
    rounds: list[list[float]] = field(default_factory=list)
    queries: int | None = None  # of the product's; the bare server does not count
    kilobytes: float = 0.0

    @property
    def medians(self) -> list[float]:
        """Its time in each round."""
        return [median(times) for times in self.rounds]

    def figures(self) -> dict[str, Any]:
        """Its times over all rounds."""
        times = [each for times in self.rounds for each in times]
        return {**spread(times), "queries": self.queries, "kilobytes": self.kilobytes}


Pages = dict[str, Page]


def measure(_house: House | None) -> dict[str, Any]:
    """Each page at each scale, in turn. `growth`: how much slower a page is at the larger."""
    with contextlib.ExitStack() as stack:
        houses = {leads: stack.enter_context(filled_house(leads)) for leads in SCALES}  # it may take minutes
        sides = {leads: _side(house, leads) for leads, house in houses.items()}
        for _ in range(ROUNDS):
            for name in sides[SCALES[0]]:
                for pages in sides.values():
                    pages[name].rounds.append([_timed(pages[name]) for _ in range(READS)])
    small, large = (sides[leads] for leads in SCALES)
    return {
        **{str(leads): _figures(pages) for leads, pages in sides.items()},
        "growth": {name: pairwise_ratio(large[name].medians, small[name].medians) for name in large},
    }


def _figures(pages: Pages) -> dict[str, Any]:
    return {name: page.figures() | _ratios(name, pages) for name, page in pages.items()}


def _ratios(name: str, pages: Pages) -> dict[str, float]:
    """How many times a page takes as long as the bare list, and as a bare view with what it is about."""
    own = pages[OWN_FLOORS.get(name, FLOOR)].medians
    return {
        "times_floor": pairwise_ratio(pages[name].medians, pages[FLOOR].medians),
        "times_own_floor": pairwise_ratio(pages[name].medians, own),
    }


def _side(house: House, leads: int) -> Pages:
    """The pages of a house, each looked at before anything counts."""
    pages = _pages(house, leads)
    for page in pages.values():
        _look(house, page)
    _check(pages)
    return pages


def _pages(house: House, leads: int) -> Pages:
    reader, bare = rep(house), Reader(house.floor("tests.load.floor.asgi:application"))
    [[workspace]] = house.ask("SELECT id FROM crm_workspace WHERE slug = 'demo'")
    [[person]] = house.ask("SELECT id FROM crm_user WHERE email = 'rep@demo.test'")
    product = _addresses(house, leads, workspace, person)
    theirs = f"{workspace}/{person}/"
    return {
        FLOOR: Page(bare, f"/leads/{theirs}"),
        LEAD: Page(bare, f"/leads/{theirs}{product['one lead'].split('/')[2]}/"),
        SEARCH: Page(bare, f"/found/{theirs}?{product['found by name'].partition('?')[2]}"),
        NOTHING: Page(bare, "/nothing/"),
        **{name: Page(reader, path) for name, path in product.items()},
    }


def _addresses(house: House, leads: int, workspace: Any, person: Any) -> dict[str, str]:
    [[lead, name]] = house.ask(
        "SELECT id, name_line FROM leads_lead WHERE owner_id = %s ORDER BY last_activity_at DESC LIMIT 1",
        person,
    )
    [[talk]] = house.ask(TALK, workspace, person)
    first, last = name.split()[0], name.split()[-1]
    middle = _cursor(*house.ask(IN_ORDER, workspace, leads // 2)[0])
    own = quote(json.dumps(LARGE_SHOPS, separators=(",", ":")))
    return {
        "lead list": "/leads/",
        "by score": "/leads/?sort=-score",
        "by name": "/leads/?sort=name",
        "searched": f"/leads/?q={quote(first)}",
        "filtered": "/leads/?status=qualified&temperature=hot",
        "own fields": f"/leads/?cols=name,status,custom.size,custom.employees,custom.opens&filter={own}",
        "by an own field": "/leads/?sort=-custom.employees&cols=name,status,custom.employees",
        "middle page": f"/leads/?cursor={middle}",
        "one lead": f"/leads/{lead}/",
        "inbox": "/inbox/",
        "inbox folder": "/inbox/?folder=mine",
        "inbox searched": f"/inbox/?q={quote(last)}",
        "conversation": f"/inbox/?open={talk}",
        "found by name": f"/palette/search/?q={quote(name)}",
        "found by number": "/palette/search/?q=6285%200079",
        "nearly right": f"/palette/search/?q={quote(_misspelt(last))}",
        "palette": f"/palette/?at=/leads/{lead}/",
    }  # fmt: skip


def _misspelt(word: str) -> str:
    """The last letter twice: nobody is called so."""
    return word + word[-1]


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


def _check(pages: Pages) -> None:
    """Figures of pages that do not show what they should are worthless."""
    first, bare, middle = (rows_of(pages[name]) for name in ("lead list", FLOOR, "middle page"))
    if not json.loads(pages[SEARCH].reader.read(pages[SEARCH].path))["found"]:
        raise RuntimeError("the bare search finds nothing")
    if first != bare or len(first) != 50:
        raise RuntimeError("the bare list does not show the rows of the product's")
    if len(middle) != 50 or set(middle) & set(first):
        raise RuntimeError("the page in the middle is not in the middle")
    for name in ("by score", "by name", "own fields", "by an own field"):
        if len(rows_of(pages[name])) != 50:
            raise RuntimeError(f"the page '{name}' is not full")
    for name in ("filtered", "searched"):
        if not rows_of(pages[name]):
            raise RuntimeError(f"the page '{name}' is empty")
    for name in ("found by name", "found by number", "nearly right"):
        if not json.loads(pages[name].reader.read(pages[name].path))["groups"]:
            raise RuntimeError(f"nothing is {name}")


def table(found: dict[str, Any]) -> Table:
    """One line per page, the larger scale in front."""
    small, large = (found[str(leads)] for leads in SCALES)
    rows = [
        (name, f["p50"], f["p95"], f["queries"] or "-", f["kilobytes"], f["times_floor"], f["times_own_floor"],
         small[name]["p50"], found["growth"][name])
        for name, f in large.items()
    ]  # fmt: skip
    title = (
        f"Pages at {SCALES[1]:,} leads and {SCALES[1] * MESSAGES:,} messages, signed in as rep, one reader"
    )
    heads = (
        "page", "p50 ms", "p95 ms", "queries", "kB", "times bare list", "times its floor",
        f"p50 ms at {SCALES[0]:,}", "growth",
    )  # fmt: skip
    return Table(title, heads, rows)
