"""Needs and offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource
from qiao.api.core.errors import InvalidParameter
from qiao.api.core.filtering import filtered
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.directory import ListingActIn, ListingIn, ListingOut
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.languages import TextLanguage
from qiao.directory.domain import listings as domain
from qiao.directory.domain.queries.authorship import Readership
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    ListingKind,
    ListingState,
    OrganisationKind,
)
from qiao.directory.filters import ListingFilter
from qiao.directory.models import Listing

FILTERS = [
    query("mine", "`true`: those of the organisations that one acts for, in any state.", choices=["true"]),
    query("state", "Where they stand; only of one's own.", choices=ListingState.values),
    query("q", "Words of the title or the text."),
    query("direction", "Needs or offers.", choices=Direction.values),
    query("side", "Code of a side."),
    query("kind", "What they are about.", choices=ListingKind.values),
    query("sector", "Code of a sector, with its branches, or of a branch."),
    query("stage", "Stage of development.", choices=DevelopmentStage.values),
    query("form", "Form of cooperation.", choices=CooperationForm.values),
    query("organisation_kind", "Kind of organisation.", choices=OrganisationKind.values),
    query("language", "The language they were written in.", choices=TextLanguage.values),
]

ACTS: dict[str, Callable[..., Listing]] = {
    "submit": domain.submit_listing,
    "return_to_draft": domain.return_listing_to_draft,
    "pause": domain.pause_listing,
    "resume": domain.resume_listing,
    "fulfil": domain.fulfil_listing,
    "withdraw": domain.withdraw_listing,
    "reopen": domain.reopen_listing,
}


def narrowed_reader(view: ApiView) -> Readership:
    """Whose names the caller may know: with a key of one organisation, what its people know."""
    reader = Readership(view.request.user, view.bridge)
    if view.access.key is not None:
        own = frozenset(view.access.organisations().values_list("pk", flat=True))
        reader.own_organisation_ids = reader.own_organisation_ids & own
        reader.sees_all = reader.sees_all and view.access.sits_at_desk()
    return reader


class _Listings(ApiView):
    resource = ApiResource.LISTINGS

    def reader(self) -> Readership:
        return narrowed_reader(self)

    def shown(self) -> Any:
        """What the caller may see. With a key of one organisation: what everybody sees, and that organisation's."""
        on_bridge = Listing.objects.on_bridge(self.bridge)
        found = on_bridge.visible_to(self.request.user)
        if not self.access.sits_at_desk():
            own = found.filter(organisation__in=self.access.organisations().values("pk"))
            found = on_bridge.visible_to(AnonymousUser()) | own
        return found.select_related("organisation", "organisation__managed_by", "bridge").prefetch_related("sectors")

    def find(self, public_id: str) -> Listing:
        found: Listing | None = self.shown().filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def find_to_change(self, public_id: str) -> Listing:
        """One of an organisation that the caller acts for, locked. Raises `NotAllowed` for another that they see."""
        found = self.find(public_id)
        if not self.access.organisations().filter(pk=found.organisation_id).exists():
            raise NotAllowed
        Listing.objects.select_for_update().get(pk=found.pk)
        return self.find(public_id)

    def show(self, listing: Listing) -> Response:
        return self.one(ListingOut, listing, reader=self.reader())


class ListingList(_Listings):
    """Needs and offers of a bridge."""

    public = True
    pages = True
    parameters = (
        "mine", "state", "q", "direction", "side", "kind", "sector", "stage", "form", "organisation_kind", "language",
    )  # fmt: skip

    @described(
        ListingOut, "Needs and offers of a bridge", tag="listings", many=True, public=True, filters=FILTERS,
        errors=[404], text="Published ones, newest first; with `mine=true` one's own, in any state.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        mine = request.query_params.get("mine")
        state = request.query_params.get("state")
        if mine not in (None, "true"):
            raise InvalidParameter(parameter="mine")
        if state is not None and (mine is None or state not in ListingState.values):
            raise InvalidParameter(parameter="state")
        found = filtered(ListingFilter, self, self.shown(), bridge=self.bridge)
        if mine is None:
            return self.many(ListingOut, found.live(), order=("-published_at", "-id"), reader=self.reader())
        found = found.filter(organisation__in=self.access.organisations().values("pk"))
        if state is not None:
            found = found.filter(state=state)
        return self.many(ListingOut, found, reader=self.reader())

    @described(
        ListingOut, "Write a need or an offer", tag="listings", body=ListingIn, status=201, errors=[404],
        text="It is a draft: send it to review by `act`.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str) -> Response:
        values = self.read(ListingIn)
        at = self.bridge
        organisation = self.acting_for(values.pop("organisation", None))
        made = domain.create_listing(organisation, actor=request.user, bridge=at, **_written(values, None))
        location = reverse("api:listing", args=[at.slug, made.public_id])
        return self.made(ListingOut, self.find(made.public_id), location, reader=self.reader())


class OneListing(_Listings):
    """A need or an offer."""

    public = True

    @described(ListingOut, "A need or an offer", tag="listings", public=True, errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.show(self.find(public_id))

    @described(
        ListingOut, "Change a need or an offer", tag="listings", body=ListingIn, matches=True, errors=[404],
        text="A published one is matched anew at once.",
    )  # fmt: skip
    def patch(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(ListingIn, partial=True)
        if "organisation" in values:
            raise InvalidInput(errors={"organisation": [_("It stays with its organisation.")]})
        with transaction.atomic():
            found = self.find_to_change(public_id)
            self.check_match(ListingOut, found, reader=self.reader())
            domain.update_listing(found, actor=request.user, **_written(values, found))
        return self.show(self.find(public_id))

    @described(
        None, "Delete a draft", tag="listings", status=204, matches=True, errors=[404, 422],
        text="One that was never published. Another is withdrawn, by `act`.",
    )  # fmt: skip
    def delete(self, request: Request, bridge: str, public_id: str) -> Response:
        with transaction.atomic():
            found = self.find_to_change(public_id)
            self.check_match(ListingOut, found, reader=self.reader())
            domain.delete_draft(found, actor=request.user)
        return Response(status=204)


class ListingAct(_Listings):
    """A step of a need or an offer."""

    @described(ListingOut, "Take a step with a need or an offer", tag="listings", body=ListingActIn, errors=[404, 409])
    def post(self, request: Request, bridge: str, public_id: str) -> Response:
        act = self.read(ListingActIn)["act"]
        with transaction.atomic():
            ACTS[act](self.find_to_change(public_id), actor=request.user)
        return self.show(self.find(public_id))


def _written(values: dict[str, Any], listing: Listing | None) -> dict[str, Any]:
    """The values that the domain takes: texts by which of the two languages it was written in."""
    fields = dict(values)
    language = fields.get("language") or (listing.language if listing else "")
    for name in ("title", "text"):
        texts = fields.pop(f"texts_of_{name}", None)
        if texts is None:
            if listing is not None and language != listing.language:
                # The same two texts, the other way round.
                fields[name], fields[f"other_{name}"] = getattr(listing, f"other_{name}"), getattr(listing, name)
            continue
        fields[name] = texts.get(language, "")
        fields[f"other_{name}"] = texts.get("zh" if language == "en" else "en", "")
    if "amount" in fields:
        amount = fields.pop("amount") or {}
        fields |= {"amount_min": amount.get("min"), "amount_max": amount.get("max")}
        fields["currency"] = amount.get("currency", "")
    return fields
