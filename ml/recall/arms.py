"""The arms of recall.assignment, by name: the one place that says which may be sent something or are held out."""

from typing import Final

TREAT: Final = "treat"
HELD_BACK: Final = "held_back"
RANDOM: Final = "random"
HOLDOUT_GLOBAL: Final = "holdout_global"
AS_USUAL: Final = "as_usual"
IN_EPISODE: Final = "in_episode"
NOT_SELECTED: Final = "not_selected"
WAITING: Final = "waiting"
INELIGIBLE: Final = "ineligible"

#: The arms that may be sent something: treat is, and random where the draw is not nothing.
SENT: Final = (TREAT, RANDOM)
#: Never sent anything by us, each by a lot.
HELD_OUT: Final = (HELD_BACK, HOLDOUT_GLOBAL, AS_USUAL)
#: Drawn before anything is planned: of them nothing is planned.
OUT_BEFORE: Final = (HOLDOUT_GLOBAL, AS_USUAL, IN_EPISODE)
ALL: Final = (TREAT, RANDOM, HELD_BACK, HOLDOUT_GLOBAL, AS_USUAL, IN_EPISODE, NOT_SELECTED, WAITING, INELIGIBLE)
