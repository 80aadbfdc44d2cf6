"""What no published table may say of whom a hard rule keeps out: they are counted, and neither listed nor profiled."""

from collections.abc import Sequence
from typing import Final

from data_quality.checks import Check
from data_quality.suites.shapes import TableShape

#: Where everybody stands: with what their records say of them, their sums and dates, and the ids they are joined by.
COUNTED: Final = ("customers", "customer_segments", "customer_lifecycle", "identity_map", "identity_redirects")
#: What of a row is worked out about somebody: holds of nobody who is kept out.
_PROFILE: Final = (
    "preferred_channel is not null", "preferred_hour is not null", "len(tags) > 0", "r_score is not null",
    "f_score is not null", "m_score is not null", "rfm_segment is not null", "pyramid_score is not null",
    "pyramid_tier is not null", "activity_points is not null", "conversion_points is not null",
    "matrix_cell is not null", "worth is not null", "super_user_role is not null", "price_attitude is not null",
    "novelty_attitude is not null", "len(interests) > 0", "need_state <> 'none'", "interest_journey_stage <> 'none'",
)  # fmt: skip


def hard_rule_checks(shapes: Sequence[TableShape]) -> list[Check]:
    """Return the checks of whom a hard rule keeps out; a new table with a ``one_id`` is looked through by itself."""
    listing = [shape.name for shape in shapes if _names_somebody(shape) and shape.name not in COUNTED]
    named = " union all ".join(f"select one_id from {name}" for name in listing)
    return [
        Check(
            "no_table_lists_whom_a_hard_rule_keeps_out",
            "customers",
            "count(case when exclusion is not null and may_be_served is null then 1 end)",
            (
                "A test account, staff or somebody under 18 stands in a list, a score or the log of plans; look at"
                " customer.hard_rules and at the table that names them."
            ),
            "测试账号、员工或未满 18 岁的人出现在名单、评分或计划日志里；请看 customer.hard_rules 和点到他们的那张表。",
            relation=(
                f"(select customers.exclusion, served.exclusion as may_be_served from ({named}) as named"
                " inner join customers using (one_id)"
                " left join profiling_exclusions as served on customers.exclusion = served.exclusion) as customers"
            ),
        ),
        Check(
            "nobody_a_hard_rule_keeps_out_has_a_profile",
            "customers",
            f"count(case when exclusion is not null and ({' or '.join(_PROFILE)}) then 1 end)",
            (
                "Something that is worked out about people (a score, tag, liked channel or hour, interest, need) is"
                " published of somebody whom a hard rule keeps out; look at customer.hard_rules."
            ),
            "被硬规则排除的人有推算出来的内容（评分、标签、偏好渠道或时段、兴趣、需求）；请看 customer.hard_rules。",
            relation=(
                "(select * from customers inner join customer_segments using (one_id)"
                " inner join customer_lifecycle using (one_id)) as customers"
            ),
        ),
    ]


def _names_somebody(shape: TableShape) -> bool:
    return "one_id" in (*shape.key, *shape.never_null)
