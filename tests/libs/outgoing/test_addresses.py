"""P9: what leads into a private network is not called, however it is written."""

import pytest

from libs.outgoing.addresses import AddressNotAllowed, Allowed

pytestmark = pytest.mark.unit

NOBODY = Allowed()
LOOPBACK = Allowed(["127.0.0.0/8", "::1/128"])


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_called(address: str) -> None:
    assert NOBODY.admits(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
    ],
)
def test_no_other_is(address: str) -> None:
    assert not NOBODY.admits(address)


def test_what_the_operator_names_is_called_and_nothing_beside_it() -> None:
    assert LOOPBACK.admits("127.0.0.1")
    assert LOOPBACK.admits("::ffff:127.0.0.1")
    assert LOOPBACK.admits("::1")
    assert not LOOPBACK.admits("10.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example",
        "http://127.0.0.1:8080",
        "ftp://login.example",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user@login.example",
        "https://user:secret@login.example",
        "https://login.example:99999",
        "https://login.example:0",
        "https://login.example/\r\nhost: other",
        "https://[::1",
        "https://lógin.example",
        "//login.example",
        "https://" + "a" * 2_000,
    ],
)
def test_an_address_of_another_form_is_refused_before_any_name_is_looked_up(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        NOBODY.check(url)


def test_without_tls_only_this_machine_is_called_by_its_number_where_that_is_allowed() -> None:
    assert LOOPBACK.check("http://127.0.0.1:8080/x").port == 8080
    assert LOOPBACK.check("https://login.example").hostname == "login.example"
    for url in ("http://localhost:8080", "http://2130706433/", "http://10.0.0.1", "http://login.example"):
        with pytest.raises(AddressNotAllowed):
            LOOPBACK.check(url)
    with pytest.raises(AddressNotAllowed):
        Allowed(["10.0.0.0/8"]).check("http://10.0.0.1")
