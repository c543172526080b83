"""Proposed sessions end to end on a real database, with the small encoder."""

from typing import Any

import pytest

from matching.app.domain import workshop_grouping
from matching.app.domain.encoding import encode_listings
from matching.app.domain.statistics import fit_statistics
from qiao.activity.models import OutboxEvent
from qiao.directory.models import Listing
from qiao.notifications.models import Notification
from qiao.workshops.domain.suggesting import accept_suggestion, lock_suggestion, merge_suggestions
from qiao.workshops.domain.suggestion_runs import claim_suggestion_run, request_suggestions, store_suggestions
from qiao.workshops.enums import RegistrationState, RunState, SessionRole, SuggestionState
from qiao.workshops.models import Registration, SuggestedMember, SuggestedSession, SuggestionRun, Workshop
from tests.factories import (
    ListingFactory,
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    member,
    workshop_staff,
)

pytestmark = pytest.mark.django_db

TOPICS = {
    "cells": (
        "Cell therapy bioreactor scale-up",
        "Closed bioreactor for cell therapy, culture and release assays",
    ),
    "water": (
        "River water quality sensors",
        "Low-cost sensors for river water quality, ammonia monitoring",
    ),
}
IN_CHINESE = {"cells": "细胞治疗 生物反应器 放大工艺", "water": "河流 水质 监测 传感器 氨氮"}


@pytest.fixture
def workshop(settings: Any) -> Workshop:
    """Sixteen people: half British and half Chinese, half of cells and half of water, of four kinds."""
    workshop: Workshop = WorkshopFactory()
    kinds = ("startup", "university", "hospital", "sme")
    listings = []
    for n in range(16):
        topic = ("cells", "water")[n % 2]
        chinese = n % 4 >= 2
        organisation = member(workshop.bridge, country="CN" if chinese else "GB", kind=kinds[(n // 4) % 4])
        title, text = TOPICS[topic]
        listing: Listing = ListingFactory(
            organisation=organisation,
            bridge=workshop.bridge,
            title=f"{title} {n}",
            text=text,
            other_title=IN_CHINESE[topic] if chinese else "",
            other_text=IN_CHINESE[topic] if chinese else "",
        )
        listings.append(listing.pk)
        RegistrationFactory(workshop=workshop, organisation=organisation, languages=["en", "zh"] if chinese else ["en"])
    encode_listings(listings)
    fit_statistics(workshop.bridge_id)
    return workshop


@pytest.fixture
def planner(workshop: Workshop) -> Any:
    user = UserFactory()
    workshop_staff(workshop, user, "programme")
    return user


def run(workshop: Workshop, planner: Any, **options: Any) -> SuggestionRun:
    asked = request_suggestions(workshop, actor=planner, **options)
    assert OutboxEvent.objects.filter(topic="suggestions.requested", payload={"run_id": asked.pk}).exists()
    assert workshop_grouping.propose_sessions(asked.pk)
    asked.refresh_from_db()
    assert asked.state == RunState.READY, asked.error
    return asked


def topic_of(registration: Registration) -> str:
    return "cells" if "Cell" in registration.organisation.listings.get().title else "water"


def test_like_people_are_together_with_both_sides_and_a_name_in_each_language(workshop: Workshop, planner: Any) -> None:
    asked = run(workshop, planner, least=6, most=10)
    suggestions = list(SuggestedSession.objects.filter(workshop=workshop))
    assert len(suggestions) == 2
    for suggestion in suggestions:
        members = list(suggestion.members.select_related("registration__organisation"))
        assert len(members) == 8
        assert len({topic_of(one.registration) for one in members}) == 1
        assert {one.registration.organisation.country for one in members} == {"GB", "CN"}
        assert sum(one.is_moderator for one in members) == 1
        assert all(any(reason["code"] == "listing" for reason in one.reasons) for one in members)
        title = suggestion.title.data
        words = (
            ("cell", "bioreactor", "assay")
            if topic_of(members[0].registration) == "cells"
            else ("river", "water", "sensor")
        )
        assert any(word in title["en"].lower() for word in words), title
        assert any("\u4e00" <= one <= "\u9fff" for one in title["zh-hans"]), title
    assert asked.figures["placed"] == 16
    assert asked.figures["left_out"] == []


def test_a_second_run_keeps_what_is_locked(workshop: Workshop, planner: Any) -> None:
    run(workshop, planner)
    kept = SuggestedSession.objects.filter(workshop=workshop).first()
    assert kept is not None
    lock_suggestion(kept, actor=planner, locked=True)
    people = set(kept.members.values_list("registration", flat=True))
    run(workshop, planner, least=2, most=4)
    kept.refresh_from_db()
    assert set(kept.members.values_list("registration", flat=True)) == people
    others = SuggestedMember.objects.filter(suggestion__workshop=workshop).exclude(suggestion=kept)
    assert not people & set(others.values_list("registration", flat=True))
    assert others.count() == 8


def test_who_withdraws_while_it_runs_is_left_out(workshop: Workshop, planner: Any) -> None:
    asked = request_suggestions(workshop, actor=planner)
    gone = Registration.objects.filter(workshop=workshop).first()
    assert gone is not None
    claimed = claim_suggestion_run(asked.pk)
    assert claimed is not None
    groups, digest, name, figures = workshop_grouping._grouped(claimed)
    Registration.objects.filter(pk=gone.pk).update(state=RegistrationState.WITHDRAWN)
    store_suggestions(claimed, groups, digest=digest, model_name=name, figures=figures)
    assert SuggestedMember.objects.count() == 15
    assert not SuggestedMember.objects.filter(registration=gone).exists()


def test_doing_a_run_twice_changes_nothing(workshop: Workshop, planner: Any) -> None:
    asked = run(workshop, planner)
    before = list(SuggestedMember.objects.order_by("pk").values_list("suggestion", "registration"))
    assert not workshop_grouping.propose_sessions(asked.pk)
    assert list(SuggestedMember.objects.order_by("pk").values_list("suggestion", "registration")) == before


def test_people_of_whom_nothing_is_known_are_named(workshop: Workshop, planner: Any) -> None:
    unknown = RegistrationFactory(workshop=workshop)
    hopes = RegistrationFactory(workshop=workshop, goals="We hope to learn of river water quality sensors")
    asked = run(workshop, planner)
    assert asked.figures["unknown"] == [unknown.public_id]
    place = SuggestedMember.objects.get(registration=hopes)
    assert {"code": "goals", "params": {}} in place.reasons
    others = place.suggestion.members.exclude(pk=place.pk).select_related("registration__organisation")
    assert {topic_of(one.registration) for one in others} == {"water"}


def test_what_was_joined_by_hand_is_described_anew(workshop: Workshop, planner: Any) -> None:
    run(workshop, planner)
    one, other = SuggestedSession.objects.filter(workshop=workshop)
    merge_suggestions(one, actor=planner, other=other)
    SuggestedSession.objects.filter(pk=one.pk).update(title="", coherence=None)
    assert workshop_grouping.describe_again(one.pk)
    one.refresh_from_db()
    assert one.members.count() == 16
    assert one.coherence is not None
    assert one.title.data["en"]


def test_an_accepted_one_is_a_session_that_invites_its_people(workshop: Workshop, planner: Any) -> None:
    run(workshop, planner)
    suggestion = SuggestedSession.objects.filter(workshop=workshop).first()
    assert suggestion is not None
    session = accept_suggestion(suggestion, actor=planner)
    people = list(session.people.select_related("registration"))
    assert len(people) == 8
    assert sum(one.role == SessionRole.MODERATOR for one in people) == 1
    told = set(Notification.objects.filter(kind__startswith="session_").values_list("user_id", flat=True))
    assert told == {one.registration.user_id for one in people if one.registration is not None}
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.session) == (SuggestionState.ACCEPTED, session)
    run(workshop, planner, least=2, most=4)
    again = SuggestedMember.objects.filter(suggestion__state=SuggestionState.PROPOSED)
    assert not set(again.values_list("registration", flat=True)) & {one.registration_id for one in people}
