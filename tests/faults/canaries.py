"""Nights over numbers and addresses that stand where none belongs: one ends well, and one fails in each stage.

What fails says them all, in the words in which libraries quote a value; then nothing but the house's own tables may
hold one, by eyes that share nothing with the door's.
"""

import contextlib
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from unittest import mock

import dagster as dg
import duckdb
import pandas as pd
import pyarrow as pa

from tests.builders import Brand, published_hashes
from tests.faults.canary_brand import ADDRESSES, DATE, ROWS, everything, land
from tests.faults.eyes import Eyes
from tests.faults.homes import Base, copied, environment
from tests.forked import FORKS
from tests.unit.publish.test_door import canaries

#: What nobody but the house reads, and where plain values belong.
INSIDE: Final = ("landing", "raw", "vault", "identity", "warehouse.duckdb")
WELL: Final = "well"
#: Stage -> the asset that is made, and what of it raises.
FUNCTIONS: Final = {
    "the start": ("channels/ledger", "orchestration.defs.shared.check_gateway"),
    "landing": ("channels/standard__orders", "orchestration.defs.channels.ingest"),
    "one file": ("channels/standard__orders", "orchestration.channels.engine.ingest.land"),
    "landing's end": ("channels/ledger", "orchestration.defs.channels.finish"),
    "seeds": ("staging/seeds", "orchestration.defs.transform.release_of_seeds"),
    "identity's replay": ("identity/identity_replay", "ml.identity.replay"),
    "identity's evidence": ("identity/evidence", "orchestration.defs.identity.export_evidence"),
    "dates": ("staging/standard_orders", "orchestration.defs.transform.require_data"),
    "models": ("models/registry", "orchestration.defs.models.check_models"),
    "scores": ("scores/customer_scores", "orchestration.defs.scores.score_frame"),
    "recall": ("recall/audience", "orchestration.defs.recall.plan_recall"),
    "outcomes": ("recall/outcomes", "orchestration.defs.recall.outcomes"),
    "publish": ("published/version", "orchestration.defs.published.publish"),
    "a version's checks": ("published/version", "orchestration.publishing.audit.judge"),
    "the page of quality": ("published/version", "orchestration.publishing.audit.quality_page"),
    "readers": ("published/version", "orchestration.defs.published.follow"),
    "report": ("published/report", "orchestration.defs.published.build_report"),
    "retention": ("channels/ledger", "orchestration.defs.shared.retention.apply"),
}
#: Stage -> the table of it whose SQL quotes them.
MODELS: Final = {
    "staging": "standard_orders",
    "identity": "identifiers",
    "people": "record_states",
    "customer": "customers",
    "segments": "customer_segments",
    "lifecycle": "purchase_stages",
    "features": "customer_features",
    "recall": "recall_people",
    "figures": "kpi_orders",
    "published": "customers",
}
#: A night that is done is not failed by what comes after it; it says so.
ENDS_WELL: Final = (WELL, "retention")
STAGES: Final = (*FUNCTIONS, *(f"dbt, {stage}" for stage in MODELS))


def canary_nights(base: Base, scratch: Path, number: int) -> str:
    """Let every stage fail once over a night that ended well, and look after each for what must not stand there."""
    home, well = scratch / "home", base.folder / "canaries"
    if not (well / "published" / "CURRENT").exists():
        shutil.rmtree(well, ignore_errors=True)
        land(well)
        if wrong := in_a_process(well, (WELL,)):
            return wrong
    copied(well, home)
    return in_a_process(home, STAGES)


def in_a_process(home: Path, stages: Sequence[str]) -> str:
    """Run nights of a home in a process of their own; return what of their ends, words and files is wrong."""
    said = home.parent / "said.json"
    process = FORKS.Process(target=_run, args=(home, stages, said, environment()))
    process.start()
    process.join()
    if not said.exists():
        return f"the process ended with {process.exitcode}"
    wrong = json.loads(said.read_text(encoding="utf-8"))
    said.unlink()
    return "; ".join(wrong)


def _run(home: Path, stages: Sequence[str], said: Path, variables: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables, SIYU_HOME=str(home))
    eyes, wrong = Eyes([number for number, _ in canaries()], ADDRESSES), []
    for stage in stages:
        if stage == "one file":
            _land_more(home)
        before, since = published_hashes(home) if stage != WELL else {}, time.time()
        succeeded, words = _night(home, stage)
        found = eyes.in_home(home, INSIDE, since if stage != WELL else 0.0)
        found |= {"the terminal": heard} if (heard := eyes.in_text(words)) else {}
        if found:
            wrong.append(f"{stage}: {', '.join(f'{name} ({len(numbers)})' for name, numbers in found.items())}")
        if succeeded != (stage in ENDS_WELL) or (stage == "retention" and "could not be deleted" not in words):
            wrong.append(f"{stage}: {'it ended well' if succeeded else words[-500:]}")
        if before and before != published_hashes(home):
            wrong.append(f"{stage}: what is published changed")
    said.write_text(json.dumps(wrong), encoding="utf-8")


def _land_more(home: Path) -> None:
    """Land a file that no night has read."""
    brand = Brand(home)
    brand.add("orders", {name: str(value).replace("{}", "more") for name, value in ROWS["orders"][0].items()})
    brand.land("more.csv")


def _night(home: Path, stage: str) -> tuple[bool, str]:
    """Run a whole night, or the asset of one that fails; return whether it ended well, and what was told."""
    from orchestration import dbt_calls
    from orchestration.definitions import definitions
    from orchestration.runner import run_dates
    from orchestration.settings import Settings

    job = definitions.resolve_job_def("daily")
    with contextlib.ExitStack() as stack:
        if stage in FUNCTIONS:
            asset, function = FUNCTIONS[stage]
            stack.enter_context(mock.patch(function, side_effect=_raise))
        elif stage != WELL:
            at = stage.removeprefix("dbt, ")
            asset = f"{at}/{MODELS[at]}"
            stack.enter_context(mock.patch.object(dbt_calls, "_forget_ctes", side_effect=_broken_model(at)))
        if stage != WELL:
            made = dg.AssetSelection.assets(dg.AssetKey(asset.split("/"))).required_multi_asset_neighbors()
            part = job.get_subset(asset_selection=made.resolve(job.asset_layer.asset_graph))
            stack.enter_context(mock.patch.object(type(definitions), "resolve_job_def", return_value=part))
        printed = stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(printed))
        outcome = run_dates(Settings(home=home), [DATE])
    return outcome.succeeded, "\n".join([printed.getvalue(), *(word for _, word in outcome.failures)])


def _broken_model(stage: str) -> Callable[[Any], None]:
    """Return what lets a model's own SQL fail over all the numbers, as over a row of somebody's."""
    from orchestration.dbt_graph import table_of

    text = " | ".join(_texts()).replace("'", "''")

    def broken(manifest: Any) -> None:
        for node in manifest.nodes.values():
            if str(node.resource_type) == "model" and table_of(node.to_dict()) == (stage, MODELS[stage]):
                node.raw_code = f"{{% raw %}}select cast('{text}' as integer) as one{{% endraw %}}"

    return broken


def _texts() -> list[str]:
    """Return the numbers as they are written, and in the forms in which programs write them on."""
    written = [text for _, text in everything()]
    forms = [repr(text.encode(code, "replace")) for text in written[:33] for code in ("utf-16-le", "gbk", "utf-8")]
    return [*written, *forms, *(json.dumps({"tel": text}) for text in written)]


def _raise(*_: object, **__: object) -> None:
    """Raise what a library raises over each number, one from the other, with a note and the row that was read."""
    texts = _texts()
    wrong: Exception | None = None
    for place, text in enumerate(texts):
        try:
            _QUOTING[place % len(_QUOTING)](text)
        except Exception as error:
            error.__cause__ = wrong if place % 20 else None
            wrong = error
    last = ValueError(f"could not read {dict(enumerate(texts))!r}")
    last.add_note(" ".join(texts))
    raise last from wrong


def _decoded(text: str) -> None:
    raise UnicodeDecodeError("utf-8", text.encode(), 0, 1, f"in the row of {text}")


_QUOTING: Final[Sequence[Callable[[str], object]]] = (
    int,
    lambda text: duckdb.execute("select cast(? as integer)", [text]),
    lambda text: pd.to_datetime(pd.Series([text])),
    lambda text: pa.array([text]).cast(pa.int8()),
    lambda text: {}[text],
    lambda text: pd.DataFrame({"one": [1]})[text],
    _decoded,
    lambda text: Path(f"/nowhere/{text}").read_bytes(),
)
