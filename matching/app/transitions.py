"""Which state may follow which."""

from matching.app.enums import ProposalState as P
from matching.app.enums import RunState as R
from qiao.common.states import TransitionTable

RUN: TransitionTable[str] = TransitionTable(
    {
        R.WAITING: frozenset({R.RUNNING, R.FAILED}),
        R.RUNNING: frozenset({R.DONE, R.FAILED}),
        R.DONE: frozenset(),
        R.FAILED: frozenset(),
    }
)

PROPOSAL: TransitionTable[str] = TransitionTable(
    {
        P.CURRENT: frozenset({P.SUPERSEDED}),
        P.SUPERSEDED: frozenset({P.CURRENT}),
    }
)
