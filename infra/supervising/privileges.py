"""PostgreSQL refuses to run as root: what to put before its commands so that it does not."""

import os
import shutil
import subprocess
from pathlib import Path

from infra.supervising.ties import NotStarted

_NOBODY = 65534
_UNSHARE = ["unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]


def lower_privileges(folder: Path) -> list[str]:
    """Return the words before a command that works on `folder`; none where we are not root.

    As root: in a user namespace of its own the command sees itself as nobody, while its files stay root's, and no
    folder on the way to them has to be opened to others. Where namespaces are forbidden, as in a plain container, it
    becomes nobody, owns `folder`, and may pass through root's folders.
    """
    if os.geteuid() != 0:
        return []
    owner = folder.stat().st_uid
    if owner == 0 and _namespaces_are_allowed():
        return _UNSHARE
    if not shutil.which("setpriv"):
        raise NotStarted("PostgreSQL does not run as root here: start as another user, or install util-linux.")
    if owner == 0:
        owner = _NOBODY
        for each in (folder, *folder.rglob("*")):
            os.chown(each, owner, owner, follow_symlinks=False)
    may_pass = [f"--{kind}-caps=+dac_override" for kind in ("inh", "ambient")]
    user = [f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    return ["setpriv", *user, *may_pass, "--bounding-set=-all,+dac_override", "--pdeathsig=INT"]


def _namespaces_are_allowed() -> bool:
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*_UNSHARE, "true"], check=False, capture_output=True).returncode == 0  # noqa: S603 (fixed words)
