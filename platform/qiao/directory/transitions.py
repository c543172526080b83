"""Which state may follow which."""

from qiao.common.states import TransitionTable
from qiao.directory.enums import ImportState as I
from qiao.directory.enums import ListingState as L
from qiao.directory.enums import MembershipState as M
from qiao.directory.trust_words import AppealState as A
from qiao.directory.trust_words import ReportState as R
from qiao.directory.trust_words import VerificationRequestState as Q
from qiao.directory.trust_words import VerificationState as V

LISTING: TransitionTable[str] = TransitionTable(
    {
        L.DRAFT: frozenset({L.IN_REVIEW, L.WITHDRAWN}),
        L.IN_REVIEW: frozenset({L.PUBLISHED, L.DRAFT, L.WITHDRAWN}),
        L.PUBLISHED: frozenset({L.IN_REVIEW, L.PAUSED, L.FULFILLED, L.WITHDRAWN, L.EXPIRED}),
        L.PAUSED: frozenset({L.PUBLISHED, L.IN_REVIEW, L.FULFILLED, L.WITHDRAWN, L.EXPIRED}),
        L.FULFILLED: frozenset({L.PUBLISHED}),
        L.WITHDRAWN: frozenset({L.DRAFT}),
        L.EXPIRED: frozenset({L.PUBLISHED, L.WITHDRAWN}),
    }
)

MEMBERSHIP: TransitionTable[str] = TransitionTable(
    {
        M.APPLIED: frozenset({M.APPROVED, M.CHANGES_REQUESTED, M.REJECTED, M.LEFT}),
        M.CHANGES_REQUESTED: frozenset({M.APPLIED, M.REJECTED, M.LEFT}),
        M.APPROVED: frozenset({M.SUSPENDED, M.LEFT}),
        M.REJECTED: frozenset({M.APPLIED}),
        M.SUSPENDED: frozenset({M.APPROVED, M.LEFT}),
        M.LEFT: frozenset({M.APPLIED}),
    }
)

IMPORT: TransitionTable[str] = TransitionTable(
    {
        I.UPLOADED: frozenset({I.CHECKING, I.CANCELLED}),
        I.CHECKING: frozenset({I.CHECKED, I.FAILED, I.CANCELLED}),
        I.CHECKED: frozenset({I.CHECKING, I.IMPORTING, I.CANCELLED}),
        I.IMPORTING: frozenset({I.DONE, I.FAILED}),
        I.FAILED: frozenset({I.CHECKING, I.CANCELLED}),
        I.DONE: frozenset(),
        I.CANCELLED: frozenset(),
    }
)

VERIFICATION: TransitionTable[str] = TransitionTable(
    {
        V.HELD: frozenset({V.WITHDRAWN, V.EXPIRED}),
        V.WITHDRAWN: frozenset(),
        V.EXPIRED: frozenset(),
    }
)

VERIFICATION_REQUEST: TransitionTable[str] = TransitionTable(
    {
        Q.WAITING: frozenset({Q.GRANTED, Q.DECLINED, Q.TAKEN_BACK}),
        Q.GRANTED: frozenset(),
        Q.DECLINED: frozenset(),
        Q.TAKEN_BACK: frozenset(),
    }
)

REPORT: TransitionTable[str] = TransitionTable(
    {
        R.OPEN: frozenset({R.LOOKING, R.UPHELD, R.DISMISSED}),
        R.LOOKING: frozenset({R.OPEN, R.UPHELD, R.DISMISSED}),
        R.UPHELD: frozenset(),
        R.DISMISSED: frozenset(),
    }
)

APPEAL: TransitionTable[str] = TransitionTable(
    {
        A.WAITING: frozenset({A.GRANTED, A.DISMISSED}),
        A.GRANTED: frozenset(),
        A.DISMISSED: frozenset(),
    }
)
