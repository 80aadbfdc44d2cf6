"""The gate of published: what must hold of the very files that readers will read.

Relations are views of the same names over the version's Parquet files, plus ``refusals``, ``unread`` (refusals that
could not be read) and ``consents`` as they stand in the warehouse at publish, ``figures`` (the seed kpis) and
``version`` (one row: as_of_date, ends_at, cut_off_at; customers_before, the rows of customers in the version of the
nearest date before it, and contactable_before, those of them with a channel both reachable and consented, else null).
Rows of which the door kept something back are counted as they stood before it.
"""

from collections.abc import Sequence
from typing import Final

from data_quality.checks import Check
from data_quality.suites.hard_rules import hard_rule_checks
from data_quality.suites.recall import RecallLimits, recall_checks
from data_quality.suites.shapes import TableShape, shape_checks

#: How many rows of customers have a channel on which they can be reached and have agreed to be.
CONTACTABLE: Final = "count(case when len(list_intersect(reachable_channels, consented_channels)) > 0 then 1 end)"
#: Below so many people half of them is chance.
_FEW: Final = 10
_VERSION_DATE: Final = "(select as_of_date from version)"


def _count(condition: str) -> str:
    return f"count(case when {condition} then 1 end)"


_CUSTOMERS: Final = [
    Check(
        "customers_are_there",
        "customers",
        "count(*) + (select count(*) from kpi_daily where kpi = 'paid_to_date' and numerator > 0)",
        "Neither a customer nor a sale is known at the date; is there data for it?",
        "这个日期既没有客户也没有成交；这一天有数据吗？",
        low=1,
        high=None,
    ),
    Check(
        "customers_net_is_paid_less_refunded",
        "customers",
        _count("net_paid_fen <> paid_fen - refunded_fen"),
        "The money columns of people.customer_profile disagree.",
        "people.customer_profile 的几列金额互相矛盾。",
    ),
    Check(
        "customers_have_an_order_when_they_have_a_first_order",
        "customers",
        _count("(order_count > 0) <> (first_order_at is not null) or first_order_at > last_order_at"),
        "order_count, first_order_at and last_order_at disagree in people.customer_profile.",
        "people.customer_profile 的 order_count、first_order_at、last_order_at 互相矛盾。",
    ),
    Check(
        "customers_know_nothing_of_the_future",
        "customers",
        _count("greatest(first_seen_at, last_seen_at, first_order_at, last_order_at) >= (select ends_at from version)"),
        "Something after the end of the date was counted: a model read a state without its date (states_at).",
        "算进了这一天结束之后的事：有模型读状态时没有带日期（states_at）。",
    ),
    Check(
        "customers_amounts_are_not_negative",
        "customers",
        _count("least(order_count, paid_fen, freight_fen, refunded_fen, excess_refund_fen, net_paid_fen) < 0"),
        "A total is negative; look at the refunds' sign in staging.",
        "有合计为负；请看 staging 里退款的正负号。",
    ),
    Check(
        "customers_did_not_halve_or_double_overnight",
        "customers",
        "coalesce(count(*) / nullif(max(version.customers_before), 0), 1)",
        (
            "Compared with the version of the date before: did files stay away, or did identity merge or split"
            " people? A real change may be released with a reason."
        ),
        "与前一日的版本相比：是有文件没到，还是身份把人合并或拆开了？若确实如此，可写明原因后放行。",
        relation="customers cross join version",
        low=0.5,
        high=2,
        is_comparison=True,
    ),
    Check(
        "contactable_customers_did_not_halve_overnight",
        "customers",
        f"coalesce({CONTACTABLE}"
        f" / nullif(max(case when contactable_before >= {_FEW} then contactable_before end), 0), 1)",
        (
            "People who may be written to have gone, compared with the version of the date before: did a consent or"
            " contact file stay away or change its words? A real change may be released with a reason."
        ),
        "与前一日的版本相比，可以联系的人少了：是同意或联系方式的文件没到，还是用词变了？若确实如此，可写明原因后放行。",
        relation="customers cross join version",
        low=0.5,
        high=None,
        is_comparison=True,
    ),
    Check(
        "money_in_equals_money_out",
        "customers",
        "coalesce(sum(paid_fen), 0)"
        " - coalesce((select sum(numerator) from kpi_daily where kpi = 'paid_to_date' and value_key"
        " = 'identified'), 0)",
        "Orders of known people do not sum to customers.paid_fen: identity or a join lost or doubled orders.",
        "已知客户的订单之和不等于 customers.paid_fen：身份或某个关联丢了或重复了订单。",
    ),
    Check(
        "customers_segments_and_stages_speak_of_the_same_people",
        "customers",
        _count("customers.one_id is null or customer_segments.one_id is null or customer_lifecycle.one_id is null"),
        "customers, customer_segments and customer_lifecycle have different people; rebuild segments and lifecycle.",
        "customers、customer_segments、customer_lifecycle 里的人不一致；请重建 segments 与 lifecycle。",
        relation="customers full join customer_segments using (one_id) full join customer_lifecycle using (one_id)",
    ),
]

_SEGMENTS: Final = [
    Check(
        "rfm_scores_lie_between_1_and_5",
        "customer_segments",
        _count("r_score not between 1 and 5 or f_score not between 1 and 5 or m_score not between 1 and 5"),
        "A cut of the RFM seeds is missing.",
        "RFM 种子表缺了一档分界。",
    ),
    Check(
        "who_ordered_has_all_three_rfm_scores",
        "customer_segments",
        _count(
            "(order_count_365d > 0 and exclusion is null)"
            " <> (r_score is not null and f_score is not null and m_score is not null)"
        ),
        "An RFM score is missing, or stands without an order in 365 days or for somebody whom a hard rule keeps out.",
        "缺少 RFM 分，或者 365 天内没有订单的人、被硬规则排除的人有 RFM 分。",
        relation="customer_segments inner join customers using (one_id)",
    ),
    Check(
        "pyramid_scores_lie_between_0_and_100",
        "customer_segments",
        _count("pyramid_score not between 0 and 100"),
        "Look at segments' pyramid.",
        "请看 segments 的金字塔分。",
    ),
    Check(
        "stages_began_on_or_before_the_date",
        "customer_lifecycle",
        _count("greatest(purchase_stage_since, aipl_stage_since, five_a_stage_since) > as_of_date"),
        "A stage began in the future; look at lifecycle's since columns.",
        "有阶段开始于未来；请看 lifecycle 的 since 各列。",
    ),
    Check(
        "stages_are_those_that_have_words",
        "customer_lifecycle",
        # Without words nothing can be told of a stage; that they are there is the contract's.
        _count("stages.code is not null and words.code is null and (select count(*) from words) > 0"),
        "A stage stands in no row of the table words; look at lifecycle's seeds and at words.",
        "有阶段在 words 表里没有说法；请看 lifecycle 的种子表和 words。",
        relation=(
            "(select 'purchase_stage' as kind, purchase_stage as code from customer_lifecycle"
            " union all select 'aipl_stage' as kind, aipl_stage as code from customer_lifecycle"
            " union all select 'five_a_stage' as kind, five_a_stage as code from customer_lifecycle) as stages"
            " left join words on stages.kind = words.kind and stages.code = words.code"
        ),
    ),
    Check(
        "transitions_have_rates_within_0_and_1",
        "stage_transitions",
        _count("rate not between 0 and 1 or customer_count <= 0 or (is_leap and is_fall)"),
        "Look at lifecycle.stage_transitions.",
        "请看 lifecycle.stage_transitions。",
    ),
]

_IDENTITY: Final = [
    Check(
        "an_identifier_is_one_persons_at_a_time",
        "identity_map",
        "count(*) - count(distinct (id_type, id_scope, id_token))",
        "An identifier has two current owners; look at identity.identifiers.",
        "一个标识现在有两个主人；请看 identity.identifiers。",
        relation=(
            "(select * from identity_map where known_to is null and valid_to is null and one_id is not null)"
            " as current_links"
        ),
    ),
    Check(
        "an_identifier_joins_or_says_why_not",
        "identity_map",
        _count("(one_id is null) <> (no_join_reason is not null)"),
        "A row has neither a person nor a reason, or both.",
        "有一行既没有人也没有原因，或者两样都有；请看 identity.identifiers。",
    ),
    Check(
        "links_were_known_at_the_cut_off",
        "identity_map",
        _count("greatest(known_from, known_to) > (select cut_off_at from version)"),
        "A link learned after the cut-off is in the version.",
        "版本里有截数时刻之后才知道的关联。",
    ),
    Check(
        "every_customer_is_in_the_identity_map",
        "identity_map",
        _count("identity_map.one_id is null"),
        "A customer has no current identifier.",
        "有客户没有当前有效的标识；请看 identity.identifiers。",
        relation=(
            "customers left join (select distinct one_id from identity_map where known_to is null) as identity_map"
            " using (one_id)"
        ),
    ),
    Check(
        "replaced_ids_are_no_customers",
        "identity_redirects",
        "count(*)",
        "An id that redirects elsewhere still has a customers row.",
        "一个已经转到别处的 one_id 在 customers 里还有一行。",
        relation=(
            "(select distinct one_id_old from identity_redirects where change = 'merge') as redirects"
            " inner join customers on redirects.one_id_old = customers.one_id"
        ),
    ),
]

_FIGURES: Final = [
    Check(
        "scores_are_probabilities",
        "customer_scores",
        _count("score not between 0 and 1 or decile not between 1 and 10"),
        "Look at ml/scores.",
        "请看 ml/scores。",
    ),
    Check(
        "scores_speak_of_customers",
        "customer_scores",
        _count("customers.one_id is null"),
        "A score speaks of somebody who is not in customers.",
        "有评分说的人不在 customers 里。",
        relation="customer_scores left join customers using (one_id)",
    ),
    Check(
        "shares_lie_between_0_and_1",
        "kpi_daily",
        _count(
            "figures.unit = 'share' and (value < 0 or value > 1 or not isfinite(value)) and"
            " kpi_daily.kpi <> 'fan_conversion_rate'"
        ),
        "A share is above the whole: numerator and denominator count different things.",
        "有占比大于整体：分子与分母数的不是同一样东西。",
        relation="kpi_daily inner join figures using (kpi)",
    ),
    Check(
        "every_figure_is_explained",
        "kpi_daily",
        _count("figures.kpi is null"),
        "A figure is not in the seed kpis.",
        "有指标不在种子表 kpis 里。",
        relation="kpi_daily left join figures using (kpi)",
    ),
    Check(
        "attribution_models_share_out_the_same_orders",
        "channel_attribution",
        # rounded to four decimals, of at most some hundred channels
        "coalesce(sum(case when most - least > 0.05 then 1 else 0 end), 0)",
        "The models of attribution do not give out the same orders, or one is missing.",
        "各归因模型分出去的订单数不相等，或缺了一种。",
        relation=(
            "(select window_days, max(orders) as most, case when count(*) < (select count(distinct model) from"
            " channel_attribution) then -1 else min(orders) end as least"
            " from (select window_days, model, sum(conversions) as orders from channel_attribution group"
            " by all) as models"
            " group by all) as windows"
        ),
    ),
    Check(
        "attribution_models_share_out_the_same_revenue",
        "channel_attribution",
        "coalesce(max(most - least), 0)",
        "The models of attribution do not sum to the same revenue.",
        "各归因模型分出去的收入之和不相等。",
        relation=(
            "(select window_days, max(revenue) as most, min(revenue) as least from"
            " (select window_days, model, sum(revenue_fen) as revenue from channel_attribution group"
            " by all) as models"
            " group by all) as windows"
        ),
    ),
    Check(
        "attribution_shares_out_what_was_sold",
        "channel_attribution",
        "coalesce(max(abs(attributed - sold)), 0)",
        "The orders shared out are not the orders of kpi_daily in the window.",
        "归因分出去的订单不等于窗口内 kpi_daily 的订单。",
        relation=(
            "(select window_days, sum(revenue_fen) as attributed, (select coalesce(sum(numerator), 0) from kpi_daily"
            " where kpi = 'gmv' and dimension = 'all' and kpi_date > (select as_of_date from"
            " version) - cast(window_days as integer)) as sold"
            " from channel_attribution where model = 'first' group by window_days) as windows"
        ),
    ),
    Check(
        "staff_figures_are_not_negative",
        "staff_daily",
        _count("least(tasks, sent, replied, bought, new_friends, deleted_friends, followed_customers) < 0"),
        "Look at models/published/published_staff_daily.sql.",
        "请看 models/published/published_staff_daily.sql。",
    ),
]


def published_checks(shapes: Sequence[TableShape], limits: RecallLimits) -> list[Check]:
    """Return every check of the published gate for the declared tables and the limits of the recall plan."""
    declared = [check for shape in shapes for check in shape_checks(shape, _VERSION_DATE)]
    kept_out = hard_rule_checks(shapes)
    return [*declared, *_CUSTOMERS, *_SEGMENTS, *kept_out, *_IDENTITY, *_FIGURES, *recall_checks(limits)]
