"""Servers of our own to be killed, in a folder, on free ports: PostgreSQL and RabbitMQ; never the machine's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pika
import psycopg
from msgspec import Struct
from pika.exceptions import AMQPError

from infra.embedded import postgresql
from infra.health import takes_connections
from infra.listening import LOOPBACK
from infra.supervising.child import Plan
from infra.supervising.folder import free_port
from infra.supervising.privileges import lower_privileges
from tests.production.servers import need

RABBITMQ_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
_STARTS_WITHIN = 120.0  # seconds, on a machine that does much else


class Server(Struct, frozen=True):
    """How a server is run, and where it is reached: by its superuser, and by everybody else."""

    plan: Plan
    superuser: str
    address: str


def embedded_postgresql(folder: Path) -> Server:
    """The wheel's PostgreSQL, as the embedded topology runs it."""
    cluster = postgresql.prepare(folder)
    plan = Plan(
        name="PostgreSQL",
        command=cluster.command,
        environ=os.environ,
        log=folder / "postgresql.log",
        is_ready=cluster.is_ready,
        starts_within=_STARTS_WITHIN,
        stop=postgresql.STOP,
        stop_before_ready=postgresql.STOP,
    )
    return Server(plan, cluster.superuser_address, cluster.address)


def debian_postgresql(folder: Path) -> Server:
    """Debian's PostgreSQL, behind a socket in `folder`."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    need(str(programs[-1] / "postgres") if programs else "postgres")
    cluster = folder / "pg"
    cluster.mkdir(mode=0o700)
    as_nobody = lower_privileges(cluster)
    superuser = f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
    initdb = [str(programs[-1] / "initdb"), f"--pgdata={cluster}", "--username=postgres", "--auth=trust", "--no-sync"]
    subprocess.run([*as_nobody, *initdb, "--encoding=UTF8", "--locale=C"], check=True, capture_output=True)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": "32MB",
        "max_wal_size": "128MB",
    }
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]

    def is_ready() -> bool:
        try:
            psycopg.connect(superuser, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    plan = Plan(
        name="PostgreSQL",
        command=[*as_nobody, str(programs[-1] / "postgres"), "-D", str(cluster), *options],
        environ=os.environ,
        log=folder / "postgresql.log",
        is_ready=is_ready,
        starts_within=_STARTS_WITHIN,
        stop=postgresql.STOP,
        stop_before_ready=postgresql.STOP,
    )
    return Server(plan, superuser, f"postgresql:///moussem?host={quote(str(folder), safe='')}")


class RabbitMQ(Struct, frozen=True):
    """A node of its own, with a port mapper of its own."""

    folder: Path
    port: int
    distribution_port: int
    mapper_port: int

    @classmethod
    def in_folder(cls, folder: Path, settings: Mapping[str, str]) -> "RabbitMQ":
        """Lay out a node whose rabbitmq.conf has `settings` in it."""
        need(RABBITMQ_SERVER, "epmd")
        node = cls(folder, free_port(), free_port(), free_port())
        lines = {
            "listeners.tcp.default": f"{LOOPBACK}:{node.port}",
            "disk_free_limit.absolute": "1MB",
            "log.file.level": "warning",
            **settings,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rabbitmq.conf").write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "rabbitmq-env.conf").touch()
        return node

    @property
    def address(self) -> str:
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        folder = self.folder
        return {
            **os.environ,
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": f"chaos{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        }

    @property
    def mapper(self) -> Plan:
        return Plan(
            name="port mapper",
            command=["epmd", "-port", str(self.mapper_port), "-address", LOOPBACK],
            environ=self.environ,
            log=self.folder / "epmd.log",
            is_ready=lambda: takes_connections(LOOPBACK, self.mapper_port),
        )

    @property
    def plan(self) -> Plan:
        return Plan(
            name="RabbitMQ",
            command=[RABBITMQ_SERVER],
            environ=self.environ,
            log=self.folder / "rabbitmq.log",
            is_ready=self._answers,
            look_every=0.2,
            starts_within=_STARTS_WITHIN,
            stop=signal.SIGKILL,
        )

    def _answers(self) -> bool:
        if not takes_connections(LOOPBACK, self.port):  # asked first: pika complains of it at length
            return False
        try:
            pika.BlockingConnection(pika.URLParameters(self.address)).close()
        except AMQPError:
            return False
        return True

    def waiting(self, queue: str) -> int:
        """Return how many messages wait in a queue for somebody to take them; none where it is not there."""
        connection = pika.BlockingConnection(pika.URLParameters(self.address))
        try:
            return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
        except AMQPError:
            return 0
        finally:
            connection.close()

    def forget(self) -> None:
        """Lose all that the node has; it must not run."""
        shutil.rmtree(self.folder / "data")
