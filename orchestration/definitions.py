"""What Dagster loads: every stage's assets and checks, the daily job, its schedule and the home."""

import dagster as dg

from orchestration import dagster_shortcuts, defs
from orchestration.defs.jobs import before_the_cut_off, daily, every_morning, pulls
from orchestration.defs.shared import Home
from orchestration.defs.telling import failed_night, mended_night, watch

dagster_shortcuts.install()
definitions = dg.Definitions(
    assets=dg.load_assets_from_package_module(defs),
    asset_checks=dg.load_asset_checks_from_package_module(defs),
    jobs=[daily, pulls],
    schedules=[every_morning, before_the_cut_off],
    sensors=[failed_night, mended_night, watch],
    resources={"home": Home()},
    executor=dg.in_process_executor,
)
