"""What ``siyu status`` and ``siyu explain`` say. They read exported Parquet, so they answer during a run."""

import json
from collections.abc import Sequence

import duckdb

from orchestration.settings import Settings

DONE, FAILED = 0, 1


def status(settings: Settings) -> int:
    """Print what is published, how fresh each channel is and what stands in quarantine."""
    current = settings.published / "CURRENT"
    if not current.exists():
        print(f"nothing published yet in {settings.home}; start with: siyu daily YYYY-MM-DD")
        _print_quarantine(settings)
        return FAILED
    version = current.read_text(encoding="utf-8").strip()
    manifest = json.loads((settings.published / "versions" / version / "manifest.json").read_text(encoding="utf-8"))
    print(f"published  {version}  (as of {manifest['as_of_date']}, contract {manifest['contract_version']})")
    for name, table in sorted(manifest["tables"].items()):
        print(f"  {name:<26}{table['rows']:>10,} rows")
    print("channels")
    for name, channel in sorted(manifest["channels"].items()):
        stale = "  STALE" if channel.get("stale") else ""
        print(f"  {name:<26}data as of {channel.get('data_as_of') or 'never'}{stale}")
    for seed, sha256 in sorted(manifest.get("own_rules", {}).items()):
        print(f"own rules  {seed:<26}{sha256[:12]}")
    _print_quarantine(settings)
    return DONE


def _print_quarantine(settings: Settings) -> None:
    quarantine = settings.home / "quarantine" / "quarantine.parquet"
    if not quarantine.exists():
        return
    rows = duckdb.execute(
        "select concat_ws('/', channel, dataset), reason, count(*) from read_parquet($file) group by all order by all",
        {"file": str(quarantine)},
    ).fetchall()
    print(f"quarantine ({quarantine})" if rows else "quarantine: empty")
    for place, reason, count in rows:
        print(f"  {place:<34}{reason:<28}{count:>8,}")


def explain(settings: Settings, who: Sequence[str]) -> int:
    """Print one customer's links and refusals, or the shortest chain of links between two identifiers."""
    from orchestration.identity_evidence import NobodyKnown, chain_between, everything_about

    evidence = settings.home / "identity" / "evidence.parquet"
    if not evidence.exists():
        print(f"no identity evidence in {settings.home} yet; start with: siyu daily YYYY-MM-DD")
        return FAILED
    try:
        lines = chain_between(settings, who[0], who[1]) if len(who) > 1 else everything_about(settings, who[0])
    except NobodyKnown as nobody:
        print(nobody)
        return FAILED
    print("\n".join(lines))
    return DONE
