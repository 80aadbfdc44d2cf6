"""A small brand's published tables in a warehouse, coherent in themselves, so that a test can break one thing."""

import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from orchestration.channels.engine.tables import create_tables
from orchestration.channels.engine.unread_refusals import UNREAD
from orchestration.publish import Published, publish
from orchestration.publishing.contract import tables
from orchestration.seed_rows import SEEDS
from orchestration.settings import Settings

DATE = dt.date(2017, 11, 30)
PEOPLE = 12
#: P01 to P04 are to be sent something, P05 and P06 are held out, the others are no candidates.
DATED = (*tables(), "contact_consents", "profiling_refused_at_publish", "channel_freshness")
SENT, HELD_OUT = ("P01", "P02", "P03", "P04"), ("P05", "P06")


def brand(
    home: Path, dates: Sequence[dt.date] = (DATE,), break_it: Callable[[duckdb.DuckDBPyConnection], None] | None = None
) -> Settings:
    """Fill a home's warehouse with the published tables of some dates, then let ``break_it`` harm them."""
    settings = Settings(home=home)
    home.mkdir(parents=True, exist_ok=True)
    if settings.warehouse.exists():
        _fill_warehouse(settings.warehouse, dates)
    else:
        shutil.copy2(_filled(tuple(dates)), settings.warehouse)
    if break_it:
        with duckdb.connect(str(settings.warehouse)) as con:
            con.execute("set timezone = 'UTC'")
            break_it(con)
    return settings


@functools.cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    """Return where this process keeps what it copies homes from, until it ends."""
    return tempfile.TemporaryDirectory(prefix="published-world-")


@functools.cache
def _filled(dates: tuple[dt.date, ...]) -> Path:
    """Return a warehouse with the published tables of some dates, filled once."""
    warehouse = Path(tempfile.mkdtemp(dir=_kept().name)) / "warehouse.duckdb"
    _fill_warehouse(warehouse, dates)
    return warehouse


def _fill_warehouse(warehouse: Path, dates: Sequence[dt.date]) -> None:
    with duckdb.connect(str(warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        _create(con)
        for date in dates:
            _fill(con, date)


def published_brand(
    home: Path, dates: Sequence[dt.date] = (DATE,), of: Sequence[dt.date] | None = None
) -> tuple[Settings, Published]:
    """Return a home like ``brand``, its dates (or those of ``of``) published, and what publishing them said.

    A process publishes the same but once; each home is a copy, which a test may harm. They have their keys in common.
    """
    template, done = _published(tuple(dates), tuple(dates if of is None else of))
    shutil.copytree(template, home, symlinks=True, dirs_exist_ok=True)
    return Settings(home=home), done


@functools.cache
def _published(dates: tuple[dt.date, ...], of: tuple[dt.date, ...]) -> tuple[Path, Published]:
    settings = brand(Path(tempfile.mkdtemp(dir=_kept().name)), dates)
    return settings.home, publish(settings, list(of))


def grown(home: Path, dates: Sequence[dt.date] = (DATE,)) -> Settings:
    """Fill a home like ``brand``, of a brand that counts as grown whoever bought: it gets the whole report."""
    (home / "rules").mkdir(parents=True)
    shipped = (SEEDS / "report_settings.csv").read_text(encoding="utf-8")
    (home / "rules" / "report_settings.csv").write_text(
        shipped.replace("young_buyers,30,", "young_buyers,0,"), encoding="utf-8"
    )
    return brand(home, dates)


def add_date(settings: Settings, date: dt.date, harm: str) -> None:
    """Add a date's published tables to a home's warehouse, after harming them where nothing else stands."""
    with duckdb.connect() as apart:
        apart.execute("set timezone = 'UTC'")
        _create(apart)
        _fill(apart, date)
        apart.execute("use published")
        apart.execute(harm)
        harmed = {name: apart.sql(f"select * from published.{name}").to_arrow_table() for name in DATED}
    with duckdb.connect(str(settings.warehouse)) as con:
        con.execute("set timezone = 'UTC'")
        for name, rows in harmed.items():
            con.register("harmed", rows)
            con.execute(f"insert into published.{name} by name select * from harmed")
            con.unregister("harmed")


def _create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create schema if not exists published")
    con.execute("create schema if not exists seeds")
    for name, table in tables().items():
        columns = {table.partition: "date"} | {column.name: column.data_type for column in table.columns}
        con.execute(f"create or replace table published.{name} ({', '.join(f'{n} {t}' for n, t in columns.items())})")
    con.execute("create or replace table published.do_not_contact_at_publish (one_id varchar, message_channel varchar)")
    con.execute(
        "create or replace table published.unmet_refusals (message_channel varchar, place varchar, line bigint);"
        "create or replace table published.receipts_out_of_order (flag varchar, place varchar, line bigint);"
        "create or replace table published.records_that_disagree (as_of_date date, kind varchar, people bigint);"
        "create or replace table published.sending_receipts (as_of_date date, message_channel varchar,"
        " first_exported_date date, last_exported_date date, rows_out bigint, rows_told bigint, is_silent boolean)"
    )
    con.execute("create schema if not exists channels")
    listed = ", ".join(f"{name} {kind}" for name, kind in UNREAD.items())
    con.execute(f"create or replace table channels.unread_refusals ({listed})")
    create_tables(con)
    con.execute(
        "create or replace view published.sending_gate as select count(*) as unread_refusals, count(*) = 0 as is_open"
        " from channels.unread_refusals where accepted_at is null and not coalesce(is_read_widely, false)"
    )
    con.execute(
        "create or replace table published.contact_consents"
        " (as_of_date date, one_id varchar, message_channel varchar, purpose varchar)"
    )
    con.execute("create or replace table published.profiling_refused_at_publish (as_of_date date, one_id varchar)")
    con.execute(
        "create or replace table published.channel_freshness (as_of_date date, channel varchar,"
        " data_as_of date, is_stale boolean)"
    )
    con.execute("create or replace table seeds.kpis (kpi varchar, unit varchar)")
    con.execute(
        "create or replace table seeds.profiling_exclusions as"
        " select unnest(['profiling_refused', 'profiling_never_asked']) as exclusion"
    )
    con.execute(
        "create or replace table seeds.depth_rules as select * from (values"
        " ('lapsed', 'recall_90', 'recall', null::bigint, true, 30, 59, null),"
        " ('rung', 'ladder_1', 'first_order', 1, false, 30, null, null),"
        " ('today', 'today_95', 'recall', null, true, 0, 0, null),"
        " ('sure', 'today_75', 'recall', null, true, 0, 0, 'high')) as rules"
        " (rule_id, offer_id, audience_kind, ladder_step, has_ordered, least_days, most_days, identity_confidence)"
    )
    con.execute(
        "create or replace table seeds.recall_settings as select * from (values"
        " ('list_stands_hour', 8.5), ('quiet_to_hour', 9), ('quiet_from_hour', 21)) as hours (name, value)"
    )
    con.execute("insert into seeds.kpis values ('gmv', 'fen'), ('paid_to_date', 'fen'), ('active_rate', 'share')")


def _insert(con: duckdb.DuckDBPyConnection, table: str, select: str, date: dt.date) -> None:
    con.execute(f"insert into published.{table} by name {select}", {"d": date} if "$d" in select else {})


def _fill(con: duckdb.DuckDBPyConnection, date: dt.date) -> None:
    """One order of 100 yuan a person on the date itself; P01 has a second, refunded in part."""
    con.execute(
        f"create or replace temp table people as select printf('P%02d', i) as one_id, i from range(1,"
        f" {PEOPLE + 1}) as t(i)"
    )
    noon = "cast($d as timestamptz) + interval 4 hour"
    _insert(
        con,
        "customers",
        f"""select one_id, $d as as_of_date, {noon} as first_seen_at, {noon} as last_seen_at, ['pos'] as channels,
        ['wecom'] as reachable_channels, ['wecom'] as consented_channels, 'S1' as owner_staff_id,
        1 as order_count, {noon} as first_order_at,
        {noon} as last_order_at, 10000 as paid_fen, 0 as freight_fen, if(i = 1, 2500, 0) as refunded_fen,
        0 as excess_refund_fen,
        10000 - if(i = 1, 2500, 0) as net_paid_fen, [] as tags, 'high' as identity_confidence,
        false as is_island from people""",
        date,
    )
    _insert(
        con,
        "customer_segments",
        """select one_id, $d as as_of_date, 1 as order_count_365d, 10000 as net_paid_fen_365d,
        5 as r_score, 1 as f_score,
        3 as m_score, '一般发展' as rfm_segment, 20.5 as pyramid_score, '基础' as pyramid_tier, 0 as activity_points,
        30 as conversion_points, '唤醒' as matrix_cell, 'none' as worth, ['c1'] as interests, [] as moved_by_refreeze
        from people""",
        date,
    )
    _insert(
        con,
        "customer_lifecycle",
        (
            "select one_id, $d as as_of_date, 'first_buyer' as purchase_stage, $d as"
            " purchase_stage_since, 'purchase' as aipl_stage, $d as aipl_stage_since, 'act' as five_a_stage,"
            " $d as five_a_stage_since, 'none' as need_state,"
            " 'bought' as frequency_journey_stage, 'none' as interest_journey_stage,"
            " false as is_deleted_friend from people"
        ),
        date,
    )
    _insert(
        con,
        "identity_map",
        f"""select $d as as_of_date, 'customer_id' as id_type, 'pos' as id_scope, 'c' || i as id_token, one_id,
        {noon} as known_from, 100 as link_strength from people""",
        date,
    )
    _insert(
        con,
        "customer_scores",
        """select one_id, 'churn' as model, $d as as_of_date, 'churn-1' as model_version,
        28 as horizon_days, 0.25 as score,
        3 as decile, 'logit' as basis from people""",
        date,
    )
    _insert(
        con,
        "recall_assignment",
        """select one_id, $d as as_of_date, if(i <= 4, 'treat', 'holdout') as arm, 'recall-1' as audience_id,
        if(i <= 4, 0.95, 0.05) as assignment_probability, i > 4 as global_holdout, true as is_eligible
        from people where i <= 6""",
        date,
    )
    morning = "cast($d as timestamptz) + interval 26 hour"  # 10:00 in Shanghai, the next day
    plan = f"""'recall-1' as audience_id, one_id, 'S1' as staff_id, 'wecom' as message_channel,
    {morning} as send_after_at,
        {morning} + interval 90 minute as send_before_at, ['ordered', 'unsubscribed'] as stop_if,
        '平均32天买一次' as why"""
    _insert(
        con,
        "recall_audience",
        f"""select {plan}, $d as as_of_date, 'recall' as audience_kind, 'recall' as policy_id, 'treat' as arm,
        0.95 as assignment_probability, '1' as wave, {morning} + interval 11 hour as valid_until_at,
        'care' as content_theme,
        0.03 as lift_p50, 50 as expected_cost_fen, 10 as net_p10_fen, 100 as net_p50_fen,
        300 as net_p90_fen, 2 as roi_p50, 'w1' as template_id, '{{}}' as template_variables,
        'prior' as basis, 'chosen' as list_kind, 'rfm_keep' as play_id,
        'incentive' as purse, 'marketing' as consent_purpose, 'crm' as consent_source,
        cast($d as timestamptz) as consent_at from people where i <= 4""",
        date,
    )
    _insert(
        con,
        "recall_plans",
        """select one_id, $d as as_of_date, 'e' || i as episode_id, 'recall-1' as audience_id, 'recall' as policy_id,
        'recall' as audience_kind, 0 as ladder_step, 'recall_0' as campaign_id, 'marketing' as consent_purpose,
        'order' as objective, 'at_risk' as band, 'wecom' as message_channel, 'none' as depth,
        if(i <= 4, 'treat', 'held_back') as arm, 0.15 as held_back_probability, 0 as wait_probability,
        0.5 as option_probability, 0.4 as p0, 0 as contacts_28d, 0.03 as lift_mean, 0.01 as lift_p10,
        0.05 as lift_p90, 4000 as fen_per_lift, -50 as fen_at_no_lift, 50 as expected_cost_fen, 70 as net_mean_fen,
        10 as net_p10_fen, 300 as net_p90_fen, 0.25 as margin_rate, 'prior' as basis, 'f' as effects_hash,
        $d + 14 as ends_on, true as opens_episode, 'rfm_keep' as play_id from people where i <= 5""",
        date,
    )
    _insert(
        con,
        "recall_tasks",
        f"""select {plan}, 'T' || i as task_id, $d as as_of_date, 1 as priority, 'w1' as template_id,
        '{{}}' as template_variables,
        '妈妈' as talking_point_1, '深夜浏览' as do_not_say, 100 as expected_net_p50_fen,
        'chosen' as list_kind, false as is_learning, 'rfm_keep' as play_id from people where i <= 4""",
        date,
    )
    _insert(
        con,
        "recall_audience_summary",
        """select 'recall-1' as audience_id, 'wecom' as message_channel, 'no_offer' as offer_id, $d as as_of_date,
        4 as customer_count, 2 as holdout_count, 2 as eligible_holdout_count, 200 as expected_cost_fen,
        40 as net_p10_fen, 400 as net_p50_fen,
        1200 as net_p90_fen, 2 as roi_p50, 0.9 as probability_roi_positive""",
        date,
    )
    _insert(
        con,
        "recall_budget",
        """select 'recall-1' as audience_id, $d as as_of_date, 1000 as budget_fen, 200 as expected_cost_fen,
        0 as shadow_price, 0 as care_budget_fen, 0 as care_cost_fen, 0 as care_shadow_price,
        0 as service_cost_fen, 400 as dual_bound_fen, 0 as optimality_gap""",
        date,
    )
    _insert(
        con,
        "message_templates",
        (
            "select 'w1' as template_id, $d as as_of_date, 'wecom' as message_channel, 'recall' as"
            " scene_id, '你好{name}' as text_zh, 'Hello {name}' as text_en, true as approved"
        ),
        date,
    )
    _insert(
        con,
        "general_list",
        (
            "select one_id, $d as as_of_date, 'wecom' as message_channel, 'w1' as template_id,"
            " 'crm' as consent_source, cast($d as timestamptz) as consent_at from people where one_id = 'P05'"
        ),
        date,
    )
    _insert(
        con,
        "hand_over_list",
        "select one_id, $d as as_of_date, 'S9' as left_staff_id, 1 as net_paid_fen from people where one_id = 'P06'",
        date,
    )
    con.execute("update published.customers set exclusion = 'profiling_refused' where one_id = 'P05'")
    con.execute(
        "update published.customer_segments set r_score = null, f_score = null, m_score = null, rfm_segment = null,"
        " pyramid_score = null, pyramid_tier = null, activity_points = null, conversion_points = null,"
        " matrix_cell = null, worth = null, interests = [] where one_id = 'P05'"
    )
    paid = PEOPLE * 10000
    for kpi, value_key, numerator in (("gmv", "all", paid), ("paid_to_date", "identified", paid)):
        con.execute(
            "insert into published.kpi_daily (as_of_date, kpi_date, kpi, dimension, value_key, numerator, value)"
            " values ($d, $d, $kpi, 'all', $key, $n, $n)",
            {"d": date, "kpi": kpi, "key": value_key, "n": numerator},
        )
    for model in ("first", "last", "linear", "time_decay", "markov", "shapley"):
        con.execute(
            "insert into published.channel_attribution by name select $d as as_of_date, 7 as"
            " window_days, 'none' as channel,"
            " $model as model, 12 as conversions, cast($n as bigint) as revenue_fen",
            {"d": date, "model": model, "n": paid},
        )
    con.execute(
        "insert into published.staff_daily by name select $d as as_of_date, $d as kpi_date, 'S1' as"
        " staff_id, 4 as sent, 0 as replied,"
        " 0 as bought, 0 as new_friends, 0 as deleted_friends, 4 as followed_customers, 0 as private_gmv_fen",
        {"d": date},
    )
    con.execute(
        "insert into published.contact_consents select $d, one_id, 'wecom', 'marketing' from people", {"d": date}
    )
    con.execute("insert into published.channel_freshness values ($d, 'pos', $d, false)", {"d": date})
