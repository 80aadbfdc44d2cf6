"""Columns and tables that other branches bring: stands in for them until they are merged, and goes then."""

import duckdb


def stand_in(con: duckdb.DuckDBPyConnection) -> None:
    """Add what is not there yet, as unknown."""

    def columns(table):
        return {name for name, *_ in con.execute(f"describe {table}").fetchall()}

    def tables():
        return {name for (name,) in con.execute("select view_name from duckdb_views() where not internal").fetchall()}

    if "list_kind" not in columns("recall_tasks"):
        con.execute("alter view recall_tasks rename to recall_tasks_0").fetchall()
        con.execute(
            "create view recall_tasks as select t.*, case when a.consent_purpose='service' then 'service' when a.arm='random' or p.net_mean_fen<=0 or t.expected_net_p50_fen<=0 then 'learning' else 'chosen' end as list_kind from recall_tasks_0 t left join recall_audience a using (one_id) left join recall_plans p using (one_id)"
        ).fetchall()
    if "play_id" not in columns("recall_audience"):
        con.execute("alter view recall_audience rename to recall_audience_0").fetchall()
        con.execute(
            "create view recall_audience as select *, cast(null as varchar) as play_id from recall_audience_0"
        ).fetchall()
    if "recall_signals" not in tables():
        con.execute(
            "create view recall_signals as select '' as one_id, '' as signal, '' as answered_by, '' as reason limit 0"
        ).fetchall()
    if "staff_handover" not in tables():
        con.execute("create view staff_handover as select '' as one_id, '' as proposed_staff_id limit 0").fetchall()
    if "stores" not in tables():
        con.execute("create view stores as select '' as store_id, '' as name, '' as city limit 0").fetchall()
    if "staff" not in tables():
        con.execute("create view staff as select '' as staff_id, '' as store_id, '' as role limit 0").fetchall()
