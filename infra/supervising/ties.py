"""How a child process is started so that it never outlives us and never catches our terminal's Ctrl-C."""

import ctypes
import os
import signal
from collections.abc import Callable
from typing import TypedDict

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class NotStarted(Exception):
    """Why the platform cannot run here: one sentence for the terminal."""


class ChildOptions(TypedDict):
    start_new_session: bool
    preexec_fn: Callable[[], None]


def as_child(sent_when_we_die: signal.Signals) -> ChildOptions:
    """Return what `Popen` is told about a child of ours, which must be started from the main thread.

    It leads a process group of its own, so its whole group can be signalled, and Linux sends it `sent_when_we_die`
    when we are killed in a way that lets us do nothing ourselves.
    """
    parent = os.getpid()

    def tie_to_parent() -> None:
        libc = ctypes.CDLL(None)
        if not hasattr(libc, "prctl"):  # not Linux
            return
        libc.prctl(_PR_SET_PDEATHSIG, sent_when_we_die)
        if os.getppid() != parent:  # killed before the tie was made
            os._exit(1)

    return {"start_new_session": True, "preexec_fn": tie_to_parent}


def signal_group(leader: int, number: signal.Signals) -> None:
    """Signal a child and all that it started; nothing happens when none of them is left."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses where only zombies are left
        return
