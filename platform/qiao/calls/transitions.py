"""Which state may follow which."""

from qiao.calls.enums import CallState as C
from qiao.calls.enums import EntryState as E
from qiao.common.states import TransitionTable

CALL: TransitionTable[str] = TransitionTable(
    {
        C.DRAFT: frozenset({C.IN_REVIEW, C.WITHDRAWN}),
        C.IN_REVIEW: frozenset({C.OPEN, C.DRAFT, C.WITHDRAWN}),
        C.OPEN: frozenset({C.CLOSED, C.WITHDRAWN}),
        # A later date opens it again, until its entries are before the reviewers.
        C.CLOSED: frozenset({C.OPEN, C.DECIDING, C.WITHDRAWN}),
        C.DECIDING: frozenset({C.DECIDED, C.WITHDRAWN}),
        C.DECIDED: frozenset(),
        C.WITHDRAWN: frozenset(),
    }
)

ENTRY: TransitionTable[str] = TransitionTable(
    {
        E.DRAFT: frozenset({E.SUBMITTED, E.WITHDRAWN}),
        # Until the date it may be taken back to be changed.
        E.SUBMITTED: frozenset({E.DRAFT, E.ADVANCED, E.DECLINED, E.WITHDRAWN, E.WON}),
        # Advanced again at the end of each stage but the last.
        E.ADVANCED: frozenset({E.ADVANCED, E.DECLINED, E.WITHDRAWN, E.WON}),
        E.WITHDRAWN: frozenset({E.DRAFT}),
        E.DECLINED: frozenset(),
        E.WON: frozenset(),
    }
)
