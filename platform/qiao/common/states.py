"""One way to move a state: a transition table, and one function that applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import models

from qiao.common.errors import TransitionNotAllowed

S = TypeVar("S", bound=str)


@dataclass(frozen=True)
class TransitionTable(Generic[S]):
    """Which state may follow which. `after(state)` lists what can be done next."""

    steps: Mapping[S, frozenset[S]] = field(default_factory=dict)

    def after(self, state: S) -> frozenset[S]:
        return self.steps.get(state, frozenset())

    def allows(self, before: S, after: S) -> bool:
        return after in self.after(before)


def move(obj: models.Model, table: TransitionTable[S], to: S, *, field_name: str = "state") -> S:
    """Set the state of a row that the caller has locked, and save that field; returns the state before.

    Raises `TransitionNotAllowed` when the table has no such step.
    """
    before: S = getattr(obj, field_name)
    if not table.allows(before, to):
        raise TransitionNotAllowed(before=str(before), after=str(to))
    setattr(obj, field_name, to)
    obj.save(update_fields=[field_name, *(["updated_at"] if hasattr(obj, "updated_at") else [])])
    return before
