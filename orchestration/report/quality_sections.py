"""Whether the data is right: channels and their last day, checks that ran on these very files, rows turned away."""

from typing import Any

from data_quality.chinese import stage_zh, table_zh
from orchestration.publishing.versions import Store
from orchestration.report.facts import Facts, Words


def quality(facts: Facts) -> dict[str, Any]:
    """Show which checks ran on these very files, and what was turned away."""
    found = Store(facts.settings.published).findings(facts.version)
    gates = {finding.gate: [one for one in found if one.gate == finding.gate] for finding in found}
    rows = [
        ((stage_zh(gate), gate), len(checks), sum(not one.passed for one in checks))
        for gate, checks in sorted(gates.items())
    ]
    quarantine = facts.settings.home / "quarantine" / "quarantine.parquet"
    refused = (
        facts.rows(
            """
            select channel, dataset, count(*) from read_parquet($file)
            group by all order by 3 desc, 1, 2
            """,
            file=str(quarantine),
        )
        if quarantine.exists()
        else []
    )
    ran, failed = sum(checks for _, checks, _ in rows), sum(failed for *_, failed in rows)
    refused_rows = sum(count for *_, count in refused)
    unmet = facts.manifest.get("refusals_that_meet_nobody")
    return {
        "gist": (
            f"数据查了 {ran} 项，{failed} 项不对，{refused_rows} 行读不懂先放一边",
            f"{ran} checks of the data, {failed} failed, {refused_rows} rows set aside",
        ),
        "gates": rows,
        "channels": [_channel(facts, *one) for one in sorted(facts.manifest["channels"].items())],
        "refused": [(_dataset(*where), rows) for *where, rows in refused],
        "rows_refused": refused_rows,
        "unmet": unmet and _unmet(facts, unmet),
        "disagreeing": [
            (facts.word("disagreement", kind), people)
            for kind, people in sorted(facts.manifest.get("records_that_disagree", {}).items())
        ],
    }


def _dataset(channel: str, dataset: str | None) -> Words:
    """Return what a data set is called; a file that lies in no folder has none."""
    english = "/".join(filter(None, (channel, dataset)))
    return table_zh(f"{channel}_{dataset}") if dataset else channel, english


def _channel(facts: Facts, name: str, said: dict[str, Any]) -> tuple[Any, ...]:
    state = ("过期", "late") if said.get("stale") else ("齐", "complete")
    return facts.word("channel", name), said.get("data_as_of"), state


def _unmet(facts: Facts, unmet: dict[str, Any]) -> dict[str, Any]:
    """Say how many refusals meet nobody by channel, and where the first of them stand."""
    named = [(facts.word("message_channel", channel), count) for channel, count in sorted(unmet["by_channel"].items())]
    return {
        "total": sum(unmet["by_channel"].values()),
        "channels": ("、".join(f"{zh} {n}" for (zh, _), n in named), ", ".join(f"{en} {n}" for (_, en), n in named)),
        "places": "; ".join(unmet["examples"]),
    }
