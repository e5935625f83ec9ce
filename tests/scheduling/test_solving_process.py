"""The solver runs in a process of its own, streams, and ends when it is told to or left alone."""

import asyncio
import subprocess
import sys
from contextlib import aclosing

import pytest
from msgspec.json import encode

from services.scheduling.constraints.registry import check, hard
from services.scheduling.problem import Relation, Room
from services.scheduling.solving.lines import Improvement, Outcome, read_line
from services.scheduling.solving.process import SolverFailed, solve
from tests.scheduling.samples import HALL, PANEL, SIGNING, a_problem, a_session, two_days_of_sixty_sessions

ONE_SESSION = a_problem(a_session(PANEL), rooms=(Room(id=HALL),))


async def test_each_better_programme_is_streamed_and_the_outcome_comes_last() -> None:
    *improvements, outcome = [line async for line in solve(ONE_SESSION, 5)]
    assert outcome == Outcome("optimal", {"placed": 0, "people": 0, "quality": 0}, ())
    assert improvements
    assert all(isinstance(line, Improvement) for line in improvements)


async def test_sixty_sessions_find_their_place_in_two_days_and_four_rooms() -> None:
    problem = two_days_of_sixty_sessions()
    async with aclosing(solve(problem, 60)) as lines:
        async for line in lines:
            assert isinstance(line, Improvement)
            assert not hard(check(problem, line.programme))
            if len(line.programme.placements) == len(problem.sessions):
                return
    pytest.fail("not all were placed")


async def test_a_stream_that_is_closed_ends_the_process() -> None:
    async with aclosing(solve(two_days_of_sixty_sessions(), 60)) as lines:
        async for _ in lines:
            break
        process = lines.ag_frame.f_locals["process"]  # type: ignore[attr-defined]
    assert process.returncode is not None


async def test_a_process_that_fails_is_an_error() -> None:
    without_the_other = Relation(kind="before", session=PANEL, other=SIGNING)
    with pytest.raises(SolverFailed):
        async for _ in solve(a_problem(a_session(PANEL), relations=(without_the_other,)), 5):
            ...


async def test_sigterm_keeps_the_best() -> None:
    command = (sys.executable, "-m", "services.scheduling.solving", "60")
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**24)
    assert process.stdin
    assert process.stdout
    process.stdin.write(encode(two_days_of_sixty_sessions()))
    process.stdin.write_eof()
    first = read_line(await process.stdout.readline())
    process.terminate()
    *_, last = (await process.stdout.read()).splitlines()
    outcome = read_line(last)
    assert isinstance(first, Improvement)
    assert isinstance(outcome, Outcome)
    assert outcome.status == "stopped"
    assert tuple(outcome.score.values()) <= tuple(first.score.values())
    assert await process.wait() == 0


@pytest.mark.unit
def test_neither_web_nor_worker_loads_the_solver() -> None:
    program = (
        "import sys, services.scheduling.solving.process, services.scheduling.constraints.sentences;"
        "print({'ortools', 'numpy', 'pandas'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
