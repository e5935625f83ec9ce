"""No page leads to one that is not there, or that its reader may not see."""

import httpx2
import pytest

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.wandering import wander

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("role", "organisation"),
    [
        ("co_organiser", "mic"),
        ("programme_manager", "cgem"),
        ("representative", "amica"),
        ("administrator", None),
        ("viewer", None),
    ],
)
def test_every_link_of_the_workspace_leads_somewhere(
    signed_in: OpenScreen, role: str, organisation: str | None
) -> None:
    with signed_in("fr", "links", role, organisation).http() as http:
        seen = wander(http, "/fr/jni/workspace", "/fr/jni")
    assert [each for each in seen if each.status >= 300] == []
    assert len(seen) > 10


def test_every_link_of_the_public_site_leads_somewhere(demonstration: Demonstration) -> None:
    with httpx2.Client(base_url=demonstration.base_url, follow_redirects=True) as http:
        seen = wander(http, "/", "/")
    assert [each for each in seen if each.status != 200] == []
    assert any(each.path.endswith("programme.ics") for each in seen)
