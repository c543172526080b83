"""Standards bodies, their committees and documents; groups that a bridge seats people in; pairings; gaps; help."""

from qiao.standards.models.committee import Committee, CommitteeEvent, Deliverable, IcsCode, Mirror, StandardsBody
from qiao.standards.models.gap import RegulatoryNote, RegulatoryPosition, WorkProposal, WorkSupport
from qiao.standards.models.group import BalanceRule, BalanceSnapshot, Group
from qiao.standards.models.helping import MentorPairing, SupportNotice
from qiao.standards.models.pairing import DeclaredInterest, Pairing, SeatingRun
from qiao.standards.models.seat import Attendance, Nomination, Seat
from qiao.standards.models.synchronising import SyncFile, SyncRun

__all__ = [
    "Attendance",
    "BalanceRule",
    "BalanceSnapshot",
    "Committee",
    "CommitteeEvent",
    "DeclaredInterest",
    "Deliverable",
    "Group",
    "IcsCode",
    "MentorPairing",
    "Mirror",
    "Nomination",
    "Pairing",
    "RegulatoryNote",
    "RegulatoryPosition",
    "Seat",
    "SeatingRun",
    "StandardsBody",
    "SupportNotice",
    "SyncFile",
    "SyncRun",
    "WorkProposal",
    "WorkSupport",
]
