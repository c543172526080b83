"""Which state may follow which."""

from qiao.common.states import TransitionTable
from qiao.standards.enums import Lifecycle
from qiao.standards.enums import MentorState as M
from qiao.standards.enums import NominationState as N
from qiao.standards.enums import SeatState as S
from qiao.standards.enums import SyncState as Y
from qiao.standards.enums import WorkState as W

LIFECYCLE: TransitionTable[str] = TransitionTable(
    {
        Lifecycle.PROPOSED: frozenset({Lifecycle.FORMING, Lifecycle.ACTIVE, Lifecycle.CLOSED}),
        Lifecycle.FORMING: frozenset({Lifecycle.ACTIVE, Lifecycle.DORMANT, Lifecycle.CLOSED}),
        Lifecycle.ACTIVE: frozenset({Lifecycle.DORMANT, Lifecycle.CLOSED}),
        Lifecycle.DORMANT: frozenset({Lifecycle.ACTIVE, Lifecycle.CLOSED}),
        # Groups are set up again under their old name.
        Lifecycle.CLOSED: frozenset({Lifecycle.FORMING, Lifecycle.ACTIVE}),
    }
)

NOMINATION: TransitionTable[str] = TransitionTable(
    {
        N.INTEREST: frozenset({N.NOMINATED, N.DECLINED, N.WITHDRAWN, N.LAPSED}),
        N.NOMINATED: frozenset({N.ENDORSED, N.DECLINED, N.WITHDRAWN, N.LAPSED}),
        N.ENDORSED: frozenset({N.SEATED, N.DECLINED, N.WITHDRAWN, N.LAPSED}),
        N.SEATED: frozenset(),
        N.DECLINED: frozenset({N.INTEREST, N.NOMINATED}),
        N.WITHDRAWN: frozenset({N.INTEREST, N.NOMINATED}),
        N.LAPSED: frozenset({N.INTEREST, N.NOMINATED}),
    }
)

SEAT: TransitionTable[str] = TransitionTable(
    {
        S.ACTIVE: frozenset({S.OBSERVING, S.ENDED}),
        S.OBSERVING: frozenset({S.ACTIVE, S.ENDED}),
        S.ENDED: frozenset(),
    }
)

WORK: TransitionTable[str] = TransitionTable(
    {
        W.SUGGESTED: frozenset({W.DRAFT, W.DISMISSED}),
        W.DRAFT: frozenset({W.SUBMITTED, W.DISMISSED}),
        W.SUBMITTED: frozenset({W.ACCEPTED, W.DRAFT, W.DISMISSED}),
        W.ACCEPTED: frozenset(),
        W.DISMISSED: frozenset({W.DRAFT, W.SUGGESTED}),
    }
)

MENTOR: TransitionTable[str] = TransitionTable(
    {
        M.PROPOSED: frozenset({M.ASKED, M.AGREED, M.DECLINED}),
        M.ASKED: frozenset({M.AGREED, M.DECLINED}),
        M.AGREED: frozenset({M.ENDED}),
        M.DECLINED: frozenset({M.ASKED}),
        M.ENDED: frozenset(),
    }
)

SYNC: TransitionTable[str] = TransitionTable(
    {
        Y.QUEUED: frozenset({Y.RUNNING, Y.FAILED}),
        # A worker that died leaves it running: it is done again.
        Y.RUNNING: frozenset({Y.QUEUED, Y.DONE, Y.FAILED}),
        Y.DONE: frozenset(),
        Y.FAILED: frozenset({Y.QUEUED}),
    }
)
