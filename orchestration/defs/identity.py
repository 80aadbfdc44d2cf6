"""The evidence of identity as files, so that people can ask why during a run."""

import dagster as dg

from orchestration.defs.shared import OWNERS, Home
from orchestration.identity_evidence import export_evidence
from orchestration.warehouse import connect


@dg.asset(
    key=["identity", "evidence"],
    group_name="identity",
    owners=OWNERS,
    deps=[dg.AssetKey(["identity", name]) for name in ("links_evidence", "conflicts", "redirects")],
    description="Every link and refusal with its channel, file and line, for `siyu explain`; restricted readers.",
    kinds={"parquet"},
)
def evidence(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult:
    """Export the links, the refusals and the redirects."""
    with connect(home.settings, readable=[home.settings.home / "identity"]) as warehouse:
        rows = export_evidence(home.settings, warehouse)
    return dg.MaterializeResult(metadata={"rows": rows})
