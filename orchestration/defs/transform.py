"""The dbt parts of a run: the seeds where they changed, everything before the Python stages, the published tables."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import dagster as dg

from data_quality.judge import import_beside
from orchestration.channels.engine import registry
from orchestration.data_horizon import require_data
from orchestration.dbt_calls import LOG, DbtFailed, NodeDone, call, folder_of
from orchestration.dbt_checks import is_test, keep_outcomes, lacking
from orchestration.dbt_graph import models, nodes, parents_of, table_of
from orchestration.defs.dbt_errors import TablesFailed, failed_tests_say, what_failed
from orchestration.defs.inputs import require_inputs
from orchestration.defs.shared import OWNERS, Home, is_full_wanted, partition_dates
from orchestration.home_rules import load_seeds, own_rules
from orchestration.keeping.by_key import prepare
from orchestration.keeping.costs import expected, nights_of
from orchestration.keeping.dropping import drop, needed
from orchestration.keeping.ledger import Made, decide, last_made
from orchestration.keeping.rules import fingerprint
from orchestration.keeping.tables import is_fact
from orchestration.keeping.words import rows_of, said, said_of_keys
from orchestration.progress import TOLD
from orchestration.publishing.versions import Store
from orchestration.python_tables import create_missing
from orchestration.release import note, noted, release_of_seeds
from orchestration.seed_tests import failures, seed_tests
from orchestration.settings import Settings
from orchestration.warehouse import connect

#: All of dbt's seeds as one asset: they change with a release, not with a night.
SEEDS: Final = dg.AssetKey(["staging", "seeds"])
_LAST: Final = ("figures", "published")
#: The stages whose tables, but for dbt's own, Dagster keeps by date.
_DATED: Final = ("scores", "recall")
_MADE_BY_DBT: Final = {table_of(node) for node in models().values()}
_STAGING: Final = PurePosixPath("models/staging")


def key_of(stage: str, table: str) -> dg.AssetKey:
    """Return the asset that a table of the warehouse stands in: its own, or that of all seeds."""
    return SEEDS if stage == "seeds" else dg.AssetKey([stage, table])


def _key(unique_id: str) -> dg.AssetKey:
    return key_of(*table_of(nodes()[unique_id]))


def _dep(key: dg.AssetKey) -> dg.AssetDep:
    """Return that a model reads an asset; of one with dates, Dagster need not list all of them since 2009 (1 CPU s)."""
    is_dated = key.path[0] in _DATED and tuple(key.path) not in _MADE_BY_DBT
    return dg.AssetDep(key, partition_mapping=dg.LastPartitionMapping() if is_dated else None)


def _spec(unique_id: str, node: Mapping[str, Any]) -> dg.AssetSpec:
    """Return the asset of one model: keyed by stage and table, with the words, columns and file of its yml and SQL."""
    stage, table = table_of(node)
    return dg.AssetSpec(
        _key(unique_id),
        deps=[
            _dep(key) for key in sorted({_key(parent) for parent in parents_of(unique_id)}, key=lambda key: key.path)
        ],
        description=f"{node['description']}\n\nSQL: `dbt_project/{node['original_file_path']}`",
        group_name=node["schema"],
        owners=OWNERS,
        kinds={"dbt", "duckdb"},
        tags={"siyu/stage": stage, "siyu/read": "published" if node["config"]["meta"].get("published") else "inside"},
        metadata={
            "dagster/table_name": f"{stage}.{table}",
            **({"dagster/column_schema": _columns(node)} if node["columns"] else {}),
        },
        skippable=True,
    )


def _columns(node: Mapping[str, Any]) -> dg.TableSchema:
    """Return the columns that a model's yml declares: name, type and words, and which of them are never null."""
    return dg.TableSchema([
        dg.TableColumn(
            column["name"],
            column["data_type"] or "unknown",
            column["description"],
            dg.TableColumnConstraints(nullable=not any(one["type"] == "not_null" for one in column["constraints"])),
        )
        for column in node["columns"].values()
    ])


_SPECS: Final = {unique_id: _spec(unique_id, node) for unique_id, node in models().items()}
_FIRST_SPECS: Final = {one: spec for one, spec in _SPECS.items() if spec.group_name not in _LAST}
_LAST_SPECS: Final = {one: spec for one, spec in _SPECS.items() if spec.group_name in _LAST}


#: What is made before a run knows which dates it has to make: all that is not told by date.
_FACT_SPECS: Final = {one: spec for one, spec in _FIRST_SPECS.items() if is_fact(one)}
_DATED_SPECS: Final = {one: spec for one, spec in _FIRST_SPECS.items() if one not in _FACT_SPECS}


def _call(
    settings: Settings, command: Sequence[str], dates: dict[str, list[str]], kept_under: str = ""
) -> Iterator[NodeDone]:
    """Call dbt; keep what its tests found, and say what failed as a person reads it."""
    tests: list[NodeDone] = []
    try:
        whole = [*command, "--exclude-resource-type", "unit_test"]
        with contextlib.closing(call(settings, whole, dates, kept_under)) as done:
            for node in done:
                if is_test(node.unique_id):
                    tests.append(node)
                yield node
    except DbtFailed as error:
        with connect(settings) as warehouse:
            said = failed_tests_say(error.failed, warehouse)
            keep_outcomes(warehouse, tests, said)
        raise TablesFailed(what_failed(error, folder_of(settings) / LOG, said)) from None
    if tests:
        with connect(settings) as warehouse:
            keep_outcomes(warehouse, tests)


def folders(unique_ids: Iterable[str], standing: Sequence[str] = ()) -> list[str]:
    """Return how dbt selects some models: by their folders, without those of channels whose staging stands.

    Left out, not excluded: with a model dbt excludes every test that reads it, the grain of all staging among them. A
    folder that holds others too is not selected as a whole.
    """
    files = {PurePosixPath(nodes()[one]["original_file_path"]) for one in unique_ids}
    others = {PurePosixPath(node["original_file_path"]) for node in models().values()} - files
    mixed = {_STAGING, *(folder for file in others for folder in file.parents)}
    found = {file if file.parent in mixed else file.parent for file in files}
    return [f"path:{one}" for one in sorted(found - {_STAGING / name for name in standing})]


def _build(
    context: dg.AssetExecutionContext,
    home: Home,
    specs: Mapping[str, dg.AssetSpec],
    standing: Sequence[str] = (),
    made: Made | None = None,
    kept_under: str = "",
    only_own_tests: bool = False,
) -> Iterator[dg.MaterializeResult]:
    """Build the selected tables, in one call for all dates that the run makes; report each as it is done."""
    wanted = [unique_id for unique_id, spec in specs.items() if spec.key in context.selected_asset_keys]
    names = folders(specs, standing) if len(wanted) == len(specs) else [nodes()[one]["name"] for one in wanted]
    dates = home.plan(context).dates_for_dbt(*((made.state, made.features) if made else ()))
    # a test that reads a table of the next call as well belongs to that one
    tests = ["--indirect-selection", "buildable"] if only_own_tests else []
    for node in _call(home.settings, ["build", *tests, "--select", *names], dates, kept_under):
        if node.succeeded and node.unique_id in specs:
            metadata = {"seconds": round(node.seconds, 2)}
            yield dg.MaterializeResult(asset_key=specs[node.unique_id].key, metadata=metadata)


@dg.asset(
    key=SEEDS,
    group_name="staging",
    owners=OWNERS,
    description="Vocabularies, thresholds, policies and prices: dbt's seeds and their tests, loaded when they change.",
    kinds={"dbt", "csv"},
)
def seeds(home: Home) -> dg.MaterializeResult:
    """Load the seeds when the warehouse holds other ones, and let dbt's tests judge them."""
    started, settings = time.monotonic(), home.settings
    release = release_of_seeds(rules.file for rules in own_rules(settings))
    with connect(settings) as warehouse:
        tests = seed_tests()
        loaded = noted(warehouse, "seeds") != release or lacking(warehouse, tests)
        if loaded:  # until all are in and tested, the warehouse holds those of no release
            note(warehouse, "seeds", "")
            load_seeds(warehouse, settings)
    if loaded:
        with connect(settings) as warehouse:
            found = failures(warehouse, tests)
            if not any(found.values()):
                keep_outcomes(warehouse, [NodeDone(one, True, 0.0, 0) for one in found])
        # dbt says what is wrong, and asks what is no plain count
        if any(found.values()) or len(found) < len(tests):
            for _ in _call(settings, ["test", "--select", "resource_type:seed"], {}):
                pass
        with connect(settings) as warehouse:
            note(warehouse, "seeds", release)
    seconds = round(time.monotonic() - started, 2)
    own_names = ", ".join(rules.seed for rules in own_rules(settings)) or "none"
    metadata = {"loaded": loaded, "seconds": seconds, "release": release, "own_rules": own_names}
    return dg.MaterializeResult(metadata=metadata)


@dg.multi_asset(name="customers_to_features", specs=list(_FIRST_SPECS.values()), can_subset=True)
def customers_to_features(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Build staging, identity, customer, segments, lifecycle and features for all dates of the run."""
    settings = home.settings
    with connect(settings) as warehouse:
        require_data(warehouse, partition_dates(context), settings.restate_days, str(settings.landing))
        release = noted(warehouse, "dbt") or ""
        silent = [name for name, channel in registry.channels().items() if _is_silent(warehouse, channel.tables())]
        standing = [name for name in silent if noted(warehouse, f"staging of {name}") == release]
    if len(list(context.selected_asset_keys)) < len(_FIRST_SPECS):
        # a person materialised some tables: what is kept and of a silent channel's staging nothing is known by it
        with connect(settings) as warehouse:
            require_inputs(context, warehouse, home.plan(context))
            made = last_made(warehouse, home.plan(context))
        yield from _build(context, home, _FIRST_SPECS, standing, made)
        return
    rules = fingerprint(settings)
    with connect(settings) as warehouse:
        touched = prepare(warehouse, rules, is_full_wanted(context))
    context.log.info(f"{TOLD}{said_of_keys(touched)}")
    yield from _build(context, home, _FACT_SPECS, standing, kept_under=rules, only_own_tests=True)
    with connect(settings) as warehouse:
        made = decide(warehouse, home.plan(context), rules, settings.horizon_days, is_full_wanted(context))
        context.log.info(f"{TOLD}{said(rows_of(warehouse))}")
    if cost := expected(nights_of(settings.last_run), len(made.causes), made.trains):
        context.log.info(f"{TOLD}this night is expected to cost {cost:.0f} CPU s")
    yield from _build(context, home, _DATED_SPECS, made=made, kept_under=rules)
    with connect(settings) as warehouse:
        store = Store(settings.published)
        published = store.newest_by_date() if store.versions.is_dir() else {}  # nothing is on a home's first night
        drop(warehouse, *needed(home.plan(context), published))
    with connect(settings) as warehouse:
        for name in registry.channels():
            known = release if name in silent else ""
            if (noted(warehouse, f"staging of {name}") or "") != known:
                note(warehouse, f"staging of {name}", known)


def _is_silent(warehouse: Any, tables: Sequence[str]) -> bool:
    """Whether nothing has ever landed of a channel: what staging makes of it then is empty, the same every night."""
    return not any(warehouse.execute(f'select 1 from channels."{table}" limit 1').fetchone() for table in tables)


@dg.multi_asset(name="published_tables", specs=list(_LAST_SPECS.values()), can_subset=True)
def published_tables(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult]:
    """Build the figures and the published tables from every stage before them."""
    with connect(home.settings) as warehouse:
        create_missing(warehouse)
        require_inputs(context, warehouse, home.plan(context))
    import_beside()
    yield from _build(context, home, _LAST_SPECS)
