"""Where one embedded instance lives: its data folder, its port, and the settings that follow from both."""

import base64
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from infra.embedded.postgresql import Cluster
from infra.listening import LOOPBACK, read_listening
from infra.supervising.folder import lasting_key, written_settings
from infra.supervising.ties import NotStarted
from libs.config import KEY_BYTES, Settings, SettingWrong, read_metrics, read_settings

HOST = LOOPBACK  # personas' links sign anybody in: nobody else's machine may reach them
_OURS = ("MOUSSEM_DATABASE_URL", "MOUSSEM_DIRECT_DATABASE_URL", "MOUSSEM_MAILBOX")


class Place(Struct, frozen=True):
    data: Path
    port: int

    @property
    def mailbox(self) -> Path:
        return self.data / "mailbox"

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"


def read_place(environ: Mapping[str, str]) -> Place:
    """Read MOUSSEM_DATA and MOUSSEM_PORT; raise `SettingWrong`, for a wrong value of any other setting too."""
    return Place(data=Path(environ.get("MOUSSEM_DATA") or ".moussem").absolute(), port=read_listening(environ).port)


def check_settings(place: Place, environ: Mapping[str, str]) -> Settings:
    """Raise `SettingWrong` for what would stop a process later; nothing is written."""
    for variable in _OURS:
        if variable in environ:
            raise SettingWrong(variable, "is set, but `demo` brings its own: unset it")
    some = {} if _names_a_key(environ) else {"MOUSSEM_KEY": base64.b64encode(bytes(KEY_BYTES)).decode()}
    return read_settings(settings_of(place, {**environ, **some}, database_url="postgresql:///moussem"))


def settings_of(place: Place, environ: Mapping[str, str], *, database_url: str) -> dict[str, str]:
    """Return the environment of every process of this instance: what was not set follows from the place."""
    return {
        "MOUSSEM_DATABASE_URL": database_url,
        "MOUSSEM_BASE_URL": place.base_url,
        "MOUSSEM_MAILBOX": str(place.mailbox),
        "MOUSSEM_DEMO": "1",
        "MOUSSEM_OUTGOING_ALLOWED": "127.0.0.0/8,::1/128",  # identity providers to try with run on this machine
        **environ,
        **({} if _names_a_key(environ) else {"MOUSSEM_KEY": lasting_key(place.data)}),
        "MOUSSEM_DATA": str(place.data),
        "MOUSSEM_HOST": HOST,
        "MOUSSEM_PORT": str(place.port),
    }


def metrics_of(environ: Mapping[str, str], process: int) -> dict[str, str]:
    """Return where each process in its turn tells its figures: the first where it is set, the others beside it."""
    first = read_metrics(environ)
    host, _, port = first.rpartition(":")
    return {"MOUSSEM_METRICS": f"{host}:{int(port) + process}"} if first else {}


def is_embedded(environ: Mapping[str, str]) -> bool:
    """Whether the database of a command beside the platform is the data folder's own."""
    return "MOUSSEM_DATABASE_URL" not in environ and not written_settings(read_place(environ).data)


def instance_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a command beside the platform: as it is set, or else that of the data folder's."""
    if "MOUSSEM_DATABASE_URL" in environ:
        return dict(environ)
    place = read_place(environ)
    if written := written_settings(place.data):
        return {**environ, **written}
    if not (place.data / "pg").exists():
        raise NotStarted(
            f"There is no instance in {place.data}: start one with `./moussem demo`, or name a database "
            "with MOUSSEM_DATABASE_URL."
        )
    return settings_of(place, environ, database_url=Cluster.of(place.data).address)


def _names_a_key(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("MOUSSEM_KEY") or environ.get("MOUSSEM_KEY_FILE"))
