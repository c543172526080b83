"""What people do with a proposed partnership."""

from qiao.partnerships.models.collaboration import Confirmation, FollowUp, Milestone
from qiao.partnerships.models.conversation import ConfidentialityNotice, Document, Message, PrivateNote, ReadMark
from qiao.partnerships.models.introductions import CooperationPolicy, Introduction, Party
from qiao.partnerships.models.marks import ProposalMark
from qiao.partnerships.models.saved_views import SavedView

__all__ = [
    "ConfidentialityNotice",
    "Confirmation",
    "CooperationPolicy",
    "Document",
    "FollowUp",
    "Introduction",
    "Message",
    "Milestone",
    "Party",
    "PrivateNote",
    "ProposalMark",
    "ReadMark",
    "SavedView",
]
