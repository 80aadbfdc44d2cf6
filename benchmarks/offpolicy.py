"""What another policy would have earned, from the open log alone: what was known, how it was drawn, what came of it.

    python -m benchmarks.offpolicy HOME_OR_FOLDER [--policy logged | option:CHANNEL/OFFER | FILE]

Reads ``recall_plan_options`` (every option of everybody open to the lots, ``nothing`` included, with its probability),
``recall_plans`` and ``recall_readings`` as they are published, below the folder; of a home's versions of a date the one
that was current last (``published/plans/``). A FILE is Parquet or CSV: ``as_of_date, one_id, message_channel,
offer_id, probability``, another policy's probability of each option; what is not named has none.

Nothing has an effect of nothing, so only those planned an option speak. Of each planned episode, sent minus held back
by the inverse of the lot's probability is the effect of its option without any model; how much more often the other
policy would have chosen that option than ours is its weight. The effective sample size is printed, and a policy that
would do what the log never did, or of which too few rows speak, is refused: the log cannot tell of it.
"""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

KEY: Final = ["as_of_date", "one_id"]
OPTION: Final = [*KEY, "message_channel", "offer_id"]
OPTIONS: Final = (*OPTION, "probability", "is_chosen", "is_repaired")
PLANS: Final = (
    *KEY, "episode_id", "arm", "opens_episode", "wait_probability", "expected_cost_fen", "margin_rate", "p0",
)  # fmt: skip
#: The sides of the lot that holds back; those of the random arm drew nothing as an option, and no such lot.
LOTS: Final = ("treat", "held_back")
READINGS: Final = (
    "episode_id", "as_of_date", "read_window", "is_sent", "held_back_probability", "succeeded", "paid_fen",
)  # fmt: skip
NOTHING: Final = "nothing"
LEAST_EFFECTIVE: Final = 100
Z90: Final = 1.6448536269514722


class Unsupported(ValueError):
    """The log cannot tell what the policy earns; the message says why."""


def table(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table's files below a folder as one frame of the columns that are read.

    Raises
    ------
    ValueError
        No file of the table, or a column that it lacks.
    """
    files = sorted({*folder.rglob(f"{name}.parquet"), *folder.rglob(f"{name}/*.parquet")})
    if (last := current_last(folder)) is not None:
        files = [file for file in files if "versions" not in file.parts or file.parent.name in last]
    if not files:
        raise ValueError(f"no {name}.parquet of a version that was current lies below {folder}")
    found = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    lacking = [column for column in columns if column not in found]
    if lacking:
        raise ValueError(f"{name} lacks {', '.join(lacking)}")
    return found[list(columns)].drop_duplicates(ignore_index=True)


def current_last(folder: Path) -> set[str] | None:
    """Return each date's version that CURRENT was moved to last; None where no log of the moves lies there.

    A date that was made twice has two versions, and one of them was sent.
    """
    logs = [log for log in sorted(folder.rglob("plans/*.parquet")) if log.parent.parent.name == "published"]
    moves = [pd.read_parquet(log, columns=["version", "as_of_date", "moved_at"]).drop_duplicates() for log in logs]
    if not moves:
        return None
    newest = pd.concat(moves).sort_values(["as_of_date", "moved_at", "version"])
    return set(newest.drop_duplicates("as_of_date", keep="last")["version"])


def policy_of(text: str, options: pd.DataFrame) -> pd.DataFrame:
    """Return the other policy's probability of each logged option, and rows of its own for what was never logged."""
    if text == "logged":
        return options[OPTION].assign(wished=options["probability"])
    if text.startswith("option:"):
        channel, _, offer = text.removeprefix("option:").partition("/")
        asked = options["message_channel"].eq(channel) & options["offer_id"].fillna("none").eq(offer or "none")
        return options.loc[asked, OPTION].assign(wished=1.0)
    path = Path(text)
    wished = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    wished = wished.assign(as_of_date=pd.to_datetime(wished["as_of_date"]))
    return wished[[*OPTION, "probability"]].rename(columns={"probability": "wished"})


def supported(options: pd.DataFrame, wished: pd.DataFrame) -> pd.DataFrame:
    """Return the logged options with ``wished``, what the other policy gives each.

    Raises
    ------
    Unsupported
        The other policy would do what the log never did.
    """
    both = options.merge(wished, on=OPTION, how="outer", indicator=True)
    both["wished"] = both["wished"].fillna(0.0)
    acts = both["message_channel"].ne(NOTHING) & both["wished"].gt(0)
    never = acts & ~(both["probability"].fillna(0.0) > 0)
    if never.any():
        share = both.loc[never, "wished"].sum() / both.loc[acts, "wished"].sum()
        raise Unsupported(
            f"{share:.1%} of what the policy sends was never possible in the log ({int(never.sum())} options of "
            "probability 0, or none): what was never tried cannot be valued"
        )
    return both[both["_merge"] != "right_only"].drop(columns="_merge")


@dataclasses.dataclass(frozen=True)
class Worth:
    """What a policy earns over sending nothing, all together: orders and net in fen, with standard errors."""

    people: int
    rows: int
    effective: float
    repaired: int
    orders: float
    orders_se: float
    net_fen: float
    net_se_fen: float


def worth(options: pd.DataFrame, plans: pd.DataFrame, readings: pd.DataFrame, wished: pd.DataFrame) -> Worth:
    """Return what the other policy would have earned.

    Repaired choices, which the last repair of the budget changed by hand and not by lot, are left out and counted.

    Raises
    ------
    Unsupported
        Too few rows speak of it.
    """
    logged = supported(options, wished)
    chosen = logged[logged["is_chosen"].astype(bool) & logged["message_channel"].ne(NOTHING)]
    repaired = chosen["is_repaired"].fillna(False).astype(bool)
    known = readings[readings["read_window"].eq("h")].sort_values("as_of_date")
    known = known.drop_duplicates("episode_id", keep="last").drop(columns=["as_of_date", "read_window"])
    first = plans[plans["arm"].isin(LOTS) & plans["opens_episode"].fillna(True).astype(bool)]
    rows = chosen[~repaired].merge(first, on=KEY).merge(known, on="episode_id").sort_values(OPTION, ignore_index=True)
    # Who waited for want of room was drawn blind to the option; whoever did not stands for them too.
    stays = 1 - rows["wait_probability"].fillna(0.0).astype(float)
    weight = (rows["wished"] / rows["probability"] / stays).to_numpy(np.float64)
    effective = float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0
    acts = logged["wished"].where(logged["message_channel"].ne(NOTHING), 0.0).gt(0).any()
    if acts and effective < LEAST_EFFECTIVE:
        raise Unsupported(
            f"{effective:.0f} effective rows of {len(rows)} speak of the policy, fewer than {LEAST_EFFECTIVE}: "
            "the log did too rarely what it would do"
        )
    sent, q = rows["is_sent"].to_numpy(bool), rows["held_back_probability"].to_numpy(np.float64)
    side = np.where(sent, 1 / (1 - q), -1 / q)
    orders = weight * side * (rows["succeeded"].astype(float) - rows["p0"].astype(float)).to_numpy(np.float64)
    paid = rows["paid_fen"].to_numpy(np.float64) * rows["margin_rate"].to_numpy(np.float64)
    # The same constant off both sides changes no expectation, and takes the level of spending out of the noise.
    cost = np.where(sent, side * rows["expected_cost_fen"].to_numpy(np.float64), 0.0)
    net = weight * (side * (paid - paid.mean()) - cost)
    person = pd.factorize(rows["one_id"])[0]
    errors = [float(np.sqrt((np.bincount(person, weights=of) ** 2).sum())) for of in (orders, net)]
    people = len(options[KEY].drop_duplicates())
    return Worth(
        people, len(rows), effective, int(repaired.sum()), float(orders.sum()), errors[0], float(net.sum()), errors[1]
    )


def main() -> int:
    """Print what a policy would have earned; 1 where the log cannot tell, 2 where there is none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--policy", default="logged")
    asked = parser.parse_args()
    names = {"recall_plan_options": OPTIONS, "recall_plans": PLANS, "recall_readings": READINGS}
    try:
        tables = [table(asked.folder, name, columns) for name, columns in names.items()]
        options, plans, readings = (of.assign(as_of_date=pd.to_datetime(of["as_of_date"])) for of in tables)
        found = worth(options, plans, readings, policy_of(asked.policy, options))
    except Unsupported as reason:
        print(f"refused: {reason}")
        return 1
    except ValueError as reason:
        print(f"cannot be read: {reason}")
        return 2
    print(f"{found.people:,} people and dates open to the lots, {found.rows:,} planned episodes that are over")
    print(f"effective sample size {found.effective:,.0f}; {found.repaired:,} repaired choices left out")
    for name, value, error in (
        ("orders", found.orders, found.orders_se),
        ("net yuan", found.net_fen / 100, found.net_se_fen / 100),
    ):
        print(f"{name} over sending nothing: {value:,.1f} [{value - Z90 * error:,.1f}, {value + Z90 * error:,.1f}]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
