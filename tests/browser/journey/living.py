"""The year in its order: who does what after whom."""

from tests.browser.conftest import OpenScreen
from tests.browser.demonstration import Demonstration
from tests.browser.journey import nominating, preparing, publishing
from tests.browser.journey.people import Journey
from tests.browser.screen import Screen


def live_a_year(
    demonstration: Demonstration,
    open_screen: OpenScreen,
    signed_in: OpenScreen,
    language: str,
    *,
    in_a_storm: bool = False,
) -> None:
    """Lead the last edition of `jni` to the public programme of the next."""
    ministry = signed_in(language, "journey", "co_organiser", "mic")
    journey = Journey(
        language=language,
        year=_next_year(ministry),
        demonstration=demonstration,
        open_screen=open_screen,
        signed_in_as=signed_in,
        in_a_storm=in_a_storm,
    )
    confederation = preparing.sign_in_by_a_mailed_link(journey)
    preparing.invite_a_representative(journey, ministry)
    preparing.clone_the_last_edition(journey, ministry)
    preparing.agree_on_the_announcement(journey, ministry, confederation)
    preparing.agree_on_another_theme(journey, ministry, confederation)
    nominating.open_the_call(ministry)
    nominating.nominate_within_the_quota(journey)
    nominating.select_and_invite(journey, ministry)
    nominating.accept_with_windows(journey)
    publishing.schedule(journey)
    publishing.nothing_is_public_yet(journey)
    publishing.release_together(journey, ministry, confederation)
    publishing.read_the_programme(journey)
    publishing.read_by_api(journey)
    publishing.release_again(journey, ministry, confederation)


def _next_year(screen: Screen) -> str:
    """Return the year after that of the latest edition, to which the menu leads."""
    address = screen.named("link", "Edition").first.get_attribute("href") or ""
    return str(int(address.rpartition("/")[2]) + 1)
