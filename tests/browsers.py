"""A real browser for tests marked `browser`: one per module, a fresh private window per test."""

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 20_000  # milliseconds, on a very busy machine; how quick things are is measured by tests/load
ARTIFACTS = Path("test-artifacts")
MISSING = "no Chromium found (install Debian's `chromium`, or run `.venv/bin/playwright install chromium`)"
_failed = pytest.StashKey[bool]()


def find_chromium(playwright):
    """A browser on PATH, else Playwright's own, else None."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest.fixture(scope="module")
def browser(request):
    """The browser. Without one the test is skipped, loudly; REQUIRE_BROWSER=1 makes it fail instead.

    It goes with its module: Playwright keeps a loop running in this thread, in which other tests could not
    call what is asynchronous.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        executable = find_chromium(playwright)
        if executable is None and os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(MISSING, pytrace=False)
        if executable is None:
            pytest.skip(MISSING)
        # Playwright runs a loop in this thread; the database is still ours alone.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        found = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield found
        found.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser, request):
    """Make private windows: `new_page(width=390, height=844, color_scheme="dark", locale="es")`.

    A script error or something our content policy stopped fails the test; a failed test leaves pictures.
    """
    contexts, pages, troubles = [], [], []

    def make(*, width=1440, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if _is_trouble(line) else None)
        contexts.append(context)
        pages.append(page)
        return page

    yield make
    if request.node.stash.get(_failed, False):
        _take_pictures(request.node.name, pages)
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(new_page):
    """One private desktop window, 1440 by 900."""
    return new_page()


def _is_trouble(line):
    """Did the page do what our content policy forbids?"""
    return line.type == "error" and "Content Security Policy" in line.text


def _take_pictures(name, pages):
    """Keep what a failed test looked at."""
    ARTIFACTS.mkdir(exist_ok=True)
    for number, page in enumerate(pages):
        page.screenshot(path=ARTIFACTS / f"{name.replace('/', '-')}-{number}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember that a test failed, for its pictures."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_failed] = True
    return report


def pytest_terminal_summary(terminalreporter):
    """Say loudly that browser tests did not run."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if MISSING in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"!!! {len(skipped)} BROWSER TESTS WERE SKIPPED: {MISSING}", red=True)
