"""Small programmes of any shape."""

from __future__ import annotations

from hypothesis import strategies as st

from matching.core.programme.problem import Person, Place, ProgrammeProblem, Room, Session, Weights

DAY = 24 * 60
HOURS = ((0, 120), (DAY, DAY + 90))


@st.composite
def programmes(draw: st.DrawFn, *, weights: Weights | None = None) -> ProgrammeProblem:
    """Up to twelve sessions in up to three rooms on two days, some fixed, some held to a time, some standing."""
    rooms = tuple(
        Room(f"r{number}", draw(st.sampled_from([HOURS, HOURS[:1], HOURS[1:]])), draw(st.sampled_from(["", "A", "B"])))
        for number in range(draw(st.integers(1, 3)))
    )
    there = st.sampled_from([None, ((0, 60),), ((30, 130),), ((0, 45), (DAY, DAY + 90)), ()])
    people = tuple(Person(f"p{number}", draw(there)) for number in range(4))
    sessions = []
    for number in range(draw(st.integers(1, 12))):
        allowed = draw(st.lists(st.sampled_from([one.id for one in rooms]), unique=True))
        costs = tuple((room, draw(st.sampled_from([0, 0, 20]))) for room in allowed)
        nowhere = (("", 0),) if draw(st.integers(0, 9)) == 0 else ()
        sessions.append(
            Session(
                f"s{number:02}",
                draw(st.sampled_from([10, 15, 30, 45, 100])),
                costs + nowhere,
                draw(st.frozensets(st.sampled_from([one.id for one in people]), max_size=2)),
                draw(st.sampled_from(["", "t", "u"])),
                for_all=draw(st.integers(0, 11)) == 0,
                at=draw(st.sampled_from([None, None, None, None, 20, 400])),
            )
        )
    ids = [one.id for one in sessions]
    wanting = {(a, b): draw(st.integers(1, 4)) for a in ids for b in ids if a < b and draw(st.integers(0, 4)) == 0}
    starts = st.sampled_from([0, 7, 15, 30, 60, 200, DAY, DAY + 30])
    anywhere = st.sampled_from([*(one.id for one in rooms), ""])
    fixed, standing = {}, {}
    for one in ids:
        what = draw(st.integers(0, 7))
        if what == 0:
            fixed[one] = Place(draw(anywhere), draw(starts))
        elif what == 1:
            standing[one] = Place(draw(anywhere), draw(starts))
    return ProgrammeProblem(
        rooms,
        tuple(sessions),
        people,
        wanting,
        fixed,
        standing,
        weights if weights is not None else draw(st.sampled_from([Weights(), Weights(pause=2, part=10)])),
        days=(0, DAY),
        step=15,
        pause=draw(st.sampled_from([0, 5, 20])),
    )
