"""What Dagster loads: every stage's assets and checks, the daily job, its schedule and the home."""

import sys
from pathlib import Path

import dagster as dg

from orchestration import defs
from orchestration.dbt_cli import DbtCommand
from orchestration.defs.jobs import daily, every_morning
from orchestration.defs.shared import Home
from orchestration.defs.transform import PROJECT

#: dbt of this very environment, whether or not it is activated.
DBT = str(Path(sys.executable).with_name("siyu-dbt"))

definitions = dg.Definitions(
    assets=dg.load_assets_from_package_module(defs),
    asset_checks=dg.load_asset_checks_from_package_module(defs),
    jobs=[daily],
    schedules=[every_morning],
    resources={"home": Home(), "dbt": DbtCommand(project_dir=PROJECT, dbt_executable=DBT)},
    executor=dg.in_process_executor,
)
