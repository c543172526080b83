"""The 20 nearest of 20,000 listings for each of 20,000 others, under hard limits, against peers that know no limits.

    python -m benchmarks.all_pairs [--rows 20000] [--columns 20000] [--dimension 896] [--top 20] [--repeats 3]

Ours is `matching.core.nearest`: exact, under limits of side, kinds of need and offer, kinds of organisation sought, and
own organisation. Peers, each with its defaults: `sentence_transformers.util.semantic_search`, and FAISS `IndexFlatIP`
(`faiss-cpu`, see requirements/bench.txt; left out where it is not installed); neither has limits, so what they find may
not be proposed. Ours without limits must find what they find, which is told. Vectors are random with clusters: time
does not depend on what they mean. Every contestant runs in a process of its own, in turns;
its peak memory is that of the whole process, with the vectors that it reads from files.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDES, LISTING_KINDS, ORGANISATION_KINDS, TASTES = 2, 11, 11, 8
CONTESTANTS = ("ours", "ours without limits", "semantic_search", "faiss")


def vectors(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors around 200 centres, the same for every seed."""
    centres = np.random.default_rng(0).normal(size=(200, dimension)).astype(np.float32)
    generator = np.random.default_rng(seed)
    made = centres[generator.integers(0, 200, count)]
    made += generator.normal(scale=1.5, size=(count, dimension)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def limits() -> NDArray[np.bool_]:
    """Which class of need may meet which class of offer: classes of (side, listing's kind, organisation's, taste)."""
    from matching.core.complementarity import _ANSWERS, answers

    kinds = sorted(_ANSWERS)
    generator = np.random.default_rng(1)
    # What an organisation takes: anybody, or some kinds of partners.
    takes = generator.random((TASTES, ORGANISATION_KINDS)) < 0.45
    takes[: TASTES // 2] = True
    answered = np.array([[answers(need, offer) > 0 for offer in kinds] for need in kinds])
    shape = (SIDES, LISTING_KINDS, ORGANISATION_KINDS, TASTES)
    side, kind, own, taste = (axis.ravel() for axis in np.indices(shape))
    may = side[:, None] != side[None, :]
    may &= answered[kind[:, None], kind[None, :]]
    may &= takes[taste[:, None], own[None, :]]
    may &= takes[taste[None, :], own[:, None]]
    return np.asarray(may, dtype=np.bool_)


def peak_megabytes() -> float:
    """The most memory this process has had since it began; `ru_maxrss` would tell its parent's where that was more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def run(contestant: str, folder: Path, top: int) -> dict[str, Any]:
    """One contestant, once, in this process: seconds, peak memory in MB, and what it says of itself."""
    left, right = np.load(folder / "rows.npy"), np.load(folder / "columns.npy")
    if contestant.startswith("ours"):
        from matching.core.nearest import Texts, nearest

        generator = np.random.default_rng(4)
        may_meet = limits()
        sizes = (len(left), len(right))
        classes = [generator.integers(0, len(may_meet), size) for size in sizes]
        owners = [generator.integers(0, size // 3, size) for size in sizes]
        if "without" in contestant:
            may_meet[:] = True
            owners = [np.arange(sizes[0]), sizes[0] + np.arange(sizes[1])]
        needs, offers = (Texts(v, c, o) for v, c, o in zip((left, right), classes, owners, strict=True))
        began = time.perf_counter()
        found = nearest(needs, offers, may_meet, top=top)
        seconds = time.perf_counter() - began
        best = found.columns
        note = f"{100 * may_meet.mean():.0f}% of pairs allowed, {int((found.columns >= 0).sum())} found"
    elif contestant == "semantic_search":
        import torch
        from sentence_transformers.util import semantic_search

        began = time.perf_counter()
        hits = semantic_search(torch.from_numpy(left), torch.from_numpy(right), top_k=top)
        seconds = time.perf_counter() - began
        best = np.array([[hit["corpus_id"] for hit in row] for row in hits])
        note = f"torch {torch.__version__}, {torch.get_num_threads()} threads, 100 queries a chunk"
    else:
        import faiss

        began = time.perf_counter()
        index = faiss.IndexFlatIP(right.shape[1])
        index.add(right)
        _, best = index.search(left, top)
        seconds = time.perf_counter() - began
        note = f"IndexFlatIP, faiss {faiss.__version__}, {faiss.omp_get_max_threads()} threads"
    made = {"seconds": seconds, "megabytes": peak_megabytes(), "note": note}
    np.save(folder / f"{contestant}.npy", best)
    return made


def agreement(folder: Path, one: str, other: str) -> float:
    """Which part of what one found the other found too, over all rows. Ties at the end of a row may fall either way."""
    left, right = np.load(folder / f"{one}.npy"), np.load(folder / f"{other}.npy")
    return float(np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(left.tolist(), right.tolist(), strict=True)]))


def main() -> None:
    """Run all in turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--columns", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=896)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        sys.stdout.write("\n" + json.dumps(run(options.one, options.folder, options.top)))
        return
    present = [name for name in CONTESTANTS if name != "faiss" or importlib.util.find_spec("faiss")]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in present}
    with tempfile.TemporaryDirectory() as folder:
        for name, count, seed in (("rows", options.rows, 2), ("columns", options.columns, 3)):
            np.save(Path(folder, f"{name}.npy"), vectors(count, options.dimension, seed))
        given = ["--folder", folder, "--top", str(options.top)]
        for _ in range(options.repeats):
            for name in present:
                command = [sys.executable, "-m", "benchmarks.all_pairs", "--one", name, *given]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
        agreed = {name: agreement(Path(folder), "ours without limits", name) for name in present[2:]}
    mine = statistics.median(one["seconds"] for one in found["ours"])
    print(f"top {options.top} of {options.columns} for each of {options.rows}, {options.dimension} numbers a vector")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} in the end")
    print("| | seconds | to ours | peak memory | |\n|---|---|---|---|---|")
    for name, runs in found.items():
        seconds = statistics.median(one["seconds"] for one in runs)
        memory = statistics.median(one["megabytes"] for one in runs)
        print(f"| {name} | {seconds:.1f} | {seconds / mine:.2f} | {memory:.0f} MB | {runs[0]['note']} |")
    for name, part in agreed.items():
        print(f"ours without limits finds {100 * part:.2f} % of what {name} finds")


if __name__ == "__main__":
    main()
