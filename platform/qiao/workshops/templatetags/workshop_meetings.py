"""Moments of a workshop in its own zone and in the reader's."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils.formats import date_format

from qiao.common.time_zones import time_zone

register = template.Library()


@register.simple_tag
def when(moment: datetime.datetime, zone: datetime.tzinfo, reader: Any = None) -> str:
    """Day and time in the workshop's zone, then in the reader's own where that clock shows another time."""
    here = moment.astimezone(zone)
    words = f"{date_format(here, 'DATE_FORMAT')}, {here:%H:%M} ({_name(zone)})"
    own = own_clock(moment, zone, reader)
    return f"{words}; {own}" if own else words


@register.simple_tag
def hours(begins: datetime.datetime, ends: datetime.datetime, zone: datetime.tzinfo) -> str:
    """From when to when, by the clock of a zone."""
    return f"{begins.astimezone(zone):%H:%M}–{ends.astimezone(zone):%H:%M}"


@register.simple_tag
def own_clock(moment: datetime.datetime, zone: datetime.tzinfo, reader: Any) -> str:
    """The moment by the reader's own clock, with its day if that is another; empty if both clocks show the same."""
    theirs = time_zone(getattr(reader, "time_zone", "") or "")
    if theirs is None:
        return ""
    here, there = moment.astimezone(zone), moment.astimezone(theirs)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return ""
    day = f"{date_format(there, 'DATE_FORMAT')}, " if there.date() != here.date() else ""
    return f"{day}{there:%H:%M} ({_name(theirs)})"


@register.filter
def in_zone(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """The moment by the clock of a zone."""
    return moment.astimezone(zone)


def _name(zone: datetime.tzinfo) -> str:
    return str(zone).replace("_", " ")
