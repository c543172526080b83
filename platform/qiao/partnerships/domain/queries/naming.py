"""What a side may be called before the two are introduced: an anonymous listing keeps its author's name."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from qiao.common.regions import country_name
from qiao.directory.models import Listing, Organisation
from qiao.partnerships.models import Introduction, Party


def listing_of(introduction: Introduction, organisation_id: int) -> Listing | None:
    """The listing of that side that the introduction rests on."""
    return introduction.first_listing if introduction.first_id == organisation_id else introduction.second_listing


def is_withheld(introduction: Introduction, organisation_id: int) -> bool:
    """Whether that side's name is not to be said to the other yet."""
    listing = listing_of(introduction, organisation_id)
    return not introduction.is_introduced and listing is not None and listing.anonymous


def name_of(introduction: Introduction, organisation: Organisation) -> str:
    """What the other side may call this one, in the language in use."""
    if is_withheld(introduction, organisation.pk):
        kind = organisation.get_kind_display()
        return _("%(kind)s, %(country)s") % {"kind": kind, "country": country_name(organisation.country)}
    return organisation.name


def name_of_other(introduction: Introduction, other: Party, *, language: str) -> str:
    """What the reader may call the other side, in the reader's language."""
    with translation.override(language):
        return name_of(introduction, other.organisation)
