"""What a machine can do to a process without killing it: its disk is full, its clock is wrong."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from msgspec import Struct

_MEBIBYTE = 2**20
_ROOM = 900 * _MEBIBYTE
_PRELOADED = "faketime/libfaketimeMT.so.1"


class SmallDisk(Struct, frozen=True):
    """A folder that holds so much and no more; where that cannot be had, it is one like any other."""

    folder: Path
    is_small: bool

    def fill(self) -> None:
        """Leave no room for a single page."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(_MEBIBYTE))
                    if not shutil.disk_usage(self.folder).free:
                        return
            except OSError:
                return

    def clear(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a small file system while the block runs, where that is allowed."""
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM},mode=0700", "tmpfs", str(folder)]
    allowed = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield SmallDisk(folder, allowed)
    finally:
        if allowed:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 (the system's)


class Clock(Struct, frozen=True):
    """A clock that can be set while a process looks at it, where Debian's `faketime` is there."""

    file: Path
    library: Path | None

    @classmethod
    def kept_in(cls, folder: Path) -> Self:
        clock = cls(folder / "clock", next(Path("/usr/lib").glob(f"*/{_PRELOADED}"), None))
        clock.step(0)
        return clock

    @property
    def environ(self) -> dict[str, str]:
        """What a process is told that goes by this clock."""
        if self.library is None:
            return {}
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, seconds: int) -> None:
        """Let the clock be so much before the true time, or behind it."""
        beside = self.file.with_suffix(".new")
        beside.write_text(f"{seconds:+d}")
        beside.rename(self.file)
