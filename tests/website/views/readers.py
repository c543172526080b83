"""Who reads a page, and how many queries it takes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation
from tests.factories import UserFactory, affiliate, member, staff


class Reader(StrEnum):
    """One of each kind of person: strangers have an organisation of their own on the bridge."""

    ANONYMOUS = "anonymous"
    STRANGER = "stranger"
    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"
    ORGANISER = "organiser"
    REVIEWER = "reviewer"
    SUPERUSER = "superuser"

    @property
    def is_of_the_organisation(self) -> bool:
        return self in (Reader.VIEWER, Reader.EDITOR, Reader.OWNER)

    @property
    def is_of_the_bridge(self) -> bool:
        return self in (Reader.ORGANISER, Reader.REVIEWER, Reader.SUPERUSER)

    @property
    def knows_names(self) -> bool:
        """Whether anonymous listings of the organisation show this person its name."""
        return self.is_of_the_organisation or self.is_of_the_bridge


def browser_of(reader: Reader, bridge: Bridge, organisation: Organisation) -> Client:
    """A browser in which a new person of this kind has signed in."""
    client = Client()
    if reader == Reader.ANONYMOUS:
        return client
    user = UserFactory(is_superuser=reader == Reader.SUPERUSER)
    if reader.is_of_the_organisation:
        affiliate(user, organisation, PersonRole(reader.value))
    elif reader in (Reader.ORGANISER, Reader.REVIEWER):
        staff(bridge, user, BridgeRole(reader.value))
    elif reader == Reader.STRANGER:
        member(bridge, owner=user, name_en="A Stranger's House")
    client.force_login(user)
    return client


def html(client: Client, address: str, **query: Any) -> str:
    """The page, which must be there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def queries_of(client: Client, address: str) -> int:
    """How many queries the page takes once what is cached for all pages is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
