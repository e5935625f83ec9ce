"""The rule of quotas: what stands never exceeds what was given."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from uuid_utils.compat import uuid7

from libs.errors import Conflict
from services.stakeholders.nominations.transitions import MOVES, STANDING, Move, NotFromThisState, moved
from services.stakeholders.quotas.quota import PanelQuotaExhausted, Quota, QuotaBelowStanding, QuotaExhausted

pytestmark = pytest.mark.unit

FIRST, SECOND = uuid7(), uuid7()
QUOTA = Quota(limit=3, panel_limits={FIRST: 1}, standing={SECOND: 1})


def test_admits_within_both_numbers() -> None:
    QUOTA.admit(FIRST)
    QUOTA.admit(SECOND)


def test_refuses_beyond_the_number_of_the_call() -> None:
    with pytest.raises(QuotaExhausted, match=r"quota of your organisation \(3\)"):
        structs.replace(QUOTA, standing={SECOND: 3}).admit(SECOND)


def test_refuses_beyond_the_number_of_the_panel() -> None:
    with pytest.raises(PanelQuotaExhausted, match=r"for this panel \(1\)"):
        structs.replace(QUOTA, standing={FIRST: 1}).admit(FIRST)


def test_a_quota_of_none_admits_nobody() -> None:
    with pytest.raises(QuotaExhausted):
        Quota(limit=0, panel_limits={}, standing={}).admit(FIRST)


@pytest.mark.parametrize(
    ("quota", "pointer"),
    [
        (Quota(limit=1, panel_limits={}, standing={FIRST: 1, SECOND: 1}), "/limit"),
        (Quota(limit=9, panel_limits={SECOND: 5, FIRST: 1}, standing={FIRST: 2}), "/panels/1/limit"),
    ],
)
def test_no_number_below_what_is_standing(quota: Quota, pointer: str) -> None:
    with pytest.raises(QuotaBelowStanding) as refused:
        quota.check()
    assert refused.value.pointer == pointer


def test_a_number_that_covers_what_is_standing_is_good() -> None:
    Quota(limit=2, panel_limits={FIRST: 1}, standing={FIRST: 1, SECOND: 1}).check()


Step = tuple[str, UUID | int | Move]
PANELS = st.sampled_from([FIRST, SECOND])
STEPS = st.one_of(
    st.tuples(st.just("submit"), PANELS),
    st.tuples(st.just("lower or raise"), st.integers(0, 5)),
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 20)),
)


@given(st.integers(0, 5), st.dictionaries(PANELS, st.integers(0, 3)), st.lists(STEPS, max_size=60))
def test_whatever_happens_never_more_stand_than_the_quota_allows(
    limit: int, panel_limits: dict[UUID, int], steps: list[Step]
) -> None:
    nominations: list[tuple[UUID, str]] = []

    def standing() -> Counter[UUID]:
        return Counter(panel for panel, state in nominations if state in STANDING)

    for what, which in steps:
        try:
            if what == "submit":
                Quota(limit, panel_limits, standing()).admit(which)  # type: ignore[arg-type]
                nominations.append((which, "submitted"))  # type: ignore[arg-type]
            elif what == "lower or raise":
                Quota(which, panel_limits, standing()).check()  # type: ignore[arg-type]
                limit = which  # type: ignore[assignment]
            elif nominations:
                place = int(which) % len(nominations)
                panel, state = nominations[place]
                nominations[place] = (panel, moved(state, what))  # type: ignore[arg-type]
        except Conflict:
            pass
        assert standing().total() <= limit
        assert all(standing()[panel] <= most for panel, most in panel_limits.items())


def test_no_move_brings_back_what_does_not_stand() -> None:
    for possible, wanted in MOVES.values():
        assert possible <= STANDING
        assert wanted in STANDING or wanted in {"declined", "rejected", "withdrawn"}


@pytest.mark.parametrize(
    ("state", "move"),
    [("withdrawn", "select"), ("submitted", "invite"), ("confirmed", "reject"), ("declined", "accept")],
)
def test_what_the_table_does_not_hold_is_refused_with_the_states_it_needs(state: str, move: Move) -> None:
    with pytest.raises(NotFromThisState) as refused:
        moved(state, move)  # type: ignore[arg-type]
    assert refused.value.facts["possible"] == sorted(MOVES[move][0])
