"""Who builds and attends a workshop of the demonstration bridge in the browser, and what all of them may do."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from qiao.accounts.models import User
from qiao.common.time_zones import time_zone, time_zone_names
from qiao.demonstration.loading import demonstration_password
from qiao.notifications.models import OutgoingMail
from qiao.workshops.models import Meeting, Registration, Workshop

BRIDGE = "uk-china"
ORGANISER = "harriet.cole@uk-china.example"
AILSA = "ailsa.boyd@carrickmoor.example"
DUNCAN = "duncan@skerrow.example"
RHYS = "rhys@pennard-pathology.example"
LIANG = "liangzhi@zhujiang-surgical.example"
ISOBEL = "isobel@threlkeld.example"
OU = "ouminyi@lingnan-hospital.example"
#: Those who register themselves: their language and the width of their window.
PARTICIPANTS = {
    AILSA: ("en", 1280),
    DUNCAN: ("en", 1280),
    LIANG: ("zh-hans", 1280),
    OU: ("zh-hans", 360),
    RHYS: ("en", 360),
}
#: Who brings a delegation, in which language they read, and how many people: 34 in all.
LEADERS = {
    "wen@stannery.example": ("en", 7),
    "ewan@cairnryan.example": ("en", 7),
    "hetian@tianhe-regulatory.example": ("zh-hans", 7),
    "molian@lotus-care.example": ("zh-hans", 7),
    "guanting@haizhu-hearing.example": ("zh-hans", 6),
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LINK = re.compile(r"https?://[^\s<>\"，。）)]+")
#: What a template leaves behind when something in it is missing.
_BROKEN = re.compile(r"\{\{|\{%|%\(|\bNone\b|LazyI18n|__proxy__|<[a-z]+ ")


def zone_of_the_early_morning() -> str:
    """A time zone where it is about six: the whole day of the workshop lies ahead."""
    now = timezone.now()
    fitting = [name for name in time_zone_names() if (zone := time_zone(name)) and now.astimezone(zone).hour == 6]
    return next((name for name in fitting if name.startswith(("Asia/", "Europe/"))), fitting[0])


@dataclass
class Cast:
    """Browsers by the person who sits before them, and where everybody is."""

    browser: Browser
    site: str
    pages: dict[str, Page] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    public_id: str = ""

    @property
    def desk(self) -> Page:
        """The organiser's."""
        return self.of(ORGANISER, "en", 1280)

    @property
    def workshop(self) -> Workshop:
        """The workshop as it is now."""
        return Workshop.objects.select_related("bridge").get(public_id=self.public_id)

    def of(self, email: str, language: str = "", width: int = 0) -> Page:
        """Somebody's browser, signed in with the password of the demonstration on their first look."""
        if email in self.pages:
            return self.pages[email]
        known = PARTICIPANTS.get(email, ("en", 1280))
        context = self.browser.new_context(viewport={"width": width or known[1], "height": 900})
        context.add_cookies([{"name": "django_language", "value": language or known[0], "url": self.site}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(f"{email}: {error}"))
        page.on("console", lambda said: self._hear(email, said.text))
        page.goto(f"{self.site}/accounts/login/?next=/inbox/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", demonstration_password())
        page.locator("main form .button--primary").click()
        page.wait_for_url("**/inbox/")
        self.pages[email] = page
        return page

    def _hear(self, email: str, text: str) -> None:
        if "Content Security Policy" in text or text.startswith("Uncaught"):
            self.errors.append(f"{email}: {text}")

    def close(self, email: str) -> None:
        """Their browser is shut."""
        self.pages.pop(email).context.close()

    def at_desk(self, path: str = "") -> Page:
        """The organiser goes to a page of the desk."""
        self.desk.goto(f"{self.site}/organiser/{BRIDGE}/workshops/{self.public_id}/{path}")
        return self.desk

    def at(self, email: str, path: str = "", *, status: int = 200) -> Page:
        """Somebody goes to a page of the workshop, which answers so and is no wider than their window."""
        page = self.of(email)
        answer = page.goto(f"{self.site}/{BRIDGE}/workshops/{self.public_id}/{path}")
        assert answer is not None
        assert answer.status == status, f"{page.url} answered {answer.status}"
        assert page.viewport_size is not None
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"], f"{page.url} is {wide} wide"
        return page

    def registration(self, email: str) -> Registration:
        """Theirs, as it is now."""
        return Registration.objects.select_related("organisation", "user").get(
            workshop__public_id=self.public_id, email=email
        )

    def meeting_of(self, *emails: str) -> Meeting:
        """The latest meeting of these people."""
        found = Meeting.objects.filter(workshop__public_id=self.public_id)
        for email in emails:
            found = found.filter(members__registration__email=email)
        return found.latest("pk")

    def letter(self, email: str, template: str, *words: str) -> OutgoingMail:
        """The last message of the kind to somebody, in their language and with these words in it."""
        found = OutgoingMail.objects.filter(to=email, template=template).last()
        told = list(OutgoingMail.objects.filter(to=email).values_list("template", flat=True))
        assert found is not None, f"{email} has {told}, no {template}"
        assert found.language == PARTICIPANTS.get(email, LEADERS.get(email, ("en",)))[0]
        for one in words:
            assert one in f"{found.subject}\n{found.text}", f"{one} is not in {found.subject}\n{found.text}"
        return found

    def has_letter(self, email: str, template: str, words: str) -> bool:
        """Whether a message of the kind has come to somebody with these words in it."""
        return OutgoingMail.objects.filter(to=email, template=template, text__contains=words).exists()

    def mail_to_stranger(self, email: str, language: str) -> OutgoingMail:
        """The letter to somebody without an account, in the language of who has registered them."""
        return OutgoingMail.objects.get(to=email, template="registration_letter", language=language)


def wrong_with(letters: Any) -> list[str]:
    """What is wrong with messages: words of templates, the other language, links that lead nowhere for the reader."""
    wrong: list[str] = []
    tried: set[tuple[str, str, str]] = set()
    for one in letters:
        where = f"{one.template} to {one.to}"
        if (left := _BROKEN.search(f"{one.subject}\n{one.text}")) is not None:
            wrong.append(f"{where}: {left.group()!r} in {one.subject} / {one.text}")
        words = _LINK.sub("", one.text)
        if (one.language == "zh-hans") != (len(_CHINESE.findall(words)) > len(words) / 5):
            wrong.append(f"{where}: not in {one.language}: {one.text}")
        if "\n\n\n" in one.text:
            wrong.append(f"{where}: a gap in {one.text}")
        if not one.subject.strip() or len(one.subject) > 160:
            wrong.append(f"{where}: subject {one.subject!r}")
        reader = User.objects.filter(email=one.to).first()
        for link in _LINK.findall(one.text):
            path = re.sub(r"^https?://[^/]+", "", link)
            kind = re.sub(r"[0-9a-zA-Z_-]{12,}", "…", path)
            if "://meet." in link or (one.template, one.to, kind) in tried:
                continue
            tried.add((one.template, one.to, kind))
            client = Client()
            if reader is not None:
                client.force_login(reader)
            answer = client.get(path, follow=True)
            if answer.status_code != 200:
                wrong.append(f"{where}: {link} answers {answer.status_code}")
    return wrong


def table_of(people: list[dict[str, str]], heads: dict[str, str], encoding: str) -> bytes:
    """A CSV file of people with these heads, by our names for them."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(heads.values())
    rows.writerows([[one.get(name, "") for name in heads] for one in people])
    return written.getvalue().encode(encoding)


def says(page: Page, *words: str) -> None:
    """The page shows all of these."""
    for one in words:
        expect(page.locator("main")).to_contain_text(one)


def says_nothing_of(page: Page, *words: str) -> None:
    """The page shows none of these."""
    for one in words:
        expect(page.locator("main")).not_to_contain_text(one)
