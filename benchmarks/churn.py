"""The churn table of a home: every baseline beside the model out of time, and the last scores judged by December.

Usage: ``python -m benchmarks.churn HOME`` after a run in HOME (no run may be under way).

The first table is the newest card's: the newest three closed cut-offs, active population, 95% customer-clustered
bootstrap intervals. The second judges the scores of the last date with ``truth/orders_after.parquet``, orders that
never landed: a customer left when none of the persons behind the one_id bought in the horizon.
"""

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ml.models.measures import MEASURES, all_measures, cluster_weights, interval
from orchestration.business_time import day_ends_at

TARGETS = {"auc": 0.851, "pr_auc": 0.362, "brier": 0.0717, "top_decile_lift": 4.1, "ece": 0.02}
_SMALLER_IS_BETTER = {"brier", "ece"}
_HEADS = {"auc": "AUC", "pr_auc": "PR-AUC", "brier": "Brier", "top_decile_lift": "top-decile lift", "ece": "ECE"}


def main(home: Path) -> int:
    """Print the tables of a home; 1 when it has no judged churn model."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute(
            "select card from models.registry where model = 'churn' order by training_date desc limit 1"
        ).fetchone()
        if found is None or not json.loads(found[0])["metrics"]:
            sys.stdout.write(f"{home}: no judged churn model; run the demo brand there first\n")
            return 1
        card = json.loads(found[0])
        sys.stdout.write(out_of_time(card))
        if (home / "truth" / "orders_after.parquet").is_file():
            sys.stdout.write(judged_by_what_came(con, home / "truth", card["horizon_days"]))
        else:
            sys.stdout.write("\nNo truth/orders_after.parquet: the last date's scores cannot be judged yet.\n")
    return 0


def out_of_time(card: dict[str, Any]) -> str:
    """Return the card's table as Markdown, the champion starred, the targets below."""
    test, dates = card["test"], ", ".join(card["cut_offs"]["test"])
    lines = [
        f"\nChurn, active population, horizon {card['horizon_days']} days, model {card['model_id']}",
        f"test cut-offs {dates}: n = {test['rows']}, base {test['base_rate']:.1%}; "
        f"taught by {len(card['cut_offs']['train'])} earlier cut-offs, {len(card['cut_offs']['purged'])} purged\n",
        _row("model", *_HEADS.values()),
        _row(*["---"] * (len(_HEADS) + 1)),
    ]
    for name, measures in card["metrics"].items():
        star = " *" if name == card["champion"] else ""
        lines.append(_row(name + star, *(_cell(measures[measure]) for measure in MEASURES)))
    lines.append(_row("target", *(f"{TARGETS[measure]:g}" for measure in MEASURES)))
    lines.append("")
    for pair, values in card["paired_auc"].items():
        low, high = values["interval"]
        lines.append(f"AUC {pair.replace('-', ' - ')}: {values['mean']:+.4f} [{low:+.4f}, {high:+.4f}]")
    reached = [_HEADS[name] for name in MEASURES if _reached(name, card["metrics"][card["champion"]][name]["mean"])]
    lines.append(f"\nchampion {card['champion']}; targets reached: {', '.join(reached) or 'none'}\n")
    return "\n".join(lines)


def judged_by_what_came(con: duckdb.DuckDBPyConnection, truth: Path, horizon_days: int) -> str:
    """Return the measures of the last date's scores against the orders that never landed, as Markdown."""
    last = con.execute("select max(as_of_date) from scores.customer_scores").fetchone()
    assert last is not None
    date: dt.date = last[0]
    scores = con.execute(
        "select one_id, score from scores.customer_scores where model = 'churn' and as_of_date = $date order by one_id",
        {"date": date},
    ).df()
    records = con.execute(
        "select source, customer_id, one_id from people.customer_records where as_of_date = $date", {"date": date}
    ).df()
    people = pd.read_parquet(truth / "people.parquet", columns=["person_id", "source", "customer_id"])
    orders = pd.read_parquet(truth / "orders_after.parquet")
    opens = day_ends_at(date)
    window = (orders["ordered_at"] >= opens) & (orders["ordered_at"] < opens + dt.timedelta(days=horizon_days))
    linked = people.merge(records, on=["source", "customer_id"])
    stayed = set(linked.loc[linked["person_id"].isin(set(orders.loc[window, "person_id"])), "one_id"])
    known = scores[scores["one_id"].isin(set(linked["one_id"]))]
    labels = (~known["one_id"].isin(stayed)).to_numpy(dtype=np.int64)
    chances = known["score"].to_numpy(dtype=np.float64)
    drawn = all_measures(labels, chances, cluster_weights(known["one_id"].tolist(), 500, 1))
    lines = [
        f"\nScores of {date} judged by the {horizon_days} days that came: n = {len(known)} "
        f"({len(scores) - len(known)} without a record in the truth left out), base {labels.mean():.1%}, "
        f"predicted over actual {chances.sum() / labels.sum():.3f}\n",
        _row("", *_HEADS.values()),
        _row(*["---"] * (len(_HEADS) + 1)),
        _row("published scores", *(_cell(interval(drawn[name])) for name in MEASURES)),
    ]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(measure: dict[str, Any]) -> str:
    numbers = [measure["mean"], *measure["interval"]]
    if any(number is None or np.isnan(number) for number in numbers):
        return "unknown"
    return "{:.4f} [{:.4f}, {:.4f}]".format(*numbers)


def _reached(name: str, value: float) -> bool:
    return value <= TARGETS[name] if name in _SMALLER_IS_BETTER else value >= TARGETS[name]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, help="a home with a finished run")
    sys.exit(main(parser.parse_args().home))
