"""What a panel refuses."""

from libs.errors import Conflict


class SeatsTakenAway(Conflict):
    detail = "This panel has {present} seats of the role {role}: seats are added, not taken away."
    remedy = "Leave a seat empty: the programme names only those who have confirmed."
