"""A new token key for ten thousand people: what it costs, and whom it changes.

Usage: ``python -m benchmarks.rekey [PEOPLE]`` (10,000 by default). Each person has a record or more in three sources,
joined by mobiles and addresses of mail; a tenth share a number with a stranger, and some ids are numbers themselves.
The home is made for it and rekeyed for real; the people are told apart before and after as a night does it, and their
lots are drawn anew.
"""

import datetime as dt
import random
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd

from ml.identity.first_names import read_first_names, with_first_names, with_present_names
from ml.identity.history import IdentityHistory, long_table
from ml.identity.replay import replay
from ml.recall.holdouts import unit_draws
from orchestration.channels.engine.keys import load_key
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.vault import first_names_file, home_tokeniser, open_vault
from orchestration.rekey.steps import Rekey
from orchestration.settings import Settings

_START = pd.Timestamp("2026-01-01")
_CUT_OFF = dt.timedelta(hours=22)


def links_of(tokens: Tokeniser, people: int, seed: int = 7) -> pd.DataFrame:
    """Return the links of so many people, with tokens of a home."""
    chance = random.Random(seed)
    rows = []
    for person in range(people):
        mobile = tokens.token("mobile", f"139{person:08d}")
        email = tokens.token("email", f"person{person}@example.com")
        shared = tokens.token("mobile", f"139{chance.randrange(people):08d}") if chance.random() < 0.1 else mobile
        for source, value, kind in (("crm", mobile, "mobile"), ("app", shared, "mobile"), ("app", email, "email")):
            own = mobile if source == "app" and person % 20 == 0 else f"{source}{person}"
            seen = _START + dt.timedelta(days=chance.randrange(90))
            rows.append(_link(source, own, "customer_id", source, own, seen, "record"))
            rows.append(_link(source, own, kind, "", value, seen, "verified"))
        if person % 3 == 0:
            seen = _START + dt.timedelta(days=chance.randrange(90))
            rows.append(_link("pos", f"pos{person}", "customer_id", "pos", f"pos{person}", seen, "record"))
            rows.append(_link("pos", f"pos{person}", "email", "", email, seen, "verified"))
    return pd.DataFrame(rows)


def _link(
    source: str, own: str, kind: str, scope: str, value: str, seen: dt.datetime, origin: str
) -> dict[str, object]:
    return {
        "source": source, "customer_id": own, "id_type": kind, "id_scope": scope, "id_value": value,
        "observed_at": seen, "unbound_at": None, "known_day": seen, "unbound_day": None, "origin": origin,
        "no_join_reason": None, "no_join_day": None,
    }  # fmt: skip


def owners(settings: Settings, links: pd.DataFrame) -> pd.DataFrame:
    """Return who has which record, as a night finds it."""
    from tests.unit.identity.rows import rules

    key = load_key(settings, "one_id")
    names = read_first_names(first_names_file(settings), key)
    history: IdentityHistory = replay(with_first_names(links, names), rules(), key, _CUT_OFF)
    found = with_present_names(long_table(history), names).to_pandas()
    columns = ["source", "customer_id", "one_id", "known_from", "known_to"]
    return found.loc[found["record_kind"] == "source_record", columns]


def main() -> int:
    """Rekey and count."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with open_vault(settings) as vault:
            links = links_of(home_tokeniser(settings, vault), people)
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("create schema identity")
            con.execute("create table identity.identifier_links as select * from links")
        before, old = owners(settings, links), Tokeniser(load_key(settings, "tokens"))
        began, cpu = time.perf_counter(), time.process_time()
        said = Rekey(settings).run(lambda step: None)
        print(f"{people:,} people, {said['values']:,} values: {time.perf_counter() - began:.1f} s", end="")
        print(f", {time.process_time() - cpu:.1f} CPU s")
        with duckdb.connect(str(settings.warehouse), read_only=True) as con:
            links = con.sql("select * from identity.identifier_links").df()
        after = owners(settings, links)
        texts = set(links["id_value"]) | set(links["customer_id"])
    known = sum(old.token("mobile", f"139{person:08d}") in texts for person in range(people))
    # By what no rekey renames: who is with whom, since when, under which id.
    told = [
        sorted(zip(who["one_id"], who["source"], who["known_from"].astype(str), strict=True)) for who in (before, after)
    ]
    changed = len(set(told[0]) ^ set(told[1]))
    lots = [unit_draws(sorted(set(who["one_id"])), b"h" * 32) for who in (before, after)]
    moved = int((lots[0] != lots[1]).sum()) if len(lots[0]) == len(lots[1]) else len(lots[0])
    print(f"records with another owner: {changed} of {len(before):,}; lots that changed: {moved} of {len(lots[0]):,}")
    print(f"people whom the old key still finds: {known}")
    return 1 if changed or moved or known else 0


if __name__ == "__main__":
    sys.exit(main())
