"""Who hears what, on one page. The relay sends each fact to these services' queues, and to no others."""

from libs.contracts.events import (
    CallChanged,
    ClientChanged,
    CloneStepDone,
    CommitmentChanged,
    DraftSolved,
    EditionChanged,
    EditionCloned,
    Event,
    LetterQueued,
    LetterRequested,
    LetterSent,
    MembershipChanged,
    NominationChanged,
    OrganisationChanged,
    PanelChanged,
    ProgrammeReleased,
    SignInEnded,
    SolveRequested,
    SpeakerChanged,
    TenantChanged,
)

SUBSCRIBERS: dict[type[Event], tuple[str, ...]] = {
    TenantChanged: ("editions", "stakeholders", "scheduling", "outreach", "portal"),
    MembershipChanged: (),
    ClientChanged: (),
    SignInEnded: ("portal",),
    LetterRequested: ("outreach",),
    LetterQueued: ("outreach",),
    LetterSent: (),
    EditionCloned: ("stakeholders", "scheduling"),
    EditionChanged: ("stakeholders", "scheduling", "portal"),
    PanelChanged: ("stakeholders", "scheduling", "portal"),
    CommitmentChanged: (),
    OrganisationChanged: ("identity", "editions", "portal"),
    CallChanged: (),
    NominationChanged: (),
    SpeakerChanged: ("scheduling",),
    CloneStepDone: ("editions",),
    SolveRequested: ("scheduling",),
    DraftSolved: (),
    ProgrammeReleased: ("portal",),
}

EVENTS: dict[str, type[Event]] = {str(event.__struct_config__.tag): event for event in SUBSCRIBERS}

# Tasks rather than news: a letter to be sent, an edition to be copied, a programme to be searched for.
# Each travels in a message of its own, so that it has a transaction of its own, is retried alone, and keeps nobody
# waiting.
SINGLY: frozenset[type[Event]] = frozenset({EditionCloned, LetterQueued, SolveRequested})
