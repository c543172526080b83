"""That each benchmark runs, at the size of a toy: nothing is said of time."""
