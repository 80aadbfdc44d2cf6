"""How likely each arm of recall was: docs/recall.md, 2. Who is drawn is the secret salts' matter and not said again."""

from tests.oracle.world import seed

GLOBAL_SHARE, RANDOM_SHARE = 0.05, 0.02


def probabilities(ids: int, options: int, *, is_service: bool, is_care: bool = False) -> dict[str, set[float]]:
    """Return what an arm's probability may be for somebody who had so many ids and has so many options.

    Of a random brand nothing was published yet: no episode is open, and each policy has its first night. A service is
    in no lot. Who has no option, or for whom no money was left, may have been drawn to have an option by lot; whom the
    care purse is for is given nothing at random.
    """
    stays = (1 - GLOBAL_SHARE) ** ids
    first = next(float(row["value"]) for row in seed("learning_settings") if row["name"] == "held_back_first")
    at_random, held_back = (0.0, 0.0) if is_service else (RANDOM_SHARE, first)
    at_random = 0.0 if is_care else at_random
    planned, tried = stays * (1 - at_random), stays * at_random
    return {
        "holdout_global": {1 - stays},
        "treat": {planned * (1 - held_back)},
        "held_back": {planned * held_back} if held_back else set(),
        "random": {tried / (options + 1)} if tried else set(),
        "waiting": {planned, tried},
        "not_selected": {planned, tried},
        "ineligible": {planned, tried},
        "as_usual": set(),
        "in_episode": set(),
    }
