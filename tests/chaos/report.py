"""The last long storm as a page for people: docs/chaos.md."""

from collections.abc import Mapping

from tests.chaos.storm import HANDS, WRITERS, Report

_HEAD = f"""\
# The storm

`make chaos` writes this page. {WRITERS} people work by HTTP, at either of two web processes: they found organisations,
invite by letter, rename, and repeat what failed until it is acknowledged. Meanwhile {HANDS} hands deal blows: each
takes something away by SIGKILL, SIGSTOP or otherwise, and gives it back, often both at a time. The relay of one of
the two workers sends some messages twice and some late. When the blows have ended, what was acknowledged is compared
with what every service has. Then the broker loses all that it has while people work on, the operator sends everything
again (`./moussem events replay --since`), and it is compared once more.

What must hold, and is compared: every acknowledged write is there, and is shown by the other web process at once; each
change was told once (outbox), each effect was had once (inbox, letters), every projection equals what it copies,
nothing waits or is parked, each letter reached the mail server.

No letter is sent twice. When a process dies between the mail server's answer and the commit, nobody knows whether the
letter went out: it is held, and shown on the letters page until somebody decides (docs/decisions/0008). Such letters
are counted.

A short storm of the same kind is part of `make test`.
"""
_CAPTION = "| blow | times | acknowledged again after: median | longest |\n|---|---:|---:|---:|\n"


def page(machine: str, reports: Mapping[str, Report]) -> str:
    return "\n".join([_HEAD, f"The last run, on {machine}:\n", *(_section(*each) for each in reports.items())])


def _section(topology: str, report: Report) -> str:
    blows = "".join(
        f"| {kind} | {each.times} | {each.median_seconds:.1f} s | {each.longest_seconds:.1f} s |\n"
        for kind, each in report.blows.items()
    )
    instead = ", ".join(f"{times} × {what}" for what, times in sorted(report.answers_instead.items()))
    work = f"{report.acknowledged_writes:,} writes acknowledged, {report.facts:,} facts, in {report.seconds:.0f} s"
    letters = f"{report.letters:,} letters, none of them twice; {report.held_letters} held"
    lines = [
        f"{work} (seed {report.seed}).",
        f"Asked again, for want of an acknowledgement: {instead or 'nothing'}.",
        f"{letters}. The slowest took {report.longest_letter_seconds:.0f} s.",
        f"{report.lost_messages} messages were in the broker when it lost all.",
        f"{report.settled_seconds:.0f} s after the last blow nothing was on its way any more.",
        *(f"Left out: {each}." for each in report.left_out),
        *(f"**Fault: {fault}**" for fault in report.faults or ()),
        *([] if report.faults else ["Lost: 0. Doubled: 0."]),
    ]
    return f"## {topology.capitalize()}\n\n{_CAPTION}{blows}\n" + "\n".join(f"- {line}" for line in lines) + "\n"
