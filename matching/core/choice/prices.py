"""Choice by prices, for two sides of any size: an auction that ends within `step` a pair of the greatest total.

Organisations of the one side bid for places of the other. With room left, i looks at v_j = score_ij - p_j over whom it
does not hold, bids for the best one j the price at which the second best w would please it as much,

    bid = score_ij - max(w, worth of staying away) + step,

and j keeps the highest bids it has places for; p_j is the lowest it keeps when it is full, else 0. Prices only rise, so
nobody regrets a bid by more than `step` (Bertsekas 1988, "The auction algorithm"; for several places Bertsekas and
Castañon 1989). A floor is a subsidy: up to its floor an organisation earns a reward that no scores outweigh.
"""

from __future__ import annotations

import heapq
from collections import deque

from matching.core.choice.problem import ChoiceProblem, ChoiceSolution, Pair, best_first_order
from matching.core.choice.sides import two_sides

#: One reward must outweigh every score that meeting a floor may displace: two pairs at most.
REWARD = 4.0
STEP = 1e-3


def solve(problem: ChoiceProblem, *, step: float = STEP) -> ChoiceSolution:
    """Choose by prices. Raises `NotTwoSided`. The same problem gives the same choice."""
    sides = two_sides(problem)
    market = _Market(problem, sides, step)
    market.run()
    chosen = tuple(sorted(market.chosen, key=best_first_order))
    total = sum(pair.score for pair in chosen)
    # With floors the rewards are part of what is within `step` a pair of the greatest, so the scores alone are not.
    units = min(sum(problem.capacity_of(one) for one in problem.organisations if sides[one] == side) for side in (0, 1))
    bound = None if any(problem.floor.values()) else total + step * min(units, len(problem.pairs))
    return ChoiceSolution(pairs=chosen, status="feasible", bound=bound)


class _Market:
    """Bids and prices while the auction runs. Bidders are the organisations of side 0."""

    def __init__(self, problem: ChoiceProblem, sides: dict[str, int], step: float) -> None:
        self._step = step
        self._room = {one: problem.capacity_of(one) for one in problem.organisations}
        self._floor = {one: min(problem.floor.get(one, 0), room) for one, room in self._room.items()}
        #: of each bidder: (minus what a pair was worth when last looked at, host, pair), best first; never too low.
        self._wanted: dict[str, list[tuple[float, str, Pair]]] = {}
        for pair in sorted(problem.pairs, key=best_first_order):
            bidder, host = (pair.first, pair.second) if sides[pair.first] == 0 else (pair.second, pair.first)
            if self._room[host] > 0:
                # minus infinity, so to say: the first look puts in what it is worth at the first price
                self._wanted.setdefault(bidder, []).append((-pair.score - REWARD, host, pair))
        for wanted in self._wanted.values():
            heapq.heapify(wanted)
        self._held = dict.fromkeys(self._wanted, 0)
        #: of each host: (bid, bidder, pair), lowest first.
        self._bids: dict[str, list[tuple[float, str, Pair]]] = {
            one: [] for one in problem.organisations if sides[one] == 1
        }

    @property
    def chosen(self) -> list[Pair]:
        """The pairs whose bids are kept."""
        return [pair for bids in self._bids.values() for _, _, pair in bids]

    def run(self) -> None:
        """Let everybody bid until nobody wants to."""
        waiting = deque(bidder for bidder in sorted(self._wanted) if self._room[bidder])
        while waiting:
            bidder = waiting.popleft()
            while self._held[bidder] < self._room[bidder]:
                outbid = self._bid(bidder)
                if outbid is None:
                    break
                if outbid and outbid != bidder:
                    waiting.append(outbid)

    def _bid(self, bidder: str) -> str | None:
        """One bid. Returns who lost a place by it, "" when nobody did, or None when there is nothing worth a bid."""
        stay_away = -REWARD if self._held[bidder] < self._floor[bidder] else 0.0
        best = self._best(bidder)
        if best is None or -best[0] <= stay_away:
            return None
        heapq.heappop(self._wanted[bidder])
        _, host, pair = best
        second = self._best(bidder)
        other = stay_away if second is None else max(-second[0], stay_away)
        bids = self._bids[host]
        heapq.heappush(bids, (pair.score - other + self._step, bidder, pair))
        self._held[bidder] += 1
        if not self._overfull(host):
            return ""
        _, outbid, lost = heapq.heappop(bids)
        self._held[outbid] -= 1
        heapq.heappush(self._wanted[outbid], (self._price(host) - lost.score, host, lost))
        return outbid

    def _best(self, bidder: str) -> tuple[float, str, Pair] | None:
        """The pair worth most now, left on top of the heap. Prices only rise: what was put in is never too low."""
        wanted = self._wanted[bidder]
        while wanted:
            _, host, pair = wanted[0]
            now = (self._price(host) - pair.score, host, pair)
            if now[0] <= wanted[0][0] + 1e-12:
                return now
            heapq.heapreplace(wanted, now)
        return None

    def _price(self, host: str) -> float:
        """What the next bid must exceed. Places up to the floor cost minus the reward, further ones nothing at first.

        While a bid below 0 is kept, kept for the reward alone, it gives way before a further place opens.
        """
        bids = self._bids[host]
        if len(bids) < self._floor[host]:
            return -REWARD
        if bids and (len(bids) >= self._room[host] or bids[0][0] < 0):
            return bids[0][0]
        return 0.0

    def _overfull(self, host: str) -> bool:
        bids = self._bids[host]
        return len(bids) > self._room[host] or (len(bids) > self._floor[host] and bids[0][0] < 0)
