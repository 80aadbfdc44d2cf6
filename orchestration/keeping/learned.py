"""Whether the models of a training date still stand on the dates they were learned from: then nothing is loaded."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ml.models.artefacts import code_hash, read_card, to_json
from orchestration.frames import registered_cards
from orchestration.keeping.ledger import LEDGER, create
from orchestration.keeping.tables import FEATURES, LABELS, REGISTRY

CutOffs = Mapping[dt.date, Sequence[dt.date]]


def keys_of(con: duckdb.DuckDBPyConnection, cut_offs: CutOffs, asked: Any) -> dict[dt.date, str]:
    """Return what each training date's models were, or would be, learned under; none where a cut-off is not kept.

    Parameters
    ----------
    con
        The open warehouse.
    cut_offs
        Training date -> its closed cut-offs.
    asked
        Everything else that shapes a model, in a form that JSON can say: questions, features, gates, settings.
    """
    create(con)
    query = f"select as_of_date, relation, rules from {LEDGER} where relation in ($features, $labels) order by all"
    entries: dict[dt.date, list[tuple[str, str]]] = {}
    for date, relation, rules in con.execute(query, {"features": FEATURES, "labels": LABELS}).fetchall():
        entries.setdefault(date, []).append((relation, rules))
    found, shared = {}, f"{code_hash()}{to_json(asked)}"
    for date, dates in cut_offs.items():
        held = [entries.get(cut_off, []) for cut_off in dates]
        if all(len(tables) == 2 for tables in held):
            said = f"{shared}{date}{[str(cut_off) for cut_off in dates]}{held}"
            found[date] = hashlib.sha256(said.encode()).hexdigest()[:16]
    return found


def standing_cards(
    con: duckdb.DuckDBPyConnection, keys: Mapping[dt.date, str], cut_offs: CutOffs, names: Sequence[str], models: Path
) -> list[dict[str, Any]] | None:
    """Return the cards of all training dates as :func:`ml.models.run.train_all` would; None where one is to be made.

    A date's models stand where the ledger holds it under the same key, the registry has a row of each and the kept
    files say the same as that row.
    """
    query = f"select as_of_date, rules from {LEDGER} where relation = $registry"
    noted = dict(con.execute(query, {"registry": REGISTRY}).fetchall())
    found: list[dict[str, Any]] = []
    for date in sorted(cut_offs):
        if date not in keys or noted.get(date) != keys[date]:
            return None
        cards = registered_cards(con, date)
        kept = [read_card(models, name, str(cards[name]["model_id"])) for name in names if name in cards]
        if len(kept) < len(names) or kept != [cards[name] for name in names]:
            return None
        found += [{**cards[name], "trained_now": False} for name in names]
    return found


def note_learned(con: duckdb.DuckDBPyConnection, keys: Mapping[dt.date, str]) -> None:
    """Note under what the registry's models of some training dates were learned: after their rows are written."""
    con.execute("begin")
    for date, key in keys.items():
        con.execute(f"delete from {LEDGER} where relation = ? and as_of_date = ?", [REGISTRY, date])
        con.execute(f"insert into {LEDGER} values (?, ?, ?)", [REGISTRY, date, key])
    con.execute("commit")
