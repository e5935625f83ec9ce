"""What is on its way: workers, facts, the broker with its queues, the mail server, the front door."""

import smtplib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pika
import psycopg

from infra.composition import serving
from infra.doctor.findings import ANSWERS_WITHIN, Finding, Patient, reason
from infra.health import answers
from infra.standing import Queue, ServiceStand, Stand

_ALIVE_FOR = 15.0  # seconds since a worker's last sign of life
_SOON = 30.0  # seconds: within which a fact should have been sent


def examine_traffic(patient: Patient) -> Iterator[Finding]:
    stand = ServiceStand(patient.settings, patient.passwords)
    for service in serving("worker"):
        try:
            yield from _facts(service, stand.of(service), lives=patient.lives)
        except psycopg.Error:
            continue  # the examination of the database has said why
    try:
        for queue in stand.queues():
            yield from _queue(queue)
    except (psycopg.Error, pika.exceptions.AMQPError, OSError) as error:
        yield _no_broker(patient, error)


def _facts(service: str, stand: Stand, *, lives: bool) -> Iterator[Finding]:
    if lives and (stand.seen is None or stand.seen > _ALIVE_FOR):
        when = "never" if stand.seen is None else f"{stand.seen:.0f} seconds ago"
        yield Finding(
            f"No worker of {service} lives: it was last heard of {when}.",
            f"Look at the end of logs/{service}-worker-1.log (logs/worker.log where all is one), and start it again.",
        )
    if lives and stand.oldest > _SOON:
        yield Finding(
            f"{stand.waiting} facts of {service} wait to be sent, the oldest for {stand.oldest:.0f} seconds.",
            f"Is the broker there, and a worker of {service} of the newest code? Its log says why it does not send.",
        )
    if stand.parked:
        yield Finding(
            f"{stand.parked} facts could not be taken in by {service} and are parked.",
            "`./moussem events parked` says why; when that is mended, `./moussem events replay` brings them again.",
        )


def _queue(queue: Queue) -> Iterator[Finding]:
    if queue.dead:
        yield Finding(
            f"{queue.dead} messages for {queue.name} lie with the broker's dead letters: nobody could read them.",
            "`./moussem events replay --since` a moment before they came sends their facts again.",
        )


def _no_broker(patient: Patient, error: Exception) -> Finding:
    place = urlsplit(patient.settings.broker_url)
    said = reason(error)
    what = f"The broker at {place.hostname or 'the database'}:{place.port or 'its usual port'} cannot be used: {said}."
    if isinstance(error, pika.exceptions.ProbableAuthenticationError):
        return Finding(what, "Correct name and password in MOUSSEM_BROKER_URL.")
    if isinstance(error, pika.exceptions.ConnectionClosedByBroker | pika.exceptions.ProbableAccessDeniedError):
        return Finding(what, f"Make its virtual host: rabbitmqctl add_vhost {place.path[1:]}, and set_permissions.")
    return Finding(what, "Start it, or correct MOUSSEM_BROKER_URL. Until then every fact is kept in its outbox.")


def examine_mail(patient: Patient) -> Iterator[Finding]:
    """Whether the mail server answers; the demonstration brings its own, which comes and goes with it."""
    if patient.settings.demo:
        return
    place = urlsplit(patient.settings.smtp_url)
    at = f"{place.hostname}:{place.port or 'its usual port'}"
    way_in = smtplib.SMTP_SSL if place.scheme == "smtps" else smtplib.SMTP
    try:
        with way_in(place.hostname or "", place.port or 0, timeout=ANSWERS_WITHIN) as counter:
            counter.noop()
    except (OSError, smtplib.SMTPException) as error:
        yield Finding(
            f"The mail server at {at} does not answer: {reason(error)}.",
            "Start it, or correct MOUSSEM_SMTP_URL. Letters wait until it is back.",
        )


def examine_door(patient: Patient) -> Iterator[Finding]:
    """Whether pages come out of the running platform at the address that its readers use."""
    if patient.lives and not answers(f"{patient.settings.base_url}/healthz"):
        yield Finding(
            f"Nothing answers at {patient.settings.base_url}/healthz.",
            "Is this the address that readers use (MOUSSEM_BASE_URL), and does what stands before the platform run?",
        )
