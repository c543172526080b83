"""Calls, the entries to them, and what reviewers think of these."""

from qiao.calls.models.call import Call, CallStage, Criterion
from qiao.calls.models.entry import Answer, Entry
from qiao.calls.models.invitation import CallInvitation
from qiao.calls.models.reviewing import Conflict, Mark, Reviewer

__all__ = ["Answer", "Call", "CallInvitation", "CallStage", "Conflict", "Criterion", "Entry", "Mark", "Reviewer"]
