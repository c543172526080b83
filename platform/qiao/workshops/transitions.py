"""Which state may follow which."""

from qiao.common.runs import RUN as RUN
from qiao.common.states import TransitionTable
from qiao.workshops.enums import MeetingState as M
from qiao.workshops.enums import RegistrationState as R
from qiao.workshops.enums import WorkshopState as W

WORKSHOP: TransitionTable[str] = TransitionTable(
    {
        W.DRAFT: frozenset({W.PUBLISHED, W.CANCELLED}),
        W.PUBLISHED: frozenset({W.DRAFT, W.ENDED, W.CANCELLED}),
        # A date set later begins it again.
        W.ENDED: frozenset({W.PUBLISHED}),
        W.CANCELLED: frozenset({W.DRAFT}),
    }
)

REGISTRATION: TransitionTable[str] = TransitionTable(
    {
        R.INVITED: frozenset({R.APPLIED, R.WAITING, R.CONFIRMED, R.WITHDRAWN}),
        R.APPLIED: frozenset({R.CONFIRMED, R.WAITING, R.DECLINED, R.WITHDRAWN}),
        R.WAITING: frozenset({R.CONFIRMED, R.DECLINED, R.WITHDRAWN}),
        R.CONFIRMED: frozenset({R.WITHDRAWN, R.WAITING}),
        R.DECLINED: frozenset({R.CONFIRMED, R.WAITING, R.APPLIED}),
        # Somebody who comes after all begins again.
        R.WITHDRAWN: frozenset({R.APPLIED, R.WAITING, R.CONFIRMED, R.INVITED}),
    }
)

MEETING: TransitionTable[str] = TransitionTable(
    {
        M.REQUESTED: frozenset({M.AGREED, M.SCHEDULED, M.DECLINED, M.LAPSED, M.WITHDRAWN, M.CANCELLED}),
        M.AGREED: frozenset({M.SCHEDULED, M.WITHDRAWN, M.CANCELLED}),
        # A schedule that is rolled back leaves requests as they were.
        M.SCHEDULED: frozenset({M.SCHEDULED, M.AGREED, M.REQUESTED, M.CANCELLED, M.WITHDRAWN}),
        # Taken back within the time of undo, or asked anew.
        M.DECLINED: frozenset({M.REQUESTED, M.AGREED}),
        M.LAPSED: frozenset({M.REQUESTED}),
        M.WITHDRAWN: frozenset({M.REQUESTED}),
        M.CANCELLED: frozenset({M.REQUESTED, M.AGREED, M.SCHEDULED}),
    }
)
