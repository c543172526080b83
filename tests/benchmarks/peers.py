"""A stand-in for the peer's checkout: its solver's shape, over a linear program that has the same answer."""

from __future__ import annotations

from pathlib import Path

SOLVER = '''
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array


class MinMaxSolver:
    def __init__(self, minimums, maximums, demands, encoder):
        self.minimums, self.maximums, self.demands, self.encoder = minimums, maximums, demands, encoder

    def solve(self):
        """Least cost: as many rows as demanded at most, and between least and most of each column."""
        allowed = self.encoder.constraint_matrix == 0
        rows, columns = np.nonzero(allowed)
        count = np.arange(len(rows))
        by_row, by_column = (
            coo_array((np.ones(len(rows)), (ends, count)), shape=(size, len(rows)))
            for ends, size in ((rows, allowed.shape[0]), (columns, allowed.shape[1]))
        )
        least = np.minimum(self.minimums, allowed.sum(axis=0))
        from scipy.sparse import vstack

        done = linprog(
            self.encoder.cost_matrix[allowed],
            A_ub=vstack([by_row, by_column, -by_column, -by_row]).tocsr(),
            b_ub=np.concatenate(
                [self.demands, self.maximums, -least, -np.minimum(min(self.minimums), allowed.sum(axis=1))]
            ),
            bounds=(0, 1),
        )
        made = np.zeros(allowed.shape)
        made[rows, columns] = np.round(done.x)
        return made
'''


def stand_in(folder: Path) -> Path:
    """A folder laid out as the peer's checkout."""
    solvers = folder / "matcher" / "solvers"
    solvers.mkdir(parents=True)
    (solvers / "minmax_solver.py").write_text(SOLVER, encoding="utf-8")
    return folder
