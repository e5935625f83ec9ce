"""Makes RabbitMQ's virtual host where there is none yet: `python -m infra.production.virtual_host`.

Whoever may run `rabbitmqctl` on this machine may make one; elsewhere the server's owner does.
"""

import os
import shutil
import subprocess
import sys

import pika
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker, ProbableAccessDeniedError

from libs.config import read_settings


def is_there(address: str) -> bool:
    """Whether the virtual host of an address is there for us; raise `AMQPConnectionError` where no server answers."""
    try:
        pika.BlockingConnection(pika.URLParameters(address)).close()
    except (ConnectionClosedByBroker, ProbableAccessDeniedError):
        return False
    return True


def make(address: str) -> None:
    parameters = pika.URLParameters(address)
    name, user = parameters.virtual_host, parameters.credentials.username
    if not shutil.which("rabbitmqctl"):
        sys.exit(f"RabbitMQ has no virtual host {name} for {user}: rabbitmqctl add_vhost {name}")
    for words in (["add_vhost", name], ["set_permissions", "-p", name, user, ".*", ".*", ".*"]):
        done = subprocess.run(["rabbitmqctl", "-q", *words], check=False, capture_output=True, text=True)  # noqa: S603, S607 (fixed words, names of our own settings)
        if done.returncode:
            sys.exit(f"RabbitMQ's virtual host {name} cannot be made: {done.stderr.strip() or done.stdout.strip()}")


def main() -> None:
    address = read_settings(os.environ).broker_url
    if not address.startswith("amqp"):
        return
    try:
        if not is_there(address):
            make(address)
    except AMQPConnectionError:
        parameters = pika.URLParameters(address)
        sys.exit(f"RabbitMQ does not answer on {parameters.host}:{parameters.port}")


if __name__ == "__main__":
    main()
