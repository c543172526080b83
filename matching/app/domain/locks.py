"""Locks that keep two workers from writing the proposals of one organisation at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

# Advisory locks share one space of pairs of numbers in a database: these are ours; `workshop_scheduling` has 0x51A3.
_BRIDGE = 0x51A0
_ORGANISATION = 0x51A1
_CHOICE = 0x51A2
_PLACEMENT = 0x51A4


def lock_organisations(bridge_id: int, organisation_ids: Iterable[int]) -> None:
    """Wait until this transaction alone may write proposals of these organisations on the bridge.

    Always taken in one order and all at once, so that two workers never wait for each other; released when the
    transaction ends. A collision of the hash makes two organisations share a lock, which costs time and nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, hashint8(%s::bigint))", [_BRIDGE, bridge_id])
        cursor.execute(
            """
            SELECT count(pg_advisory_xact_lock(%s, key))
            FROM (
                SELECT DISTINCT hashint8((%s::bigint << 40) # id) AS key
                FROM unnest(%s::bigint[]) AS id
                ORDER BY key
            ) AS keys
            """,
            [_ORGANISATION, bridge_id, sorted(set(organisation_ids))],
        )


def lock_bridge(bridge_id: int) -> None:
    """Wait until this transaction alone may write proposals of the bridge: for the choice over all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s::bigint))", [_BRIDGE, bridge_id])


@contextmanager
def choosing_alone(bridge_id: int, *, wait: bool) -> Iterator[bool]:
    """Whether this worker alone may choose over the whole bridge while the block runs; waits for its turn if asked.

    It excludes other choices over the whole bridge and nothing else, spans many transactions, and ends with the
    connection: one that died is known at once. A worker that has it may take it again.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT true FROM pg_advisory_lock(%s, hashint8(%s::bigint))", [_CHOICE, bridge_id])
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashint8(%s::bigint))", [_CHOICE, bridge_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            # A connection that is gone has given it back already.
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashint8(%s::bigint))", [_CHOICE, bridge_id])


@contextmanager
def placing_alone(run_id: int) -> Iterator[bool]:
    """Whether this worker alone works on a placement while the block lasts; a worker that dies lets go of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashint8(%s::bigint))", [_PLACEMENT, run_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashint8(%s::bigint))", [_PLACEMENT, run_id])


class NeighboursChanged(Exception):
    """An organisation kept getting new neighbours while its proposals were being made: try again later."""
