"""Pages of calls: each role against each page and act, and what a form keeps."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qiao.calls.domain.deciding import end_marking
from qiao.calls.domain.inviting import need_of
from qiao.calls.domain.marks import mark_entry
from qiao.calls.domain.reviewers import invite_reviewer
from qiao.calls.models import Call, CallInvitation, Conflict, Entry, Mark, Reviewer
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.models import Introduction
from tests.calls.scene import CallScene

pytestmark = pytest.mark.django_db


def as_(scene: CallScene, name: str) -> Client:
    client = Client()
    user = scene.user(name)
    if user.is_authenticated:
        client.force_login(user)
    return client


def address(name: str, scene: CallScene, *more: str) -> str:
    return reverse(name, args=[scene.bridge.slug, *more])


EVERYBODY = ("nobody", "stranger", "a.owner", "a.viewer", "owner.owner", "owner.viewer", "rita", "organiser", "adviser")


def statuses(scene: CallScene, path: str) -> dict[str, int]:
    return {name: as_(scene, name).get(path).status_code for name in EVERYBODY}


def test_a_published_call_is_read_by_everybody_and_a_draft_by_its_own_people(scene: CallScene) -> None:
    opened, draft = scene.opened(), scene.draft(title="A secret")
    assert set(statuses(scene, address("website:call_list", scene)).values()) == {200}
    assert set(statuses(scene, address("website:call", scene, opened.public_id)).values()) == {200}
    assert statuses(scene, address("website:call", scene, draft.public_id)) == {
        "nobody": 404, "stranger": 404, "a.owner": 404, "a.viewer": 404, "owner.owner": 200, "owner.viewer": 200,
        "rita": 404, "organiser": 200, "adviser": 404,
    }  # fmt: skip
    for name in ("nobody", "a.owner", "rita"):
        assert "A secret" not in as_(scene, name).get(address("website:call_list", scene)).content.decode()


def test_pages_of_who_runs_a_call(scene: CallScene) -> None:
    call, [entry] = scene.deciding("a")
    expected = {
        "nobody": 302, "stranger": 404, "a.owner": 404, "a.viewer": 404, "owner.owner": 200, "owner.viewer": 403,
        "rita": 404, "organiser": 404, "adviser": 404,
    }  # fmt: skip
    page = address("website:my_call", scene, call.public_id)
    assert statuses(scene, page) == expected | {"owner.viewer": 200}
    assert statuses(scene, address("website:my_call_entry", scene, call.public_id, entry.public_id)) == expected
    for name in EVERYBODY:
        if name == "owner.owner":
            continue
        for act in ("end_marking", "award", "advance", "finish", "withdraw", "invite", "remove", "extend", "begin"):
            answer = as_(scene, name).post(
                address("website:my_call_act", scene, call.public_id, act), {"entry": entry.public_id, "reason": "x"}
            )
            assert answer.status_code in (302, 403, 404), (name, act)
            if answer.status_code == 302:
                assert name == "nobody"
    call.refresh_from_db()
    assert call.state == "deciding"
    assert not Entry.objects.filter(state="won").exists()


def test_pages_of_an_entry(scene: CallScene) -> None:
    call = scene.opened()
    scene.write(call, "a", text="Our secret way")
    page = address("website:call_entry", scene, call.public_id)
    assert statuses(scene, page) == {
        "nobody": 302, "stranger": 404, "a.owner": 200, "a.viewer": 200, "owner.owner": 404, "owner.viewer": 404,
        "rita": 404, "organiser": 404, "adviser": 404,
    }  # fmt: skip
    assert "Our secret way" in as_(scene, "a.owner").get(page).content.decode()
    assert as_(scene, "a.viewer").post(page, {"title": "x", "language": "en"}).status_code == 403
    assert "Our secret way" not in as_(scene, "b.owner").get(page).content.decode()


def test_pages_of_reviewers(scene: CallScene) -> None:
    call, [entry] = scene.deciding("a")
    expected = dict.fromkeys(EVERYBODY, 404) | {"nobody": 302, "rita": 200}
    assert statuses(scene, address("website:call_review", scene, call.public_id)) == expected
    assert statuses(scene, address("website:call_review_entry", scene, call.public_id, entry.public_id)) == expected


def test_pages_of_the_desk(scene: CallScene) -> None:
    waiting = scene.in_review()
    expected = dict.fromkeys(EVERYBODY, 404) | {"nobody": 302, "organiser": 200, "adviser": 403}
    assert statuses(scene, address("organiser:call_list", scene)) == expected
    assert statuses(scene, address("organiser:call", scene, waiting.public_id)) == expected
    for name in ("a.owner", "owner.owner", "adviser"):
        for act in ("approve", "send_back", "withdraw"):
            answer = as_(scene, name).post(
                address("organiser:call_act", scene, waiting.public_id, act), {"note": "x", "reason": "x"}
            )
            assert answer.status_code in (403, 404)
    waiting.refresh_from_db()
    assert waiting.state == "in_review"


def written(**changed: Any) -> dict[str, Any]:
    return {
        "language": "en", "title": "A sensor for the ward", "brief": "We look for a sensor.", "offers": "A pilot.",
        "kind": "clinical_validation", "time_zone": "Europe/London", "opens_at": "2020-01-01T09:00",
        "closes_at": "2099-05-01T17:00", "decision_by": "2099-06-01", "words_per_answer": "100", "most_invited": "5",
        "criteria-TOTAL_FORMS": "2", "criteria-INITIAL_FORMS": "0", "criteria-MIN_NUM_FORMS": "1",
        "criteria-MAX_NUM_FORMS": "10", "criteria-0-name": "Novelty", "criteria-0-weight": "40", "criteria-1-name": "",
        "stages-TOTAL_FORMS": "1", "stages-INITIAL_FORMS": "0", "stages-MIN_NUM_FORMS": "1",
        "stages-MAX_NUM_FORMS": "4",
        "stages-0-name": "Final", "stages-0-advances": "1", **changed,
    }  # fmt: skip


def test_a_call_is_written_kept_when_bad_changed_and_approved(scene: CallScene) -> None:
    client = as_(scene, "owner.editor")
    new = address("website:call_new", scene)
    bad = client.post(new, written(closes_at="2019-01-01T09:00", title="Kept words"))
    assert bad.status_code == 422
    assert "Kept words" in bad.content.decode()
    assert not Call.objects.exists()
    assert client.post(new, written()).status_code == 302
    call = Call.objects.get()
    # Five in the afternoon by the clock of London, in summer time.
    assert call.closes_at.astimezone(call.zone).strftime("%H:%M") == "17:00"
    assert [one.name for one in call.criteria.all()] == ["Novelty"]
    client.post(address("website:call_edit", scene, call.public_id), written(title="A better title"))
    client.post(address("website:my_call_act", scene, call.public_id, "submit"))
    desk = as_(scene, "organiser")
    assert "A better title" in desk.get(address("organiser:call_list", scene)).content.decode()
    back = desk.post(address("organiser:call_act", scene, call.public_id, "send_back"), {"note": ""})
    assert back.status_code == 422
    desk.post(address("organiser:call_act", scene, call.public_id, "send_back"), {"note": "Say how many wards"})
    page = client.get(address("website:my_call", scene, call.public_id)).content.decode()
    assert "Say how many wards" in page
    client.post(address("website:my_call_act", scene, call.public_id, "submit"))
    desk.post(address("organiser:call_act", scene, call.public_id, "approve"), {"note": ""})
    call.refresh_from_db()
    assert (call.state, call.title) == ("open", "A better title")
    late = client.get(address("website:call_edit", scene, call.public_id))
    assert late.status_code == 302


def test_an_entry_is_kept_handed_in_and_taken_back(scene: CallScene) -> None:
    call = scene.opened()
    client = as_(scene, "a.owner")
    page = address("website:call_entry", scene, call.public_id)
    fields = {f"answer_{one.pk}": "word " * 40 for one in call.criteria.all()}
    kept = client.post(page, {"language": "en", "title": "Our way", "submit": "1", **fields})
    assert kept.status_code == 422
    assert "40 words; 30 are allowed" in kept.content.decode()
    entry = Entry.objects.get()
    assert entry.state == "draft"
    assert entry.answers.all()[0].text.startswith("word")
    fields = dict.fromkeys(fields, "It works.")
    client.post(page, {"language": "en", "title": "Our way", "submit": "1", **fields})
    entry.refresh_from_db()
    assert entry.state == "submitted"
    for act, state in (("take_back", "draft"), ("withdraw", "withdrawn"), ("reopen", "draft")):
        client.post(address("website:call_entry_act", scene, call.public_id, act))
        entry.refresh_from_db()
        assert entry.state == state
    assert client.post(address("website:call_entry_act", scene, call.public_id, "explode")).status_code == 404
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now())
    late = client.post(page, {"language": "en", "title": "Too late", "submit": "1", **fields})
    assert late.status_code == 422
    entry.refresh_from_db()
    assert (entry.state, entry.title) == ("draft", "Too late")


def test_an_invitation_is_declined_and_that_taken_back(scene: CallScene) -> None:
    call = scene.opened()
    invitation = CallInvitation.objects.create(
        call=call, organisation=scene.a, score=0.8, reasons={"reasons": [], "gains": []}
    )
    assert need_of(call).title == call.title
    page = address("website:call_invitation", scene, call.public_id)
    assert as_(scene, "b.owner").post(page).status_code == 404
    assert as_(scene, "a.viewer").post(page).status_code == 403
    client = as_(scene, "a.owner")
    for data, declined in (({}, True), ({"undo": "1"}, False)):
        client.post(page, data)
        invitation.refresh_from_db()
        assert (invitation.declined_at is not None) == declined


def test_a_reviewer_comes_by_the_link_keeps_out_and_marks(scene: CallScene) -> None:
    call, [one, other] = scene.deciding("a", "c", reviewers=())
    invite_reviewer(call, actor=scene.user("owner.owner"), email="rita@calls.example")
    letter = OutgoingMail.objects.get(to="rita@calls.example", template="invitation_review")
    link = re.search(r"/invitations/review/[^/\s]+/", letter.text).group()  # type: ignore[union-attr]
    assert as_(scene, "raj").post(link).status_code == 403
    assert Client().get(link).status_code == 200
    client = as_(scene, "rita")
    assert client.post(link).status_code == 302
    assert as_(scene, "rita").get(link).status_code == 404
    page = address("website:call_review", scene, call.public_id)
    assert "It works." not in client.get(page).content.decode()
    marking = address("website:call_review_entry", scene, call.public_id, one.public_id)
    assert client.get(marking).status_code == 404
    client.post(page, {"conflicts": [other.public_id]})
    assert Conflict.objects.get().entry == other
    assert client.get(address("website:call_review_entry", scene, call.public_id, other.public_id)).status_code == 404
    assert client.post(marking, {"verdict": "perhaps"}).status_code == 422
    client.post(marking, {"verdict": "advance", "note": "Sound"})
    assert (Mark.objects.get().verdict, Mark.objects.get().note) == ("advance", "Sound")
    # The note is for reviewers: who decides reads verdicts.
    owner = as_(scene, "owner.owner").get(address("website:my_call_entry", scene, call.public_id, one.public_id))
    assert "Sound" not in owner.content.decode()


def test_stages_end_in_a_winner_and_an_introduction(scene: CallScene) -> None:
    call, entries = scene.deciding("a", "b", "c", reviewers=("rita",))
    client = as_(scene, "owner.owner")
    page = address("website:my_call", scene, call.public_id)

    def do(act: str, **data: Any) -> str:
        client.post(address("website:my_call_act", scene, call.public_id, act), data)
        return client.get(page).content.decode()

    assert "End the marking first" in do("advance", entries=[entries[0].public_id])
    for entry in entries:
        mark_entry(entry, actor=scene.user("rita"), verdict="advance")
    do("end_marking")
    assert "At most 2 advance" in do("advance", entries=[one.public_id for one in entries])
    do("advance", entries=[entries[0].public_id, entries[1].public_id])
    entries[2].refresh_from_db()
    assert entries[2].state == "declined"
    call.refresh_from_db()
    end_marking(call, actor=scene.user("owner.owner"))
    do("award", entry=entries[0].public_id)
    won = Entry.objects.get(state="won")
    assert won.introduction == Introduction.objects.get()
    seen = as_(scene, "a.owner").get(address("website:call_entry", scene, call.public_id)).content.decode()
    assert won.introduction.public_id in seen
    do("finish")
    call.refresh_from_db()
    assert call.state == "decided"
    client.post(
        address("website:my_call_entry", scene, call.public_id, entries[1].public_id), {"feedback": "Show the trial"}
    )
    assert (
        "Show the trial"
        in as_(scene, "b.owner").get(address("website:call_entry", scene, call.public_id)).content.decode()
    )


def test_reviewers_are_asked_once_and_removed(scene: CallScene) -> None:
    call = scene.opened()
    client = as_(scene, "owner.owner")
    act = address("website:my_call_act", scene, call.public_id, "invite")
    assert client.post(act, {"email": "no address"}).status_code == 422
    client.post(act, {"email": "new@people.example"})
    assert client.post(act, {"email": "new@people.example"}).status_code == 422
    reviewer = Reviewer.objects.get()
    client.post(address("website:my_call_act", scene, call.public_id, "remove"), {"reviewer": reviewer.public_id})
    reviewer.refresh_from_db()
    assert reviewer.removed_at is not None


def test_a_date_is_put_off_and_a_call_withdrawn(scene: CallScene) -> None:
    call = scene.opened()
    client = as_(scene, "owner.owner")
    extend = address("website:my_call_act", scene, call.public_id, "extend")
    assert client.post(extend, {"closes_at": "2020-01-01T09:00"}).status_code == 422
    client.post(extend, {"closes_at": "2099-01-01T09:00", "decision_by": "2099-02-01"})
    call.refresh_from_db()
    assert call.closes_at.year == 2099
    withdraw = address("website:my_call_act", scene, call.public_id, "withdraw")
    assert client.post(withdraw, {"reason": ""}).status_code == 422
    client.post(withdraw, {"reason": "The budget was cut"})
    call.refresh_from_db()
    assert call.state == "withdrawn"


@pytest.mark.parametrize("count", [1, 3, 20])
def test_lists_take_as_many_queries_whatever_their_length(
    scene: CallScene, count: int, django_assert_max_num_queries: Any
) -> None:
    for n in range(count):
        scene.opened(title=f"Call {n}")
    client, desk = as_(scene, "a.owner"), as_(scene, "organiser")
    with django_assert_max_num_queries(40):
        page = client.get(address("website:call_list", scene)).content.decode()
    assert page.count("card card--plain") == min(count, 15)
    with django_assert_max_num_queries(30):
        desk.get(address("organiser:call_list", scene))
    with django_assert_max_num_queries(30):
        as_(scene, "owner.owner").get(address("website:my_calls", scene))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_text_in_the_readers_language_is_shown_where_there_is_one(scene: CallScene, language: str) -> None:
    call = scene.opened(other_brief="我们寻找可穿戴血压传感器。")
    client = as_(scene, "nobody")
    client.cookies["django_language"] = language
    page = client.get(address("website:call", scene, call.public_id)).content.decode()
    assert ("病房用传感器" in page) == (language == "zh-hans")
    assert ("我们寻找" in page) == (language == "zh-hans")
