"""What the environment may say, and how it is told that something is wrong with it."""

import base64
from pathlib import Path

import pytest

from libs.config import KEY_BYTES, Settings, SettingWrong, read_settings

pytestmark = pytest.mark.unit

KEY = base64.b64encode(b"k" * KEY_BYTES).decode()
DATABASE = "postgresql://db.example/moussem"


def read(**environ: str) -> Settings:
    return read_settings({"MOUSSEM_DATABASE_URL": DATABASE, "MOUSSEM_KEY": KEY, **environ})


def test_a_service_may_have_a_database_of_its_own_for_all_roles_that_work_in_it() -> None:
    settings = read(MOUSSEM_EDITIONS_DATABASE_URL="postgresql://other.example/editions")
    assert settings.address("editions", driver="postgresql") == "postgresql://editions@other.example/editions"
    assert settings.address("editions_relay", direct=True).endswith("://editions_relay@other.example/editions")
    assert settings.address("migrator", service="editions").endswith("://migrator@other.example/editions")
    assert settings.address("portal", driver="postgresql") == "postgresql://portal@db.example/moussem"


def test_past_a_pooler_lead_the_direct_addresses() -> None:
    settings = read(MOUSSEM_DATABASE_URL="postgresql://pooler.example/moussem", MOUSSEM_DIRECT_DATABASE_URL=DATABASE)
    assert settings.is_pooled("portal")
    assert settings.address("portal", direct=True, driver="postgresql") == "postgresql://portal@db.example/moussem"
    assert settings.broker_address == "postgresql://broker@db.example/moussem", "whoever listens goes past it"
    assert not read().is_pooled("portal")


def test_secrets_may_lie_in_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    (tmp_path / "password").write_text("p@ss/word\n")
    settings = read(
        MOUSSEM_KEY="", MOUSSEM_KEY_FILE=f"{tmp_path}/key", MOUSSEM_DATABASE_PASSWORD_FILE=f"{tmp_path}/password"
    )
    assert settings.key == b"k" * KEY_BYTES
    assert settings.address("portal", driver="postgresql") == "postgresql://portal:p%40ss%2Fword@db.example/moussem"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MOUSSEM_KEY_FILE", "/nowhere/at/all"),
        ("MOUSSEM_DATABASE_URL_FILE", "/etc/hostname"),
        ("MOUSSEM_EDITIONS_DATABASE_URL", "mysql://x/y"),
        ("MOUSSEM_INTERNAL_URL", "127.0.0.1:81"),
        ("MOUSSEM_PROXIES", "10.0.0.0/8, proxy.example"),
        ("MOUSSEM_OUTGOING_ALLOWED", "localhost"),
        ("MOUSSEM_NAME_SERVER", "127.0.0.1"),
        ("MOUSSEM_NAME_SERVER", "127.0.0.1:domain"),
    ],
)
def test_a_wrong_value_is_told_by_the_name_of_its_variable(variable: str, value: str) -> None:
    with pytest.raises(SettingWrong, match=f"^{variable} "):
        read(**{variable: value})
