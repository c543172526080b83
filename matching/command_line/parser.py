"""The commands, what they take, and what they answer when it does not fit."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from matching.command_line.rows import BadRows, read_rows, write_rows
from matching.embedding.vector_cache import VectorCache

DESCRIPTION = """\
Matches texts in English and Chinese, on files, without a database.

Rows are JSON Lines: {"id": "...", "text": "...", "lang": "en" or "zh"}; without "lang" the text's letters tell.

  python -m matching rank   --queries needs.jsonl --documents offers.jsonl --top 10 --out ranked.jsonl
  python -m matching assign --queries papers.jsonl --documents sessions.jsonl --capacity places --out given.jsonl
  python -m matching group  --items talks.jsonl --groups 8 --out groups.jsonl
"""
FINE, BAD_INPUT, BAD_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 for files that cannot be used, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except BadRows as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command line speaks by printing
        return BAD_INPUT
    except OSError as error:
        print(f"{error.filename or ''}: {error.strerror or error}", file=sys.stderr)  # noqa: T201  # as above
        return BAD_INPUT
    return FINE


def _run(options: argparse.Namespace) -> None:
    if not options.out.absolute().parent.is_dir():
        raise NotADirectoryError(20, "no such folder to write to", str(options.out.absolute().parent))
    # The encoders are loaded only now, so that --help and bad files answer at once.
    if options.command == "group":
        items = read_rows(options.items)
        from matching.command_line.group import group

        write_rows(
            options.out,
            group(items, groups=options.groups, slack=options.slack, seed=options.seed, cache=_cache(options)),
        )
        return
    queries = read_rows(options.queries)
    documents = read_rows(options.documents, capacity=getattr(options, "capacity", None))
    if options.command == "rank":
        from matching.command_line.rank import rank

        write_rows(options.out, rank(queries, documents, top=options.top, cache=_cache(options)))
    else:
        from matching.command_line.assign import assign

        write_rows(options.out, assign(queries, documents, _cache(options)))


def _cache(options: argparse.Namespace) -> VectorCache:
    if options.no_cache:
        return VectorCache(None)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return VectorCache(options.cache or home / "qiao" / "vectors")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m matching", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    rank = commands.add_parser(
        "rank", help="the best documents for each query",
        description='Writes {"query", "document", "score"} rows, best first for each query. Scores are in standard '
        "deviations above what a query has with documents of a language; a document with the query's id is left out.",
    )  # fmt: skip
    _add_texts(rank)
    rank.add_argument("--top", type=_positive, default=10, metavar="N", help="documents a query at most (10)")
    assign = commands.add_parser(
        "assign", help="one document for each query, within the documents' places",
        description='Writes {"query", "document"} rows: as many queries as can be placed are, with the greatest sum of '
        "scores. No document is given to more queries than it has places.",
    )  # fmt: skip
    _add_texts(assign)
    assign.add_argument("--capacity", required=True, metavar="FIELD", help="key of each document's number of places")
    group = commands.add_parser(
        "group", help="groups of like items", description='Writes {"id", "group"} rows, groups numbered from 0.'
    )
    group.add_argument("--items", type=Path, required=True, metavar="FILE", help="the items")
    group.add_argument("--groups", type=_positive, required=True, metavar="K", help="how many groups at most")
    group.add_argument(
        "--slack", type=_slack, default=3.0, metavar="X", help="no group has more than X times its even share (3)"
    )
    group.add_argument("--seed", type=int, default=0, help="another seed begins elsewhere (0)")
    for one in (rank, assign, group):
        one.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the answer is written")
        one.add_argument("--cache", type=Path, metavar="FOLDER", help="where vectors are kept (the user's cache)")
        one.add_argument("--no-cache", action="store_true", help="keep no vectors")
    return parser


def _add_texts(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--queries", type=Path, required=True, metavar="FILE", help="what is asked: needs, papers, ..."
    )
    command.add_argument("--documents", type=Path, required=True, metavar="FILE", help="what may answer: offers, ...")


def _positive(value: str) -> int:
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value} is not 1 or more")
    return number


def _slack(value: str) -> float:
    number = float(value)
    if not 1 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is not 1 or more")
    return number
