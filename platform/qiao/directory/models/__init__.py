"""Organisations and their people, needs and offers, membership of bridges, taxonomy."""

from qiao.directory.models.importing import ImportFile, ImportJob, ImportRow
from qiao.directory.models.listing import Listing
from qiao.directory.models.membership import Block, Membership, Review
from qiao.directory.models.organisation import Organisation
from qiao.directory.models.people import Affiliation, Invitation, SavedItem
from qiao.directory.models.sector import Sector

__all__ = [
    "Affiliation",
    "Block",
    "ImportFile",
    "ImportJob",
    "ImportRow",
    "Invitation",
    "Listing",
    "Membership",
    "Organisation",
    "Review",
    "SavedItem",
    "Sector",
]
