"""A call with everybody who has to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.calls.domain.calls import close_call, create_call, review_call, submit_call
from qiao.calls.domain.deciding import begin_deciding
from qiao.calls.domain.entries import save_entry, submit_entry
from qiao.calls.domain.reviewers import declare_interests
from qiao.calls.models import Call, Entry, Reviewer
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation
from tests.factories import BridgeFactory, UserFactory, affiliate, member, staff

CRITERIA: list[dict[str, Any]] = [
    {"name": "Novelty", "explanation": "What is new?", "other_name": "新颖性", "weight": 40},
    {"name": "Feasibility", "explanation": "Can it be done?", "weight": 60},
]
STAGES: list[dict[str, Any]] = [
    {"name": "First reading", "other_name": "初审", "advances": 2},
    {"name": "Final", "advances": 1},
]


def call_fields(**changes: Any) -> dict[str, Any]:
    """What makes a whole call, opening now and closing in a week."""
    now = timezone.now()
    return {
        "language": "en", "title": "A sensor for the ward", "brief": "We look for a wearable blood pressure sensor.",
        "offers": "A pilot on two wards.", "other_title": "病房用传感器", "kind": "clinical_validation",
        "partner_kinds": [], "time_zone": "Europe/London", "opens_at": now, "closes_at": now + timedelta(days=7),
        "decision_by": (now + timedelta(days=30)).date(), "most_entries": None, "words_per_answer": 30,
        "most_invited": 5, "criteria": CRITERIA, "stages": STAGES,
    } | changes  # fmt: skip


@dataclass
class CallScene:
    """`owner` publishes a call; `a`, `b` and `c` are members who may enter; `rita` and `raj` review it."""

    bridge: Bridge
    owner: Organisation
    a: Organisation
    b: Organisation
    c: Organisation

    def user(self, name: str) -> Any:
        """Somebody as a new request finds them: `owner.owner`, `a.viewer`, `organiser`, `rita`, `nobody`."""
        return AnonymousUser() if name == "nobody" else User.objects.get(email=f"{name}@calls.example")

    def organisation(self, name: str) -> Organisation:
        return {"owner": self.owner, "a": self.a, "b": self.b, "c": self.c}[name]

    def draft(self, **changes: Any) -> Call:
        return create_call(self.owner, actor=self.user("owner.owner"), bridge=self.bridge, **call_fields(**changes))

    def in_review(self, **changes: Any) -> Call:
        return submit_call(self.draft(**changes), actor=self.user("owner.owner"))

    def opened(self, **changes: Any) -> Call:
        return review_call(self.in_review(**changes), actor=self.user("organiser"), approve=True)

    def write(self, call: Call, who: str, *, text: str = "It works.", title: str = "Our way") -> Entry:
        """A whole draft of one of the three."""
        return save_entry(
            call, actor=self.user(f"{who}.owner"), organisation=self.organisation(who), title=title,
            answers={one.pk: text for one in call.criteria.all()},
        )  # fmt: skip

    def enter(self, call: Call, who: str, **more: Any) -> Entry:
        return submit_entry(self.write(call, who, **more), actor=self.user(f"{who}.owner"))

    def reviewer(self, call: Call, name: str, *, declared: bool = False) -> Reviewer:
        """Somebody who has accepted to review."""
        found = Reviewer.objects.create(
            call=call, user=self.user(name), accepted_at=timezone.now(), expires_at=timezone.now() + timedelta(days=9)
        )
        return declare_interests(call, actor=self.user(name), conflicts=[]) if declared else found

    def close(self, call: Call) -> Call:
        """Let its moment go by."""
        now = timezone.now()
        Call.objects.filter(pk=call.pk).update(opens_at=now - timedelta(days=2), closes_at=now - timedelta(seconds=1))
        assert close_call(call.pk)
        return Call.objects.get(pk=call.pk)

    def deciding(
        self, *who: str, reviewers: tuple[str, ...] = ("rita", "raj"), **changes: Any
    ) -> tuple[Call, list[Entry]]:
        """A call in its first stage, entered by these and reviewed by both."""
        call = self.opened(**changes)
        entries = [self.enter(call, one) for one in who]
        call = begin_deciding(self.close(call), actor=self.user("owner.owner"))
        for name in reviewers:
            self.reviewer(call, name, declared=True)
        return call, [Entry.objects.get(pk=entry.pk) for entry in entries]


def make_scene() -> CallScene:
    """Fill it. The people of `b` read Chinese and live in Shanghai."""
    bridge = BridgeFactory()
    made = {}
    for name, country, kind in (
        ("owner", "GB", "hospital"), ("a", "CN", "startup"), ("b", "CN", "startup"), ("c", "GB", "sme"),
    ):  # fmt: skip
        people = {
            role: UserFactory(
                email=f"{name}.{role}@calls.example",
                name=f"{role.title()} of {name.upper()}",
                language="zh-hans" if name == "b" else "en",
                time_zone="Asia/Shanghai" if name == "b" else "",
            )
            for role in ("owner", "editor", "viewer")
        }
        made[name] = member(
            bridge, country=country, owner=people["owner"], name_en=f"Organisation {name.upper()}", kind=kind
        )
        affiliate(people["editor"], made[name], PersonRole.EDITOR)
        affiliate(people["viewer"], made[name], PersonRole.VIEWER)
    for role in ("owner", "organiser", "adviser", "reviewer"):
        name = "head" if role == "owner" else role
        staff(bridge, UserFactory(email=f"{name}@calls.example", name=name.title()), role)
    for name in ("rita", "raj", "stranger"):
        UserFactory(email=f"{name}@calls.example", name=name.title())
    return CallScene(bridge, made["owner"], made["a"], made["b"], made["c"])
