"""HNSW indexes: one over a bridge's vectors of one encoder in one language, made when they become many.

Each large bridge has its own: in an index over all bridges, what is near a text would mostly be on others, and a small
bridge beside a large one would find nothing. The same holds for a language that few write in. What is few is searched
one by one.
"""

from __future__ import annotations

from hashlib import sha256

from django.db import connection
from django.db.models import Count

from matching.app.models import ListingVector
from qiao.common.languages import TextLanguage

#: Searching fewer vectors than this one by one takes no longer than through an index.
FEWEST_INDEXED = 3_000
#: pgvector indexes no longer halfvecs.
LONGEST_INDEXED = 4_000
#: A graph that does not fit is built several times as slowly; 100,000 vectors of 896 halves take about 250 MB.
BUILD_MEMORY = "512MB"


def index_name(bridge_id: int, encoder: str, language: str) -> str:
    """The name of the index of a bridge's vectors of an encoder in a language."""
    return f"vector_nearest_{bridge_id}_{language}_{sha256(encoder.encode()).hexdigest()[:12]}"


def indexed_languages(bridge_id: int, encoder: str) -> set[str]:
    """Languages of which the bridge has an index. One that is being built, or was left half built, does not count."""
    names = {index_name(bridge_id, encoder, language): language for language in TextLanguage.values}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
            " WHERE relname = ANY(%s) AND relkind = 'i' AND indisvalid",
            [list(names)],
        )
        return {names[name] for (name,) in cursor.fetchall()}


def index_large_bridges() -> None:
    """Have an index for each bridge that has come to many vectors without one, and for each encoder it has them of."""
    kinds = ListingVector.objects.order_by("bridge_id", "encoder").values_list("bridge_id", "encoder")
    for bridge_id, encoder, _ in kinds.annotate(count=Count("pk")).filter(count__gte=FEWEST_INDEXED):
        index_vectors(bridge_id, encoder)


def index_vectors(bridge_id: int, encoder: str, *, fewest: int | None = None) -> list[str]:
    """Have an index over a bridge's vectors in each language in which they are many; returns those made here.

    Others read and write meanwhile, unless the caller is in a transaction. One that a dead worker has left half built
    is built anew.
    """
    missing = set(TextLanguage.values) - indexed_languages(bridge_id, encoder)
    fewest = FEWEST_INDEXED if fewest is None else fewest
    return [language for language in sorted(missing) if _index(bridge_id, encoder, language, fewest)]


def _index(bridge_id: int, encoder: str, language: str, fewest: int) -> bool:
    name, table = index_name(bridge_id, encoder, language), ListingVector._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), max(dims) FROM (SELECT vector_dims(vector) AS dims FROM {table} "  # noqa: S608 - our own table's name
            "WHERE bridge_id = %s AND encoder = %s AND language = %s LIMIT %s) AS dimensions",
            [bridge_id, encoder, language, max(1, fewest)],
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
            cursor.execute(f"DROP INDEX {concurrently} IF EXISTS {name}")
            cursor.execute(
                f"CREATE INDEX {concurrently} IF NOT EXISTS {name} ON {table} "
                f"USING hnsw ((vector::halfvec({int(dimension)})) halfvec_cosine_ops) "
                f"WITH (m = 16, ef_construction = 64) "
                f"WHERE bridge_id = {int(bridge_id)} AND encoder = %s AND language = %s",
                [encoder, language],
            )
        finally:
            if connection.is_usable():
                cursor.execute("RESET maintenance_work_mem")
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return True
