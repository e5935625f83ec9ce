"""Run a command as root of a user namespace in which no other can be made, as in a plain container."""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000  # linux/sched.h

inside, ready = os.pipe()
mapped, go = os.pipe()
child = os.fork()
if child == 0:
    os.close(go)
    ctypes.CDLL(None).unshare(CLONE_NEWUSER)
    os.write(ready, b".")
    os.read(mapped, 1)
    os.setgid(0)
    os.setuid(0)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 (the test's own command)
os.read(inside, 1)
for ids in ("uid_map", "gid_map"):
    Path(f"/proc/{child}/{ids}").write_text("0 0 65536\n")
os.write(go, b".")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
