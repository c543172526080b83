"""Workshops, who comes to them, and the released programme."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource, Place
from qiao.api.core.errors import InvalidParameter
from qiao.api.core.views import ApiView
from qiao.api.description import described, query
from qiao.api.serializers.workshops import (
    QuestionOut,
    RegistrationChange,
    RegistrationIn,
    RegistrationOut,
    SessionAnswerIn,
    SessionOut,
    SlotOut,
    WorkshopOut,
)
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory.models import Organisation
from qiao.workshops.domain.queries.shown import ShownSession, shown_sessions
from qiao.workshops.domain.registering import change_registration, register, register_other, withdraw_registration
from qiao.workshops.domain.sessions import answer_session
from qiao.workshops.enums import RegistrationState, WorkshopState
from qiao.workshops.models import Registration, Session, Slot, Workshop
from qiao.workshops.rules import changes_registration, handles_registrations, registration_of


class WorkshopView(ApiView):
    """Something of a bridge's workshops."""

    resource = ApiResource.WORKSHOPS

    def shown(self) -> Any:
        """What the caller may see. With a key of one organisation: what everybody sees."""
        reader = self.request.user if self.access.sits_at_desk() else AnonymousUser()
        return Workshop.objects.all().visible_to(reader).on_bridge(self.bridge).select_related("bridge")

    @property
    def workshop(self) -> Workshop:
        """The workshop of the address. Raises `Http404`."""
        found: Workshop | None = self.shown().filter(public_id=self.kwargs["workshop"]).first()
        if found is None:
            raise Http404
        return found

    def mine_at(self, workshop: Workshop) -> Registration | None:
        """One's own registration; with a key only one for its organisation, with a key of the desk none."""
        mine = registration_of(self.request.user, workshop)
        if mine is None or self.access.place == Place.BRIDGE:
            return None
        if self.access.place == Place.ORGANISATION and not self.acts_for(mine.organisation_id):
            return None
        return mine

    def acts_for(self, organisation_id: int) -> bool:
        return self.access.organisations().filter(pk=organisation_id).exists()

    def taking_part(self, workshop: Workshop) -> Registration:
        """One's own registration, with a place. Raises `Http404` for who has none."""
        mine = self.mine_at(workshop)
        if mine is None or mine.state != RegistrationState.CONFIRMED:
            raise Http404
        return mine


class WorkshopList(WorkshopView):
    """Workshops of a bridge."""

    public = True
    pages = True
    parameters = ("state",)

    @described(
        WorkshopOut, "Workshops of a bridge", tag="workshops", many=True, public=True, errors=[404],
        filters=[query("state", "Where they stand.", choices=WorkshopState.values)], text="The latest first.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str) -> Response:
        found, state = self.shown(), request.query_params.get("state")
        if state is not None:
            if state not in WorkshopState.values:
                raise InvalidParameter(parameter="state")
            found = found.filter(state=state)
        return self.many(WorkshopOut, found, order=("-first_day", "-id"))


class OneWorkshop(WorkshopView):
    """A workshop."""

    public = True

    @described(WorkshopOut, "A workshop", tag="workshops", public=True, errors=[404])
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        return self.one(WorkshopOut, self.workshop)


class QuestionList(WorkshopView):
    """What a workshop asks."""

    public = True

    @described(
        QuestionOut, "Questions to those who register", tag="workshops", many=True, pages=False, public=True,
        errors=[404],
    )  # fmt: skip
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        return self.listed(QuestionOut, self.workshop.questions.all())


class SlotList(WorkshopView):
    """When meetings are held."""

    public = True
    pages = True

    @described(SlotOut, "Slots of meetings", tag="workshops", many=True, public=True, errors=[404])
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        return self.many(SlotOut, Slot.objects.filter(workshop=self.workshop), order=("starts_at", "id"))


class SessionList(WorkshopView):
    """The programme."""

    public = True

    @described(
        SessionOut, "The released programme", tag="workshops", many=True, pages=False, public=True, errors=[404],
        text="In the order of time, with what was cancelled since an earlier release.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        at = self.workshop
        return self.listed(SessionOut, shown_sessions(at), takes_part=self.hears_links(at))

    def hears_links(self, at: Workshop) -> bool:
        mine = self.mine_at(at)
        return mine is not None and mine.state == RegistrationState.CONFIRMED

    def session(self, at: Workshop, public_id: str) -> ShownSession:
        found = next((one for one in shown_sessions(at) if one.public_id == public_id), None)
        if found is None:
            raise Http404
        return found


class OneSession(SessionList):
    """A session."""

    @described(SessionOut, "A session of the released programme", tag="workshops", public=True, errors=[404])
    def get(self, request: Request, bridge: str, workshop: str, session: str) -> Response:
        at = self.workshop
        return self.one(SessionOut, self.session(at, session), takes_part=self.hears_links(at))


class SessionAnswer(SessionList):
    """Whether one comes to a session."""

    resource = ApiResource.REGISTRATIONS
    public = False
    http_method_names = ("post",)

    @described(
        SessionOut, "Say whether one comes to a session", tag="registrations", body=SessionAnswerIn,
        errors=[404, 409],
    )  # fmt: skip
    def post(self, request: Request, bridge: str, workshop: str, session: str) -> Response:
        values, at = self.read(SessionAnswerIn), self.workshop
        mine, shown = self.taking_part(at), self.session(at, session)
        row = Session.objects.of_workshop(at).filter(public_id=session).first()
        if row is None:
            raise Http404
        answer_session(row, actor=request.user, registration=mine, comes=values["comes"])
        return self.one(SessionOut, shown, takes_part=True)


class _Registrations(WorkshopView):
    resource = ApiResource.REGISTRATIONS

    def seen(self, at: Workshop) -> Any:
        """Registrations that the caller may see; with a key of one organisation its own, and who is listed where its
        person takes part for it."""
        found = Registration.objects.visible_to(self.request.user).of_workshop(at).select_related(
            "organisation", "workshop__bridge", "delegation"
        )  # fmt: skip
        if self.access.place == Place.ORGANISATION:
            ours = Q(organisation__in=self.access.organisations().values("pk"))
            mine = self.mine_at(at)
            if mine is not None and mine.state == RegistrationState.CONFIRMED:
                ours |= Q(state=RegistrationState.CONFIRMED, is_listed=True)
            found = found.filter(ours)
        return found

    def find(self, at: Workshop, public_id: str) -> Registration:
        found: Registration | None = self.seen(at).filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found

    def known(self, at: Workshop) -> dict[str, Any]:
        """What of each registration the caller reads: their own, those they change, and all for who handles them."""
        user = self.request.user
        handles = self.access.sits_at_desk() and bool(handles_registrations(user, at))

        def knows(one: Registration) -> bool:
            return handles or user.pk in (one.user_id, one.registered_by_id)

        return {"knows": knows, "reads_needs": lambda one: handles or one.user_id == user.pk}

    def show(self, at: Workshop, public_id: str) -> Response:
        return self.one(RegistrationOut, self.find(at, public_id), **self.known(at))


class RegistrationList(_Registrations):
    """Who comes to a workshop."""

    pages = True
    parameters = ("state",)

    @described(
        RegistrationOut, "Registrations for a workshop", tag="registrations", many=True, errors=[404],
        filters=[query("state", "Where they stand.", choices=RegistrationState.values)],
        text="One's own and those one has made; who is listed, for who takes part; all, for who handles them.",
    )  # fmt: skip
    def get(self, request: Request, bridge: str, workshop: str) -> Response:
        at, state = self.workshop, request.query_params.get("state")
        found = self.seen(at)
        if state is not None:
            if state not in RegistrationState.values:
                raise InvalidParameter(parameter="state")
            found = found.filter(state=state)
        return self.many(RegistrationOut, found, **self.known(at))

    @described(
        RegistrationOut, "Register for a workshop", tag="registrations", body=RegistrationIn, status=201,
        errors=[404, 409],
        text="Oneself; or, with `email`, a colleague, and at the desk somebody of any member. The state says what came "
        "of it: a place, the waiting list, or a decision of the organisers.",
    )  # fmt: skip
    def post(self, request: Request, bridge: str, workshop: str) -> Response:
        values, at = _said(self.read(RegistrationIn)), self.workshop
        named, email = values.pop("organisation", None), values.pop("email", None)
        if self.access.place == Place.BRIDGE and email is None:
            raise InvalidInput(errors={"email": [_("A key of a bridge registers others.")]})
        organisation = self._organisation(at, named)
        with transaction.atomic():
            if email is None:
                made = register(at, actor=request.user, organisation=organisation, **values)
            else:
                made = register_other(at, actor=request.user, organisation=organisation, email=email, **values)
        location = reverse("api:registration", args=[bridge, workshop, made.public_id])
        return self.made(RegistrationOut, self.find(at, made.public_id), location, **self.known(at))

    def _organisation(self, at: Workshop, named: str | None) -> Organisation:
        if named and self.access.sits_at_desk() and handles_registrations(self.request.user, at):
            found = Organisation.objects.visible_to(self.request.user).on_bridge(self.bridge).filter(public_id=named)
            organisation = found.first()
            if organisation is not None:
                return organisation
        return self.acting_for(named)


class OneRegistration(_Registrations):
    """A registration."""

    @described(RegistrationOut, "A registration", tag="registrations", errors=[404])
    def get(self, request: Request, bridge: str, workshop: str, public_id: str) -> Response:
        return self.show(self.workshop, public_id)

    @described(
        RegistrationOut, "Change a registration", tag="registrations", body=RegistrationChange, matches=True,
        errors=[404, 409],
    )  # fmt: skip
    def patch(self, request: Request, bridge: str, workshop: str, public_id: str) -> Response:
        values, at = _said(self.read(RegistrationChange, partial=True)), self.workshop
        with transaction.atomic():
            found = self._to_change(at, public_id)
            change_registration(found, actor=request.user, **values)
        return self.show(at, public_id)

    @described(
        None, "Withdraw a registration", tag="registrations", status=204, matches=True, errors=[404, 409],
        text="Meetings there are called off, and others move up.",
    )  # fmt: skip
    def delete(self, request: Request, bridge: str, workshop: str, public_id: str) -> Response:
        at = self.workshop
        with transaction.atomic():
            withdraw_registration(self._to_change(at, public_id), actor=request.user)
        return Response(status=204)

    def _to_change(self, at: Workshop, public_id: str) -> Registration:
        """Locked, after its workshop: in the order of the domain. Raises `NotAllowed` for who may only see it."""
        found = self.find(at, public_id)
        ours = self.access.place != Place.ORGANISATION or self.acts_for(found.organisation_id)
        if not (ours and changes_registration(self.request.user, found)):
            raise NotAllowed
        Workshop.objects.select_for_update(no_key=True).get(pk=at.pk)
        Registration.objects.select_for_update(no_key=True).get(pk=found.pk)
        found = self.find(at, public_id)
        self.check_match(RegistrationOut, found, **self.known(at))
        return found


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """The values that the domain takes."""
    fields = dict(values)
    if "presences" in fields:
        fields["presences"] = [(one["starts_at"], one["ends_at"]) for one in fields["presences"]]
    if "answers" in fields:
        answers = fields["answers"]
        if any(not (key.isascii() and key.isdigit() and len(key) < 19) for key in answers):
            raise InvalidInput(errors={"answers": [_("Answers are named by the number of their question.")]})
        if any(isinstance(one, dict) for one in answers.values()):
            raise InvalidInput(errors={"answers": [_("An answer is a text, a number, numbers, or true and false.")]})
        fields["answers"] = {int(key): one for key, one in answers.items()}
    return fields
