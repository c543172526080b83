"""What is looked for on every page in the browser: axe's rules, and what no rule tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HTML_LANG = {"en": "en", "zh-hans": "zh-Hans"}
#: Both widths and both languages, in half the time that every pair of them takes.
LOOKS = [(1280, "en"), (360, "zh-hans")]


@dataclass
class Looker:
    """A person's browser that looks at one page after another, and keeps what was wrong with any."""

    page: Page
    site: str
    width: int
    language: str
    wrong: list[str] = field(default_factory=list)
    _errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self._errors.append(str(error)))
        self.page.on("console", lambda said: self._errors.append(said.text) if said.type == "error" else None)

    def go(self, address: str, *, status: int = 200) -> None:
        """Go to a page that must stay at its address and answer so, and look at it."""
        self._errors.clear()
        answer = self.page.goto(self.site + address)
        if answer is None or answer.status != status:
            self.wrong.append(f"{address}: answered {answer and answer.status}, not {status}")
        if (landed := self.page.url.removeprefix(self.site)) != address:
            self.wrong.append(f"{address}: led to {landed}")
        self.look(refused=status >= 400)

    def press(self, selector: str, *, refused: bool = False) -> None:
        """Press something that loads a page, and look at that. `refused`: the answer is an error on purpose."""
        self._errors.clear()
        # The browser would keep what it finds wrong to itself; the page the server answers with is to be seen.
        self.page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true; })")
        with self.page.expect_navigation(timeout=10_000):
            self.page.locator(selector).first.click()
        self.look(refused=refused)

    def look(self, *, refused: bool = False) -> None:
        """Look at the page as it stands."""
        self.page.wait_for_load_state("networkidle")
        found = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        wrong = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > self.width:
            wrong.append(f"scrolls sideways to {wide}")
        if (headings := self.page.locator("h1").count()) != 1:
            wrong.append(f"{headings} first headings")
        if (said := self.page.locator("html").get_attribute("lang")) != HTML_LANG[self.language]:
            wrong.append(f"says its language is {said}")
        # The browser tells of an answer that is an error, which a page of an error is.
        wrong += [one for one in self._errors if not (refused and one.startswith("Failed to load resource"))]
        where = self.page.url.removeprefix(self.site)
        self.wrong += [f"{where}: {one}" for one in wrong]
        self._errors.clear()


def looker(browser: Browser, site: str, width: int, language: str) -> Looker:
    """A new visitor's browser, so wide and in a language. Close its page's context when done."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": site}])
    return Looker(context.new_page(), site, width, language)
