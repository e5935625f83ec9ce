"""What a token request must look like (RFC 6749, 3.2)."""

import base64

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError
from hypothesis import given
from hypothesis import strategies as some

from services.identity.oauth.domain import basic_credentials, read_token_form

pytestmark = pytest.mark.unit

FORM = "application/x-www-form-urlencoded"


def test_reads_each_parameter_once_and_empty_ones_as_left_out() -> None:
    assert read_token_form(f"{FORM}; charset=UTF-8", b"grant_type=client_credentials&scope=&x=%C3%A9+y") == {
        "grant_type": "client_credentials",
        "x": "é y",
    }


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"grant_type": "client_credentials"}'),
        ("", b"grant_type=client_credentials"),
        (FORM, b"grant_type=client_credentials&grant_type=client_credentials"),
        (FORM, b"grant_type=client_credentials&scope=a&scope=b"),
        (FORM, b"grant_type=client_credentials&client_id=x&client_secret=y"),
        (FORM, b"grant_type=client_credentials&scope=%00"),
        (FORM, b"grant_type=%FF"),
        (FORM, b"grant_type=\xff"),
        (FORM, b"scope=a"),
        (FORM, b"grant_type="),
        (FORM, b""),
        (FORM, b"&".join(b"p%d=x" % n for n in range(30))),
    ],
)
def test_refuses_what_is_no_form_or_says_something_twice(content_type: str, body: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        read_token_form(content_type, body)


def test_reads_credentials_that_were_percent_encoded_first() -> None:
    encoded = base64.b64encode(b"a%3Ab:s%20t%C3%A9").decode()
    assert basic_credentials(f"bAsIc {encoded}") == ("a:b", "s té")


@given(some.text() | some.binary().map(lambda raw: "Basic " + base64.b64encode(raw).decode()))
def test_whatever_is_sent_as_credentials_is_read_or_passed_over(header: str) -> None:
    found = basic_credentials(header)
    assert found is None or len(found) == 2
