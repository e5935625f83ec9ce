"""`./moussem doctor`, on both topologies, whether the platform runs or not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from infra.doctor.database import examine_database
from infra.doctor.findings import Finding, Patient
from infra.doctor.machine import examine_certificate, examine_folder, examine_key, examine_programs, examine_zone_data
from infra.doctor.traffic import examine_door, examine_mail, examine_traffic
from infra.embedded.place import is_embedded, read_place
from infra.embedded.reaching import reached
from infra.passwords import passwords_in
from infra.supervising.folder import holder, written_settings
from infra.supervising.ties import NotStarted
from libs.config import SettingWrong, read_settings

_EXAMINATIONS = (
    examine_programs,
    examine_certificate,
    examine_database,
    examine_traffic,
    examine_mail,
    examine_door,
)


def examine(environ: Mapping[str, str], clock: Callable[[], datetime]) -> Iterator[Finding]:
    """Yield all that is wrong with the platform that the environment names; nothing of it is changed."""
    yield from examine_zone_data()
    try:
        data = read_place(environ).data
        yield from examine_folder(data)
        keyless = [*examine_key(data)]
        yield from keyless
        if keyless:
            return  # whoever looks further makes a new one
        of_servers = not is_embedded(environ) and not written_settings(data)
        lives = of_servers or holder(data) is not None
        with reached(environ) as (beside, _):
            patient = Patient(
                settings=read_settings(beside),
                environ=beside,
                data=data,
                passwords=passwords_in(beside.get("MOUSSEM_PASSWORDS", "")),
                clock=clock,
                lives=lives,
                apart=bool(written_settings(data)),
            )
            for examination in _EXAMINATIONS:
                yield from examination(patient)
    except SettingWrong as wrong:
        yield Finding(f"{wrong}.", f"Correct {wrong.variable} in the environment of every process.")
    except NotStarted as reason:
        what, _, remedy = str(reason).partition(": ")
        yield Finding(f"{what.rstrip('.')}.", f"{remedy[:1].upper()}{remedy[1:]}" or "See docs/operating.md.")


def report(findings: Iterator[Finding], say: Callable[[str], None]) -> bool:
    """Say what was found; return whether all is well."""
    count = 0
    for finding in findings:
        count += 1
        say(f"{finding.what} → {finding.remedy}")
    say(f"{count} to mend" if count else "all is well")
    return not count
