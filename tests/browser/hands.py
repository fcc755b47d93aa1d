"""Three ways to use a page: a mouse, a keyboard without one, a thumb on a phone. What is done is said once for all."""

from playwright.sync_api import expect

IS_FOCUSED = "(one) => document.activeElement === one"
IS_BEFORE_FOCUS = """
(one) => !!(document.activeElement?.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING)
"""
FARTHEST = 150  # steps of Tab: who needs more has not found it


class Mouse:
    """A desk with a mouse; the keyboard only types."""

    window = {"width": 1440, "height": 900}

    def __init__(self, page):
        """Of this window."""
        self.page = page

    def press(self, target, key=None):
        """A button, a link, an entry of a menu. `key`: the one that does the same."""
        target.click()

    def pick(self, box):
        """Tick a box, choose one of several."""
        box.check()

    def open(self, link):
        """A row of a list."""
        self.press(link)

    def row(self, row):
        """Tick a row of a list of conversations."""
        row.hover()
        self.pick(row.get_by_role("checkbox"))

    def lead(self, row):
        """Tick a row of the list of leads."""
        self.pick(row.get_by_role("checkbox"))

    def write(self, box, words):
        """In place of what stands there."""
        self.press(box)
        box.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def choose(self, box, label):
        """One of a list's options: the list itself is the browser's."""
        box.select_option(label=label)

    def find(self, words):
        """Open the palette and type."""
        self.press(self.page.get_by_test_id("open-palette"))
        expect(self.page.get_by_test_id("palette-input")).to_be_focused()
        self.page.keyboard.type(words)

    def found(self, row):
        """Take one of what the palette found."""
        self.press(row)


class Thumb(Mouse):
    """A phone: everything is tapped, and there is room for one thing at a time."""

    window = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}

    def press(self, target, key=None):
        """It must be there, in front, and hold still."""
        target.tap()

    def pick(self, box):
        """A tap; then it is on."""
        box.tap()
        expect(box).to_be_checked()

    def row(self, row):
        """Ticks are shown once somebody wants to tick."""
        start = self.page.get_by_test_id("start-picking")
        if start.get_attribute("aria-pressed") == "false":
            self.press(start)
        self.pick(row.get_by_role("checkbox"))


class Keys(Mouse):
    """A keyboard: the page's own keys where there are some, else Tab and Enter. The mouse is never touched."""

    def press(self, target, key=None):
        """By its key, else walk to it and press Enter."""
        expect(target).to_be_visible()
        if key is not None:
            self.page.keyboard.press(key)
        else:
            self.reach(target)
            self.page.keyboard.press("Enter")

    def pick(self, box):
        """Walk to it; the space bar ticks, the arrows choose."""
        if box.get_attribute("type") == "radio":
            self._turn_to(box)
        elif not box.is_checked():
            self.reach(box)
            self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def open(self, link):
        """J and K walk, Enter opens."""
        self.walk_to(link)
        self.page.keyboard.press("Enter")

    def row(self, row):
        """J and K walk, X picks."""
        self.walk_to(row.get_by_role("link").first)
        self.page.keyboard.press("x")
        expect(row.get_by_role("checkbox")).to_be_checked()

    def lead(self, row):
        """J and K walk, X picks."""
        self.row(row)

    def write(self, box, words):
        """In place of what stands there."""
        self.reach(box)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def choose(self, box, label):
        """Typing its first letters chooses it."""
        self.reach(box)
        self.page.keyboard.type(label)
        expect(box.locator("option:checked")).to_have_text(label)

    def find(self, words):
        """Open the palette and type."""
        self.page.keyboard.press("ControlOrMeta+k")
        expect(self.page.get_by_test_id("palette-input")).to_be_focused()
        self.page.keyboard.type(words)

    def found(self, row):
        """Down to it, Enter."""
        for _ in range(FARTHEST):
            if row.get_attribute("aria-selected") == "true":
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def _turn_to(self, radio):
        """Tab leads to the chosen one of the group."""
        self.reach(self.page.locator(f"input[type=radio][name='{radio.get_attribute('name')}']:checked"))
        for _ in range(FARTHEST):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def walk_to(self, link):
        """A row of a list, with J and K."""
        for _ in range(FARTHEST):
            if link.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("k" if link.evaluate(IS_BEFORE_FOCUS) else "j")
        raise AssertionError(f"J and K do not lead to {link}")

    def reach(self, target):
        """Walk there with Tab, the shorter way round."""
        expect(target).to_be_visible()
        for _ in range(FARTHEST):
            if target.evaluate(IS_FOCUSED):
                return
            back = target.evaluate(IS_BEFORE_FOCUS)
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab does not lead to {target}")


HANDS = {"mouse": Mouse, "keyboard": Keys, "thumb": Thumb}
