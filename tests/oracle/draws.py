"""How likely each arm of recall was: docs/recall.md, 2. Who is drawn is the secret salts' matter and not said again."""

from tests.oracle.world import seed

GLOBAL_SHARE, EXPLORED_SHARE = 0.05, 0.1


def probabilities(ids: int, options: int) -> dict[str, set[float]]:
    """Return what an arm's probability may be for somebody who had so many ids and has so many options.

    A random brand is too small for any share of a campaign, so each keeps the share of the pooled ones. Who has no
    option may have been drawn to be sent something, or to explore.
    """
    pooled = next(float(row["value"]) for row in seed("recall_settings") if row["name"] == "campaign_share_pooled")
    stays = (1 - GLOBAL_SHARE) ** ids
    rest = stays * (1 - pooled)
    sent, explores = rest * (1 - EXPLORED_SHARE), rest * EXPLORED_SHARE
    found = {"holdout_global": {1 - stays}, "holdout_campaign": {stays * pooled}}
    found |= {arm: {sent} for arm in ("treat", "not_selected", "waiting")}
    return found | {"explore": {explores / (options + 1)}, "ineligible": {sent, explores}}
