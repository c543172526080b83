"""FOSDEM 2023's real programme, and the same talks placed anew: in the same rooms, in the hours each was in use.

    python -m benchmarks.programme --data FOLDER [--seconds 200] [--near 10] [--seed 0] [--any-day]

FOLDER holds `items.jsonl`: 655 talks of 54 devrooms with title and abstract, room, day, beginning, length and how many
speak. The real programme, best first and our placement are counted by one checker (`matching.core.programme.verify`),
which shares nothing with what makes a placement. For all three alike:

- **Rooms** are open on a day from the beginning of their first talk to the end of their last one; nowhere else may a
  talk be, and only one at a time. What was held online (rooms `D.…`) stays online, the rest in halls. How many seats a
  hall has or how many came is not in the data, and no part of this.
- **Speakers** are not named: each is taken to be there on the day they really spoke and on no other, so that every
  talk stays on its day (`--any-day` lifts it). Whether somebody speaks twice cannot be told.
- **Who wants both of two talks** is not in the data either. It is taken from what they are about: whoever comes for
  a talk wants its `--near` nearest of other devrooms as well, by words (TF-IDF of title and abstract, cosine). Each
  such person counts 5 for two in parallel, as at the desk; two of one devroom in parallel count 3, as at the desk.
- **Pauses** shorter than 5 minutes between two talks in a room: 2. **Parts**: a devroom that begins again in another
  room, on another day or after another devroom: 10.

Placement lessens a measure that is made here. So a second one is counted that it is not given: who wants both by
characters (TF-IDF of pieces of four letters) instead of by words.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.core.programme import placing, verify
from matching.core.programme.problem import Person, Place, Placement, ProgrammeProblem, Room, Session, Weights

DAY = 24 * 60
WEIGHTS = Weights(same_people=5, same_track=3, too_far=15, pause=2, part=10)
PAUSE = 5
#: Rooms that are none: what was held there was online.
ONLINE = "D."
#: How many want both of two talks.
Pairs = dict[tuple[int, int], int]


def read(folder: Path) -> list[dict[str, Any]]:
    """The talks, with minutes from the first midnight."""
    with (folder / "items.jsonl").open(encoding="utf-8") as lines:
        talks = [json.loads(line) for line in lines]
    days = sorted({one["day"] for one in talks})
    for one in talks:
        one["begins"] = days.index(one["day"]) * DAY + _minutes(one["start"])
        one["minutes"] = _minutes(one["duration"])
        one["day"] = days.index(one["day"])
    return talks


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def similarities(talks: list[dict[str, Any]], analyzer: str) -> NDArray[np.float64]:
    """How near two talks of different devrooms are; -1 within one."""
    words = {"analyzer": "word", "stop_words": "english"} if analyzer == "word" else {"analyzer": "char_wb"}
    size = (1, 1) if analyzer == "word" else (4, 4)
    vectors = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=size, **words).fit_transform(
        [one["text"] for one in talks]
    )
    near: NDArray[np.float64] = np.asarray((vectors @ vectors.T).todense(), dtype=np.float64)
    labels = np.array([one["label"] for one in talks])
    near[labels[:, None] == labels[None, :]] = -1.0
    return near


def nearest(near: NDArray[np.float64], number: int) -> Pairs:
    """Whoever comes for a talk wants its nearest as well: 1 for a pair, 2 if each is among the other's nearest."""
    found: Pairs = defaultdict(int)
    for a, row in enumerate(np.argsort(-near, axis=1, kind="stable")[:, :number].tolist()):
        for b in row:
            if near[a, b] > 0:
                found[min(a, b), max(a, b)] += 1
    return dict(found)


def make_problem(talks: list[dict[str, Any]], pairs: Pairs, *, any_day: bool) -> ProgrammeProblem:
    """What is asked: nothing of it says where a talk really was, but online or not and, unless `any_day`, the day."""
    used: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in talks:
        used[one["room"]][one["day"]] += [one["begins"], one["begins"] + one["minutes"]]
    rooms = tuple(
        Room(name, tuple((min(of), max(of)) for _day, of in sorted(days.items())))
        for name, days in sorted(used.items())
    )
    halls = tuple((one.id, 0) for one in rooms if not one.id.startswith(ONLINE))
    online = tuple((one.id, 0) for one in rooms if one.id.startswith(ONLINE))
    people = tuple(
        Person(one["id"], None if any_day else ((one["day"] * DAY, (one["day"] + 1) * DAY),)) for one in talks
    )
    sessions = tuple(
        Session(
            one["id"],
            one["minutes"],
            online if one["room"].startswith(ONLINE) else halls,
            frozenset({one["id"]}),
            one["label"],
        )
        for one in talks
    )
    return ProgrammeProblem(
        rooms, sessions, people, wanting(talks, pairs), weights=WEIGHTS, days=(0, DAY), step=5, pause=PAUSE
    )


def wanting(talks: list[dict[str, Any]], pairs: Pairs) -> dict[tuple[str, str], int]:
    """How many want both: those who come for one and would go to the other, and the other way round."""
    return {(talks[a]["id"], talks[b]["id"]): number for (a, b), number in sorted(pairs.items())}


def in_parallel(talks: list[dict[str, Any]], places: dict[str, Place], pairs: Pairs) -> int:
    """How many people want both of two talks that overlap."""
    found = 0
    for (a, b), number in pairs.items():
        one, other = talks[a], talks[b]
        if one["id"] in places and other["id"] in places:
            begins, ends = places[one["id"]].start, places[other["id"]].start
            found += number * (begins < ends + other["minutes"] and ends < begins + one["minutes"])
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=200.0, help="time given to placement")
    parser.add_argument("--near", type=int, default=10, help="nearest talks that are wanted with each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--any-day", action="store_true", help="speakers are there on both days")
    options = parser.parse_args()
    talks = read(options.data)
    words = similarities(talks, "word")
    pairs = nearest(words, options.near)
    unseen = {"wanted both, by characters": nearest(similarities(talks, "char"), options.near)}
    problem = make_problem(talks, pairs, any_day=options.any_day)
    devrooms = len({one["label"] for one in talks})
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; seed {options.seed}; {len(talks)} talks, "
        f"{devrooms} devrooms, {len(problem.rooms)} rooms, {len(pairs)} pairs wanted together"
    )
    real = {one["id"]: Place(one["room"], one["begins"]) for one in talks}
    runs = {
        "the real programme": lambda: Placement(real, 0, 0, None, "by hand"),
        "best first": lambda: placing.greedy(problem),
        "ours": lambda: placing.solve(problem, seed=options.seed, time_limit=options.seconds),
    }
    codes = ("same_people", "same_track", "pause", "part")
    names = ("wanted both, in parallel", "one devroom in parallel", "pause under 5 min", "further parts of a devroom")
    print(
        f"| programme | time | placed | hard | {' | '.join(names)} | weight | to the real one | {' | '.join(unseen)} |"
    )
    print("|---" * (8 + len(codes) + len(unseen) - 2) + "|")
    standard = 0
    for name, run in runs.items():
        began = time.perf_counter()
        placement = run()
        taken = time.perf_counter() - began
        found = verify.count(problem, placement.places)
        standard = standard or found.weight
        print(
            f"| {name} | {taken:.1f} s | {len(placement.places)} | {found.broken} | "
            f"{' | '.join(str(found.soft[code]) for code in codes)} | {found.weight} | {found.weight / standard:.3f} | "
            f"{' | '.join(str(in_parallel(talks, placement.places, other)) for other in unseen.values())} |",
            flush=True,
        )
        wrong = verify.check(problem, placement) if name != "the real programme" else []
        if wrong:
            raise SystemExit("; ".join(wrong))


if __name__ == "__main__":
    main()
