"""What is not known of the editions and their panels."""

from libs.errors import NotFound


class NoSuchEdition(NotFound):
    detail = "There is no edition {edition} here."
    remedy = "Take the id of one from the list of editions; one that was just made may need a moment."


class NoSuchPanel(NotFound):
    detail = "There is no panel {panel} in this edition."
    remedy = "Take the id of one of the edition's panels."
