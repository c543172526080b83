"""The Django app `matching`: stored vectors, runs, proposals, and the tasks that keep them fresh."""
