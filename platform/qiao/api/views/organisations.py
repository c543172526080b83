"""Organisations, their people, and their memberships of bridges."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource, Place
from qiao.api.core.errors import InvalidParameter
from qiao.api.core.filtering import filtered
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.directory import (
    MembershipIn,
    MembershipOut,
    OrganisationIn,
    OrganisationOut,
    PersonOut,
)
from qiao.bridges.models import Side
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory import rules as may
from qiao.directory.domain.managed import create_managed_profile
from qiao.directory.domain.organisations import (
    apply_to_bridge,
    create_organisation,
    leave_bridge,
    update_organisation,
)
from qiao.directory.enums import MembershipState, OrganisationKind, OrganisationSize
from qiao.directory.filters import OrganisationFilter
from qiao.directory.models import Affiliation, Membership, Organisation

FILTERS = [
    query("q", "Words of the name, the summary or the description."),
    query("side", "Code of a side."),
    query("kind", "Kind of organisation.", choices=OrganisationKind.values),
    query("size", "Size.", choices=OrganisationSize.values),
    query("sector", "Code of a sector, with its branches, or of a branch."),
]


class _Organisations(ApiView):
    resource = ApiResource.ORGANISATIONS

    def memberships(self) -> Any:
        """Memberships of the bridge that the caller may see: with a key of one organisation, its own and approved."""
        found = Membership.objects.visible_to(self.request.user).on_bridge(self.bridge)
        if not self.access.sits_at_desk():
            found = found.filter(
                Q(state=MembershipState.APPROVED) | Q(organisation__in=self.access.organisations().values("pk"))
            )
        return found

    def show(self, organisation: Organisation, *, location: str = "") -> Response:
        known: dict[str, Any] = {"memberships": self.sides([organisation])}
        if location:
            return self.made(OrganisationOut, organisation, location, **known)
        return self.one(OrganisationOut, organisation, **known)

    def sides(self, organisations: list[Organisation]) -> dict[int, Membership]:
        rows = self.memberships().filter(organisation__in=[one.pk for one in organisations]).select_related("side")
        return {one.organisation_id: one for one in rows}

    def find(self, public_id: str) -> Organisation:
        """An organisation that is on the bridge. Raises `Http404`."""
        found = (
            Organisation.objects.visible_to(self.request.user)
            .filter(public_id=public_id, pk__in=self.memberships().values("organisation_id"))
            .select_related("managed_by")
            .prefetch_related("sectors")
            .first()
        )
        if found is None:
            raise Http404
        return found

    def find_to_change(self, public_id: str) -> Organisation:
        """One that the caller acts for. Raises `NotAllowed` for another that they may only see."""
        found = self.find(public_id)
        if not self.access.organisations().filter(pk=found.pk).exists():
            raise NotAllowed
        return found


class OrganisationList(_Organisations):
    """Members of a bridge."""

    public = True
    pages = True
    parameters = ("q", "side", "kind", "size", "sector")

    @described(
        OrganisationOut, "Members of a bridge", tag="organisations", many=True, public=True, filters=FILTERS,
        errors=[404],
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        members = Organisation.objects.visible_to(request.user).on_bridge(self.bridge)
        found = filtered(OrganisationFilter, self, members, bridge=self.bridge).prefetch_related("sectors")
        memberships: dict[int, Membership] = {}

        def with_sides(rows: list[Any]) -> list[Any]:
            memberships.update(self.sides(rows))
            return rows

        return self.many(OrganisationOut, found, prepare=with_sides, memberships=memberships)

    @described(
        OrganisationOut, "Register an organisation", tag="organisations", body=OrganisationIn, status=201,
        errors=[404],
        text="The caller becomes its owner, and it applies for membership of the bridge. With a key of the bridge it "
        "becomes a profile that the organisers keep until the organisation claims it, a member at once. A key of one "
        "organisation makes no other.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str) -> Response:
        if self.access.place == Place.ORGANISATION:
            raise NotAllowed
        values = self.read(OrganisationIn)
        at = self.bridge
        with transaction.atomic():
            if self.access.place == Place.BRIDGE:
                made = create_managed_profile(at, actor=request.user, **values)
            else:
                made = create_organisation(actor=request.user, **values)
                apply_to_bridge(made, actor=request.user, bridge=at)
        made = self.find(made.public_id)
        return self.show(made, location=reverse("api:organisation", args=[at.slug, made.public_id]))


class OneOrganisation(_Organisations):
    """An organisation."""

    public = True

    @described(OrganisationOut, "An organisation", tag="organisations", public=True, errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.show(self.find(public_id))

    @described(
        OrganisationOut, "Change an organisation's profile", tag="organisations", body=OrganisationIn, matches=True,
        errors=[404, 409],
    )  # fmt: skip
    def patch(self, request: Request, bridge: str, public_id: str) -> Response:
        values = self.read(OrganisationIn, partial=True)
        with transaction.atomic():
            found = self.find_to_change(public_id)
            Organisation.objects.select_for_update().get(pk=found.pk)
            self.check_match(OrganisationOut, self.find(public_id), memberships=self.sides([found]))
            update_organisation(found, actor=request.user, **values)
        return self.show(self.find(public_id))


class PersonList(_Organisations):
    """People of an organisation."""

    resource = ApiResource.PEOPLE
    pages = True

    @described(
        PersonOut, "People of an organisation", tag="people", many=True, errors=[404],
        text="Those who let themselves be shown; all of them to the organisation's own people.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        found = self.find(public_id)
        is_own = may.is_person_of(request.user, found) and self.access.organisations().filter(pk=found.pk).exists()
        people = Affiliation.objects.filter(organisation=found).select_related("user")
        return self.many(PersonOut, people if is_own else people.filter(is_public=True), is_own=is_own, order=("id",))


class MembershipList(_Organisations):
    """Memberships of a bridge."""

    pages = True
    parameters = ("state",)

    @described(
        MembershipOut, "Memberships of a bridge", tag="organisations", many=True, errors=[404],
        text="Approved ones; one's own and, at the desk, all in any state.",
        filters=[query("state", "Where it stands.", choices=MembershipState.values)],
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        found = self.memberships().select_related("organisation", "side")
        state = request.query_params.get("state")
        if state is not None:
            if state not in MembershipState.values:
                raise InvalidParameter(parameter="state")
            found = found.filter(state=state)
        return self.many(MembershipOut, found)

    @described(
        MembershipOut, "Apply for membership", tag="organisations", body=MembershipIn, status=201, errors=[404, 409]
    )
    def post(self, request: Request, bridge: str) -> Response:
        values = self.read(MembershipIn)
        at = self.bridge
        organisation = self.acting_for(values.get("organisation"))
        side = None
        if "side" in values:
            side = Side.objects.filter(bridge=at, code=values["side"]).first()
            if side is None:
                raise InvalidInput(errors={"side": [_("There is no such side.")]})
        made = apply_to_bridge(organisation, actor=request.user, bridge=at, side=side)
        return self.made(MembershipOut, made, reverse("api:membership", args=[at.slug, made.public_id]))


class OneMembership(_Organisations):
    """A membership."""

    def find_membership(self, public_id: str) -> Membership:
        found: Membership | None = (
            self.memberships().select_related("organisation", "side").filter(public_id=public_id).first()
        )
        if found is None:
            raise Http404
        return found

    @described(MembershipOut, "A membership", tag="organisations", errors=[404])
    def get(self, request: Request, bridge: str, public_id: str) -> Response:
        return self.one(MembershipOut, self.find_membership(public_id))

    @described(
        None, "End a membership", tag="organisations", status=204, matches=True, errors=[404, 409],
        text="For the owners of the organisation. Its listings on the bridge are no longer shown or matched.",
    )  # fmt: skip
    def delete(self, request: Request, bridge: str, public_id: str) -> Response:
        with transaction.atomic():
            Membership.objects.select_for_update().filter(pk=self.find_membership(public_id).pk).first()
            found = self.find_membership(public_id)
            if not self.access.organisations().filter(pk=found.organisation_id).exists():
                raise NotAllowed
            self.check_match(MembershipOut, found)
            leave_bridge(found, actor=request.user)
        return Response(status=204)
