"""A registration under way: what of it is stored, where to go on, and what was typed and not yet accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from qiao.bridges.models import Bridge
from qiao.directory.enums import ListingState, PersonRole
from qiao.directory.models import Listing, Membership, Organisation

ORGANISATION, LISTING, PARTNER, CHECK = STEPS = ("organisation", "listing", "partner", "check")
WRITERS = (PersonRole.OWNER, PersonRole.EDITOR)
# Typed text is kept in the session until it is accepted; more than this is not a form filled in by hand.
MOST_TYPED = 40_000


@dataclass(frozen=True)
class Registration:
    """The organisation and the draft that a person is registering on a bridge, as far as they exist."""

    bridge: Bridge
    organisation: Organisation | None
    listing: Listing | None

    @property
    def next_step(self) -> str:
        """The first step that is not done."""
        if self.organisation is None:
            return ORGANISATION
        if self.listing is None:
            return LISTING
        return PARTNER if self.listing.version == 1 else CHECK

    def steps(self) -> list[dict[str, Any]]:
        """The steps for the page's stepper: those that can be gone to have an address."""
        labels = {
            ORGANISATION: _("Who you are"),
            LISTING: _("Need or offer"),
            PARTNER: _("Partner you seek"),
            CHECK: _("Check and send"),
        }
        reachable = {
            ORGANISATION: True,
            LISTING: self.organisation is not None,
            PARTNER: self.listing is not None,
            CHECK: self.organisation is not None,
        }
        done = {
            ORGANISATION: self.organisation is not None,
            LISTING: self.listing is not None,
            # The third step is the first to change what the second has made.
            PARTNER: self.listing is not None and self.listing.version > 1,
        }
        return [
            {
                "label": labels[step],
                "url": self.address(step) if reachable[step] else "",
                "done": done.get(step, False),
            }
            for step in STEPS
        ]

    def address(self, step: str) -> str:
        """Where a step is."""
        return reverse(f"website:register_{step}", args=[self.bridge.slug])


def registration_of(request: HttpRequest, bridge: Bridge) -> Registration:
    """Find what this person has begun: on this device, or anywhere before."""
    kept = _kept(request, bridge)
    organisation = _organisation(request.user, bridge, kept)
    listing = _listing(organisation, bridge, kept) if organisation else None
    return Registration(bridge=bridge, organisation=organisation, listing=listing)


def registered_membership(user: Any, bridge: Bridge) -> Membership | None:
    """A membership of this bridge, in any state, of an organisation the person writes for."""
    return (
        Membership.objects.visible_to(user)
        .on_bridge(bridge)
        .filter(organisation__affiliations__user=user, organisation__affiliations__role__in=WRITERS)
        .select_related("organisation")
        .first()
    )


def remember(request: HttpRequest, bridge: Bridge, **values: Any) -> None:
    """Keep which organisation or listing is meant, for this session."""
    everything = request.session.get("registration", {})
    everything[str(bridge.pk)] = everything.get(str(bridge.pk), {}) | values
    request.session["registration"] = everything


def forget(request: HttpRequest, bridge: Bridge) -> None:
    """The registration is sent, or another one begins."""
    everything = request.session.get("registration", {})
    if everything.pop(str(bridge.pk), None) is not None:
        request.session["registration"] = everything


def keep_typed(request: HttpRequest, bridge: Bridge, step: str) -> None:
    """Keep what was typed in a step and is not accepted yet, so that going back and forward loses nothing."""
    typed = {name: values for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "go")}
    if sum(len(value) for values in typed.values() for value in values) <= MOST_TYPED:
        remember(request, bridge, typed=_kept(request, bridge).get("typed", {}) | {step: typed})


def drop_typed(request: HttpRequest, bridge: Bridge, step: str) -> None:
    """The step is stored: what was typed is no longer needed."""
    typed = dict(_kept(request, bridge).get("typed", {}))
    if typed.pop(step, None) is not None:
        remember(request, bridge, typed=typed)


def typed_values(request: HttpRequest, bridge: Bridge, step: str, form: Form) -> dict[str, Any]:
    """What was typed in a step before, as initial values of its form."""
    typed = _kept(request, bridge).get("typed", {}).get(step)
    if not typed:
        return {}
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return {name: field.widget.value_from_datadict(data, {}, name) for name, field in form.fields.items()}


def _kept(request: HttpRequest, bridge: Bridge) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get("registration", {}).get(str(bridge.pk), {})
    return kept


def _organisation(user: Any, bridge: Bridge, kept: dict[str, Any]) -> Organisation | None:
    mine = Organisation.objects.filter(affiliations__user=user, affiliations__role__in=WRITERS)
    if kept.get("organisation"):
        found = mine.filter(public_id=kept["organisation"]).first()
        if found is not None:
            return found
    if kept.get("new"):
        return None
    return mine.exclude(memberships__bridge=bridge).order_by("-affiliations__id").first()


def _listing(organisation: Organisation, bridge: Bridge, kept: dict[str, Any]) -> Listing | None:
    drafts = organisation.listings.filter(bridge=bridge, state=ListingState.DRAFT, published_at__isnull=True)
    if kept.get("listing"):
        found = drafts.filter(public_id=kept["listing"]).first()
        if found is not None:
            return found
    return drafts.order_by("-id").first()
