"""The arms of recall.assignment, by name: the one place that says which may be sent something or are held out."""

from typing import Final

TREAT: Final = "treat"
HELD_BACK: Final = "held_back"
RANDOM: Final = "random"
EXPLORE: Final = "explore"
HOLDOUT_GLOBAL: Final = "holdout_global"
HOLDOUT_CAMPAIGN: Final = "holdout_campaign"
NOT_SELECTED: Final = "not_selected"
WAITING: Final = "waiting"
INELIGIBLE: Final = "ineligible"

#: The arms that may be sent something: treat is, and explore where the draw is not nothing.
SENT: Final = (TREAT, EXPLORE)
#: Drawn before scoring and never sent anything.
HELD_OUT: Final = (HOLDOUT_GLOBAL, HOLDOUT_CAMPAIGN)
ALL: Final = (*SENT, *HELD_OUT, NOT_SELECTED, WAITING, INELIGIBLE)
