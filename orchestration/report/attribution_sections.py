"""Who is given the credit for the orders of 30 days, under every model, and beside it what a message changed."""

from typing import Any, Final

from orchestration.report.facts import Facts, Words
from orchestration.report.page import NONE

_WINDOW_DAYS: Final = 30
#: In the order of the seed attribution_models.
_MODELS: Final = ("first", "last", "linear", "time_decay", "markov", "shapley")


def attribution(facts: Facts) -> dict[str, Any]:
    """Show the orders that each model gives to each channel, and the learned effect of the channels that we send on."""
    columns = ", ".join(f"sum(conversions) filter (where model = '{model}') as {model}" for model in _MODELS)
    rows = facts.rows(
        f"""
        select given.*,
               printf('%.1f%% [%.1f%%, %.1f%%]', posterior_mean * 100, posterior_p10 * 100, posterior_p90 * 100),
               effects.basis
        from (
            select channel, {columns} from channel_attribution
            where as_of_date = $as_of and window_days = {_WINDOW_DAYS} group by channel
        ) as given
        left join recall_effects as effects
            on effects.as_of_date = $as_of and given.channel = effects.message_channel and effects.band = 'all'
            and effects.depth = 'all'
        order by last desc nulls last, channel
        """
    )
    return {
        "gist": _gist(facts, rows),
        "models": [(*facts.word("attribution_model", model), "count") for model in _MODELS],
        "rows": [
            (
                facts.word("channel", channel),
                *(None if orders is None else round(orders) for orders in given),
                effect or NONE,
                facts.word("basis", basis) if basis else NONE,
            )
            for channel, *given, effect, basis in rows
        ],
    }


def _gist(facts: Facts, rows: list[tuple[Any, ...]]) -> Words | None:
    """Return how far the models differ over one channel: the widest is the one that credit says least of."""
    told = [(channel, [one for one in given if one is not None]) for channel, *given, _, _ in rows if channel != "none"]
    wide = [(max(given) - min(given), channel, min(given), max(given)) for channel, given in told if given]
    if not wide or not max(wide)[0]:
        return None
    _, channel, least, most = max(wide)
    zh, en = facts.word("channel", channel)
    return f"{zh}：按算法 {least:,.0f} 到 {most:,.0f} 单", f"{en}: {least:,.0f} to {most:,.0f} orders, by model"
