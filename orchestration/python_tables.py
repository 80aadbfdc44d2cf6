"""Columns and warehouse types of the tables that Python stages write and dbt reads as sources.

They stand in one place so that a brand without models, scores or candidates still publishes: what is missing is
made empty before dbt reads it. Instants are ``TIMESTAMP`` in UTC, money is ``BIGINT`` fen, lists are ``VARCHAR[]``.
"""

from typing import Final

import duckdb

_PLAN: Final = {
    "as_of_date": "DATE",
    "one_id": "VARCHAR",
    "audience_id": "VARCHAR",
    "audience_kind": "VARCHAR",
    "policy_id": "VARCHAR",
    "ladder_step": "BIGINT",
    "campaign_id": "VARCHAR",
    "arm": "VARCHAR",
    "assignment_probability": "DOUBLE",
    "message_channel": "VARCHAR",
    "staff_id": "VARCHAR",
    "store_id": "VARCHAR",
    "offer_id": "VARCHAR",
    "pay_rate": "DOUBLE",
    "wave": "VARCHAR",
    "send_after_at": "TIMESTAMP",
    "send_before_at": "TIMESTAMP",
    "valid_until_at": "TIMESTAMP",
    "stop_if": "VARCHAR[]",
    "content_theme": "VARCHAR",
    "churn_probability": "DOUBLE",
    "organic_return_probability": "DOUBLE",
    "lift_p50": "DOUBLE",
    "expected_cost_fen": "BIGINT",
    "net_p10_fen": "BIGINT",
    "net_p50_fen": "BIGINT",
    "net_p90_fen": "BIGINT",
    "roi_p10": "DOUBLE",
    "roi_p50": "DOUBLE",
    "roi_p90": "DOUBLE",
    "basis": "VARCHAR",
    "consent_purpose": "VARCHAR",
    "why": "VARCHAR",
}

#: ``schema.table`` -> column -> DuckDB type, in the table's order.
PYTHON_TABLES: Final[dict[str, dict[str, str]]] = {
    "models.registry": {
        "training_date": "DATE",
        "model": "VARCHAR",
        "model_id": "VARCHAR",
        "champion": "VARCHAR",
        "basis": "VARCHAR",
        "horizon_days": "BIGINT",
        "auc": "DOUBLE",
        "pr_auc": "DOUBLE",
        "brier": "DOUBLE",
        "top_decile_lift": "DOUBLE",
        "ece": "DOUBLE",
        "gates_passed": "BOOLEAN",
        "card": "VARCHAR",
    },
    "scores.customer_scores": {
        "as_of_date": "DATE",
        "one_id": "VARCHAR",
        "model": "VARCHAR",
        "model_version": "VARCHAR",
        "horizon_days": "BIGINT",
        "score": "DOUBLE",
        "decile": "BIGINT",
        "basis": "VARCHAR",
        "reason_1": "VARCHAR",
        "reason_2": "VARCHAR",
        "reason_3": "VARCHAR",
    },
    "recall.assignment": {
        "as_of_date": "DATE",
        "one_id": "VARCHAR",
        "arm": "VARCHAR",
        "audience_id": "VARCHAR",
        "assignment_probability": "DOUBLE",
        "global_holdout": "BOOLEAN",
    },
    "recall.audience": _PLAN,
    "recall.tasks": {
        "as_of_date": "DATE",
        "task_id": "VARCHAR",
        "audience_id": "VARCHAR",
        "one_id": "VARCHAR",
        "staff_id": "VARCHAR",
        "store_id": "VARCHAR",
        "message_channel": "VARCHAR",
        "priority": "BIGINT",
        "send_after_at": "TIMESTAMP",
        "send_before_at": "TIMESTAMP",
        "template_id": "VARCHAR",
        "template_variables": "VARCHAR",
        "offer_id": "VARCHAR",
        "offer_words": "VARCHAR",
        "why": "VARCHAR",
        "talking_point_1": "VARCHAR",
        "talking_point_2": "VARCHAR",
        "do_not_say": "VARCHAR",
        "stop_if": "VARCHAR[]",
        "fallback_channel": "VARCHAR",
        "expected_net_p50_fen": "BIGINT",
    },
    "recall.budget": {
        "as_of_date": "DATE",
        "audience_id": "VARCHAR",
        "budget_fen": "BIGINT",
        "expected_cost_fen": "BIGINT",
        "shadow_price": "DOUBLE",
        "dual_bound_fen": "BIGINT",
        "optimality_gap": "DOUBLE",
    },
    "recall.roi_curve": {
        "as_of_date": "DATE",
        "audience_id": "VARCHAR",
        "budget_fen": "BIGINT",
        "net_p10_fen": "BIGINT",
        "net_p50_fen": "BIGINT",
        "net_p90_fen": "BIGINT",
    },
    "recall.outcomes": {
        "as_of_date": "DATE",
        "audience_id": "VARCHAR",
        "read_on_date": "DATE",
        "predicted_net_p10_fen": "BIGINT",
        "predicted_net_p50_fen": "BIGINT",
        "predicted_net_p90_fen": "BIGINT",
        "realised_net_fen": "BIGINT",
        "realised_low_fen": "BIGINT",
        "realised_high_fen": "BIGINT",
        "sent_share": "DOUBLE",
        "srm_p_value": "DOUBLE",
        "inside_interval": "BOOLEAN",
    },
}


def create_missing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Create, empty, every Python table that the warehouse lacks; return the names of those created, sorted."""
    present = {
        f"{schema}.{table}"
        for schema, table in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    }
    missing = sorted(set(PYTHON_TABLES) - present)
    for name in missing:
        schema, table = name.split(".")
        columns = ", ".join(f'"{column}" {kind}' for column, kind in PYTHON_TABLES[name].items())
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f'create table "{schema}"."{table}" ({columns})')
    return missing
