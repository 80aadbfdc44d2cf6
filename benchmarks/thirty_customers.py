"""Thirty customers of a published version, followed end to end: facts, decision, and every option with its verdict.

    python -m benchmarks.thirty_customers HOME [--count 30] [--lang en] [--out docs/thirty-customers.md]
    python -m benchmarks.thirty_customers --check

The head of the page names the rules that it was made by, as a hash; ``--check`` (and ``make run``, at its end) says
whether the rules have changed since.

Strata are purchase stage x what was decided x whether a signal came; within each the customer whose id has the
smallest SHA-256 is drawn, one stratum after the other, so that nobody chooses whom to show. An operations lead reads
them and says of each whether the decision is right.
"""

import argparse
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from orchestration.release import release_of_rules
from orchestration.report.facts import Facts
from orchestration.rules_text import hash_of
from orchestration.settings import CHECKOUT, load_settings
from orchestration.why import opened, printed, why

_STRATA: Final = """
    select customers.one_id,
        concat_ws(
            '|', lifecycle.purchase_stage, coalesce(assignment.arm, customers.exclusion, 'no_candidate'), {signal}
        )
    from customers
    inner join customer_lifecycle as lifecycle using (one_id)
    left join recall_assignment as assignment using (one_id)
    {join}
"""
_SIGNALS: Final = """
    left join (select one_id, min(signal) as signal from recall_signals group by one_id) as signals using (one_id)
"""


#: The page, and where it names the rules that it was made by.
PAGE: Final = CHECKOUT / "docs" / "thirty-customers.md"
_RULES: Final = re.compile(r"Rules `([0-9a-f]{12})`")


def rules_now() -> str:
    """Return the hash of the rules of this tree: dbt's models, macros and seeds, and what recall decides by."""
    code = hash_of(CHECKOUT.glob("ml/recall/*.py"))
    return hashlib.sha256((release_of_rules() + code).encode()).hexdigest()[:12]


def is_older(page: str, rules: str) -> bool:
    """Return whether a page was made by other rules, or does not say by which."""
    named = _RULES.search(page)
    return named is None or named[1] != rules


def checked() -> str:
    """Return a sentence about the page that ships: whether it was made by the rules of this tree."""
    if is_older(PAGE.read_text(encoding="utf-8"), rules_now()):
        return f"{PAGE.name} is older than the rules: python -m benchmarks.thirty_customers HOME --out {PAGE.name}"
    return f"{PAGE.name} was made by these rules"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def drawn(facts: Facts, count: int) -> Iterator[tuple[str, str]]:
    """Yield (stratum, one_id) of ``count`` customers, each stratum once before any has its second."""
    has_signals = facts.rows("select 1 from duckdb_views() where view_name = 'recall_signals'")
    signal, join = ("signals.signal", _SIGNALS) if has_signals else ("null", "")
    strata: dict[str, list[str]] = defaultdict(list)
    for one_id, stratum in facts.rows(_STRATA.format(signal=signal, join=join)):
        strata[stratum].append(one_id)
    order = sorted(strata, key=_hash)
    for members in strata.values():
        members.sort(key=_hash)
    places = sorted((place, at) for at, name in enumerate(order) for place in range(len(strata[name])))
    for place, at in places[:count]:
        yield order[at], strata[order[at]][place]


def text(facts: Facts, count: int, lang: str) -> str:
    """Return the page, in Markdown."""
    lines = [
        "# Thirty customers of the demo, end to end",
        "",
        f"Drawn by hash over the strata (stage, decision, signal) of the version of {facts.as_of_date}. The customers"
        " are synthetic. Made by `python -m benchmarks.thirty_customers HOME`; ids differ by home, as its keys do."
        f" Rules `{rules_now()}`.",
    ]
    for number, (stratum, one_id) in enumerate(drawn(facts, count), start=1):
        found = printed(why(facts, one_id, lang), lang)
        body = [
            line.removeprefix("  ") if line.startswith("  - ") else (f"**{line}**\n" if line else "")
            for line in found[1:]
        ]
        lines += ["", f"## {number}. {stratum.replace('|', ', ')}", "", *body[1:]]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the page, or write it to ``--out``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--lang", choices=("zh", "en"), default="en")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.check or asked.home is None:
        print(checked())
        return
    facts = opened(load_settings({"SIYU_HOME": str(asked.home.resolve())}))
    page = text(facts, asked.count, asked.lang)
    if asked.out:
        asked.out.write_text(page, encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
