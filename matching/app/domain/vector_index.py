"""The HNSW index over the vectors of one encoder, made when the encoder comes into service."""

from __future__ import annotations

from hashlib import sha256

from django.db import connection

from matching.app.models import ListingVector

#: Searching fewer vectors than this one by one takes no longer than through an index.
FEWEST_INDEXED = 1_000
#: pgvector indexes no longer halfvecs.
LONGEST_INDEXED = 4_000
#: A graph that does not fit is built several times as slowly; 100,000 vectors of 896 halves take about 250 MB.
BUILD_MEMORY = "512MB"
#: The default encoder's comes with the tables.
_BY_MIGRATION = {"bridge-1": "vector_nearest_bridge_1"}


def index_name(encoder: str) -> str:
    """The name of the index of an encoder's vectors."""
    return _BY_MIGRATION.get(encoder) or f"vector_nearest_{sha256(encoder.encode()).hexdigest()[:12]}"


def index_vectors(encoder: str, *, fewest: int = FEWEST_INDEXED) -> bool:
    """Have an index over the encoder's vectors, if they are many and it has none; returns whether it was made here.

    Others read and write meanwhile, unless the caller is in a transaction. One that a dead worker has left half built
    is built anew.
    """
    name, table = index_name(encoder), ListingVector._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
        if found is not None and found[0]:
            return False
        cursor.execute(
            f"SELECT count(*), max(dims) FROM (SELECT vector_dims(vector) AS dims FROM {table} "  # noqa: S608 - our own table's name
            "WHERE encoder = %s LIMIT %s) AS dimensions",
            [encoder, fewest],
        )
        count, dimension = cursor.fetchone()
        if count < fewest or not count or dimension > LONGEST_INDEXED:
            return False
        # One worker builds; another that comes meanwhile leaves it to it.
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if not cursor.fetchone()[0]:
            return False
        concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
        try:
            cursor.execute("SELECT set_config('maintenance_work_mem', %s, false)", [BUILD_MEMORY])
            if found is not None:
                cursor.execute(f"DROP INDEX {concurrently} {name}")
            cursor.execute(
                f"CREATE INDEX {concurrently} IF NOT EXISTS {name} ON {table} "
                f"USING hnsw ((vector::halfvec({int(dimension)})) halfvec_cosine_ops) "
                f"WITH (m = 16, ef_construction = 64) WHERE encoder = %s",
                [encoder],
            )
        finally:
            if connection.is_usable():
                cursor.execute("RESET maintenance_work_mem")
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return True
