"""What other branches bring to the published tables: stands in for it until they are merged, and goes then."""

import duckdb


def stand_in(con: duckdb.DuckDBPyConnection) -> None:
    """Add what is not there yet, as unknown."""
    audience = {name for name, *_ in con.execute("describe recall_audience").fetchall()}
    if "play_id" not in audience:
        con.execute("alter view recall_audience rename to recall_audience_before").fetchall()
        con.execute(
            "create view recall_audience as select *, cast(null as varchar) as play_id from recall_audience_before"
        ).fetchall()
    cells = ", ".join(f"cast(null as varchar) as {name}" for name in ("one_id", "signal", "answered_by", "reason"))
    con.execute(f"create view if not exists recall_signals as select {cells} limit 0").fetchall()
