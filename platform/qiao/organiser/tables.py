"""Tables of the desk."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from qiao.bridges.models import Bridge
from qiao.directory.models import Listing, Membership


class DeskTable(tables.Table):  # type: ignore[misc]  # django-tables2 ships no types
    """A table that knows its bridge, so that its rows can link."""

    def __init__(self, *args: Any, bridge: Bridge, caption: str, **kwargs: Any) -> None:
        self.bridge = bridge
        self.caption = caption
        super().__init__(*args, **kwargs)

    def address(self, name: str, public_id: str) -> str:
        """A page of this bridge."""
        return reverse(name, args=[self.bridge.slug, public_id])


def state_badge(state: str, label: str) -> SafeString:
    """The state in its tone."""
    return render_to_string("organiser/_state.html", {"state": state, "label": label})


class MembershipTable(DeskTable):
    """Members and applicants."""

    organisation = tables.Column(verbose_name=_("Organisation"), order_by=("organisation__name_en", "id"))
    kind = tables.Column(verbose_name=_("Kind"), accessor="organisation__kind")
    side = tables.Column(verbose_name=_("Side"), order_by="side__position")
    state = tables.Column(verbose_name=_("State"))
    applied_at = tables.DateColumn(verbose_name=_("Applied"), short=False)

    class Meta:
        order_by = "-applied_at"
        sequence = ("organisation", "kind", "side", "state", "applied_at")

    def render_organisation(self, record: Membership) -> SafeString:
        address = self.address("organiser:review_membership", record.public_id)
        return format_html('<a href="{}">{}</a>', address, record.organisation.name)

    def render_kind(self, record: Membership) -> str:
        return record.organisation.get_kind_display()

    def render_state(self, record: Membership) -> SafeString:
        return state_badge(record.state, record.get_state_display())


class ListingTable(DeskTable):
    """Needs and offers in any state."""

    title = tables.Column(verbose_name=_("Title"))
    organisation = tables.Column(verbose_name=_("Organisation"), order_by=("organisation__name_en", "id"))
    direction = tables.Column(verbose_name=_("Need or offer"))
    kind = tables.Column(verbose_name=_("Kind"))
    state = tables.Column(verbose_name=_("State"))
    updated_at = tables.DateColumn(verbose_name=_("Changed"), short=False)

    class Meta:
        order_by = "-updated_at"

    def render_title(self, record: Listing) -> SafeString:
        address = self.address("organiser:review_listing", record.public_id)
        return format_html('<a href="{}" lang="{}">{}</a>', address, record.language, record.title)

    def render_organisation(self, record: Listing) -> str:
        return record.organisation.name

    def render_state(self, record: Listing) -> SafeString:
        return state_badge(record.state, record.get_state_display())
