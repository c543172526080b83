"""Badges as a browser prints them: each on a page of A6, four on a sheet of A4, nothing else."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from qiao.workshops.models import Workshop
from tests.e2e.newcomer import sign_in
from tests.factories import RegistrationFactory, UserFactory, WorkshopFactory, workshop_staff

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("size", "pages"), [("a6", 5), ("a4", 2)])
def test_badges_on_paper(page: Page, site: str, size: str, pages: int) -> None:
    workshop: Workshop = WorkshopFactory()
    for number in range(5):
        RegistrationFactory(workshop=workshop, name=f"王小明 {number} of a Very Long Family Name")
    user = UserFactory()
    workshop_staff(workshop, user, "registration")
    url = reverse("organiser:workshop_badges", args=[workshop.bridge.slug, workshop.public_id])
    sign_in(page, site, user.email, url)
    page.goto(f"{site}{url}?size={size}")
    printed = page.pdf(prefer_css_page_size=True)
    sheets = re.findall(rb"/MediaBox \[0 0 (\d+)[\d.]* (\d+)[\d.]*\]", printed)
    assert len(sheets) == pages
    width = 297 if size == "a6" else 594
    assert all(abs(int(wide) - width) <= 2 for wide, _high in sheets)
