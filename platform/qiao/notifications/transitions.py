"""Which state of a letter to a group may follow which."""

from __future__ import annotations

from qiao.common.states import TransitionTable
from qiao.notifications.enums import CircularState as C
from qiao.notifications.enums import MailState as M

CIRCULAR: TransitionTable[C] = TransitionTable(
    {
        C.DRAFT: frozenset({C.SENDING, C.CANCELLED}),
        C.SENDING: frozenset({C.HELD, C.SENT, C.CANCELLED}),
        C.HELD: frozenset({C.SENDING, C.CANCELLED}),
    }
)

#: What organisers may do with one message; sending itself is in `domain/mail.py`.
MAIL: TransitionTable[M] = TransitionTable(
    {
        M.WAITING: frozenset({M.HELD, M.CANCELLED, M.WAITING}),
        M.HELD: frozenset({M.WAITING, M.CANCELLED}),
        M.FAILED: frozenset({M.WAITING, M.CANCELLED}),
        M.CANCELLED: frozenset({M.WAITING}),
    }
)
