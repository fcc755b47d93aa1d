"""The style guide is drawn by the components; it is for admins."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db
DRAWN_ELSEWHERE = {  # parts of the frame, which the page itself shows, what needs rows of a workspace, and an editor
    "conditions",  # that takes the focus wherever it stands
    "bell", "brand", "channel_icon", "form_errors", "help_sheet", "lead_status", "media", "message_kind",
    "nav_item", "palette", "palette_button", "rail", "sparkline", "toasts", "user_menu", "bubble_words",
}  # fmt: skip


def test_admins_see_every_component(admin):
    answer = admin.page.get("/styleguide/")

    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count('data-testid="message"') == 3
    assert len(re.findall(r'data-testid="score"', page)) == 4
    assert "field-error" in page


def test_the_inbox_is_drawn_by_what_the_inbox_uses(admin):
    page = admin.page.get("/styleguide/").content.decode()

    assert page.count('data-testid="conversation-row"') == 3
    assert [page.count(f'data-testid="{part}"') for part in ("scheduled", "typing", "find-bar")] == [2, 1, 1]
    assert 'data-testid="typing" hidden' not in page
    assert re.search(r'data-testid="find-bar">', page)


def test_no_component_is_missing():
    folder = Path(__file__).parents[2] / "templates"
    written = (folder / "crm/styleguide.html").read_text()
    drawn = set(re.findall(r"components/(\w+)\.html", written))
    there = {path.stem for path in (folder / "components").glob("*.html")}
    assert there - drawn - DRAWN_ELSEWHERE == set()


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_others_are_told_why_not(who, request):
    answer = request.getfixturevalue(who).page.get("/styleguide/")
    assert answer.status_code == 403
    assert 'data-testid="styleguide"' not in answer.content.decode()
