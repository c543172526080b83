"""Which state may follow which."""

from qiao.common.states import TransitionTable
from qiao.partnerships.enums import IntroductionState as S
from qiao.partnerships.enums import MilestoneState as M

_ASKED_AGAIN = frozenset({S.QUEUED, S.WITH_ADVISERS, S.REQUESTED, S.OPEN})

INTRODUCTION: TransitionTable[str] = TransitionTable(
    {
        S.NEW: _ASKED_AGAIN,
        S.QUEUED: frozenset({S.REQUESTED, S.WITH_ADVISERS, S.OPEN, S.LAPSED, S.WITHDRAWN, S.PAUSED}),
        S.WITH_ADVISERS: frozenset({S.QUEUED, S.REQUESTED, S.OPEN, S.LAPSED, S.WITHDRAWN, S.CLOSED, S.PAUSED}),
        S.REQUESTED: frozenset({S.OPEN, S.LAPSED, S.WITHDRAWN, S.PAUSED, S.WITH_ADVISERS}),
        S.OPEN: frozenset({S.PAUSED, S.CLOSED}),
        S.PAUSED: frozenset({S.QUEUED, S.WITH_ADVISERS, S.REQUESTED, S.OPEN, S.WITHDRAWN, S.CLOSED}),
        S.LAPSED: _ASKED_AGAIN,
        S.WITHDRAWN: _ASKED_AGAIN,
        # Asked again: only what the advisers had not passed on. What was introduced is opened again.
        S.CLOSED: _ASKED_AGAIN,
    }
)

MILESTONE: TransitionTable[str] = TransitionTable(
    {
        M.AWAITING: frozenset({M.CONFIRMED, M.DISPUTED, M.WITHDRAWN}),
        M.DISPUTED: frozenset({M.CONFIRMED, M.WITHDRAWN, M.AWAITING}),
        M.CONFIRMED: frozenset({M.WITHDRAWN}),
    }
)
