"""What must hold of a published recall plan: whom nobody may write to, and that its sums are its rows'."""

import dataclasses
from collections.abc import Sequence

from data_quality.checks import Check


def _count(condition: str) -> str:
    return f"count(case when {condition} then 1 end)"


def _among(column: str, values: Sequence[str]) -> str:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} in ({listed})" if listed else "false"


@dataclasses.dataclass(frozen=True)
class RecallLimits:
    """What the plan was made under, handed in so that the suite holds no second copy of it.

    Attributes
    ----------
    sent_arms
        The arms that are sent something.
    staff_channels
        The channels that a member of staff carries.
    opens_hour, closes_hour
        Hours of the day in Asia/Shanghai: nothing is sent before the first, nor from the second on; 8.5 is 08:30.
    """

    sent_arms: Sequence[str]
    staff_channels: Sequence[str]
    opens_hour: float
    closes_hour: float


#: Plans with an offer beside the public facts of the person, and those of the public rules that fit.
_OFFERED = (
    "(select audience.one_id, audience.offer_id, count(rules.offer_id) as rules"
    " from recall_audience as audience inner join customers using (one_id)"
    " left join depth_rules as rules on audience.offer_id = rules.offer_id"
    # who left a cart or asked keeps the offer that they had without
    " and (audience.audience_kind = 'signal' or (audience.audience_kind = rules.audience_kind"
    " and coalesce(audience.ladder_step, 0) = coalesce(rules.ladder_step, audience.ladder_step, 0)))"
    " and (customers.last_order_at is not null) = rules.has_ordered"
    " and date_diff('day', cast(coalesce(customers.last_order_at, customers.registered_at) + interval 8 hour as date),"
    " (select as_of_date from version)) between rules.least_days and coalesce(rules.most_days, 1000000)"
    " and customers.identity_confidence = coalesce(rules.identity_confidence, customers.identity_confidence)"
    " where audience.offer_id is not null group by all) as offered"
)
#: What somebody is and not what they did: no offer may follow it, and no rule names it.
GROUPS = ("gender", "age_band", "city_tier")


def _difference(group: str) -> Check:
    """Return the figure of how far apart the groups of a trait stand in the share with an offer; it blocks nothing."""
    return Check(
        f"the_share_with_an_offer_differs_between_groups_of_{group}",
        "recall_audience",
        "coalesce(max(share) - min(share), 0)",
        "A figure, not a fault: offers follow public rules alone; few people make it large.",
        "这是数字，不是故障：优惠只看公开规则；人少时差别会显得大。",
        relation=(
            f"(select {group}, count(offer_id) / count(*) as share from recall_audience inner join customers"
            f" using (one_id) where {group} is not null group by {group}) as shares_by_{group}"
        ),
        low=None,
        high=None,
    )


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def recall_checks(limits: RecallLimits) -> list[Check]:
    """Return every check of the recall tables under the limits that the plan was made under."""
    sent = _among("arm", limits.sent_arms)
    assigned = _among("assignment.arm", limits.sent_arms)
    staffed = _among("message_channel", limits.staff_channels)
    minute = (
        "(extract(hour from send_after_at + interval 8 hour) * 60"
        " + extract(minute from send_after_at + interval 8 hour))"
    )
    opens, closes = round(limits.opens_hour * 60), round(limits.closes_hour * 60)
    return [
        Check(
            "nobody_held_out_is_sent_anything",
            "recall_audience",
            _count(
                "assignment.one_id is null"
                " or (assignment.global_holdout and recall_audience.consent_purpose <> 'service')"
                f" or not ({assigned})"
            ),
            "A person held out, or never drawn, is advertised to; holdouts are drawn before scoring.",
            "营销名单里有对照组的人，或从未参加抽签的人；对照组要在评分之前抽出。",
            relation="recall_audience left join recall_assignment as assignment using (one_id)",
        ),
        Check(
            "an_audience_is_of_sendable_arms",
            "recall_audience",
            _count(f"not ({sent})"),
            f"Only the arms {' and '.join(limits.sent_arms)} are sent.",
            f"只发送这些组：{'、'.join(limits.sent_arms)}。",
        ),
        Check(
            "no_play_hangs_on_an_invalid_tag",
            "recall_audience",
            "count(*)",
            "Somebody is met by a play whose trigger is a tag that tells nothing of who orders; see tag_validity.",
            "有人因为一个无效标签而被某种打法触达；请看 tag_validity。",
            relation=(
                "recall_audience inner join customer_segments using (one_id) inner join customer_lifecycle using"
                " (one_id) inner join tag_validity as validity on validity.verdict = 'invalid' and"
                " list_contains(validity.plays, recall_audience.play_id) and validity.tag in ('rfm:' || rfm_segment,"
                " 'matrix:' || matrix_cell, 'aipl:' || aipl_stage, 'five_a:' || five_a_stage,"
                " 'role:' || super_user_role, 'need_state:' || need_state, 'purchase:' || purchase_stage)"
            ),
        ),
        Check(
            "the_log_of_plans_names_whoever_is_sent_and_nobody_else_as_sent",
            "recall_plans",
            _count(
                "audience.one_id is null or plans.one_id is null or audience.message_channel <> plans.message_channel"
            ),
            (
                "Somebody stands in the audience and not as sent in the log of plans, or the other way round: held back"
                " people would be written to, or read as if they were."
            ),
            "有人在受众里，却没有作为“已发”记在计划日志里，或者反过来：留下的人会被发，或被当成已发来读。",
            relation=(
                f"(select one_id, message_channel from recall_plans where {sent} and message_channel <> 'nothing')"
                " as plans full join recall_audience as audience using (one_id)"
            ),
        ),
        Check(
            "nobody_who_refused_is_sent_anything",
            "recall_audience",
            "count(*)",
            "Somebody on the suppression list stands in the audience; rebuild published_recall_audience.",
            "受众里有拒绝名单上的人；请重建 published_recall_audience。",
            relation="recall_audience inner join refusals using (one_id, message_channel)",
        ),
        Check(
            "nobody_is_sent_anything_while_a_refusal_is_unread",
            "recall_audience",
            "count(*)",
            "A refusal could not be read (siyu refusals), and people stand in what is sent; rebuild published.",
            "有一条拒绝没能读懂（见 siyu refusals），而名单里已经有人；请重建 published。",
            relation=(
                "(select one_id from recall_audience union all select one_id from recall_tasks"
                " union all select one_id from general_list) as sent semi join unread on true"
            ),
        ),
        Check(
            "nobody_a_hard_rule_keeps_out_has_a_plan",
            "recall_audience",
            _count("customers.exclusion is not null and not (consent_purpose = 'service' and may_be_served)"),
            (
                "A test account, staff or somebody under 18 stands in the audience, or who did not agree to profiling"
                " with something that is not owed to them."
            ),
            "受众里有测试账号、员工、未满 18 岁的人；或没有同意画像的人收到了服务之外的内容。",
            relation=(
                "(select recall_audience.*, customers.exclusion, profiling_exclusions.exclusion is not null"
                " as may_be_served from recall_audience inner join customers using (one_id)"
                " left join profiling_exclusions on customers.exclusion = profiling_exclusions.exclusion) as customers"
            ),
        ),
        Check(
            "what_is_owed_says_nothing_of_a_profile",
            "recall_audience",
            _count(
                "consent_purpose = 'service' and (churn_probability is not null or lift_p50 is not null"
                " or organic_return_probability is not null or roi_p50 is not null or offer_id is not null)"
            ),
            "An answer or a reminder carries a score, an estimate of the person or an offer.",
            "有答复或提醒带着评分、对本人的估计或优惠。",
        ),
        Check(
            "the_general_list_is_of_whom_profiling_alone_keeps_out",
            "general_list",
            _count("profiling_exclusions.exclusion is null"),
            "The general list holds somebody whom another hard rule keeps out, or none does.",
            "通用名单里有被其他硬规则排除的人，或不受任何硬规则排除的人。",
            relation=(
                "general_list left join customers using (one_id)"
                " left join profiling_exclusions on customers.exclusion = profiling_exclusions.exclusion"
            ),
        ),
        Check(
            "nobody_on_the_general_list_refused_or_did_not_consent",
            "general_list",
            _count("refusals.one_id is not null or consents.one_id is null"),
            "Somebody on the general list refused its channel, or has no consent; rebuild published_general_list.",
            "通用名单里有人拒绝了该渠道，或没有同意；请重建 published_general_list。",
            relation=(
                "general_list left join refusals using (one_id, message_channel)"
                " left join consents on general_list.one_id = consents.one_id"
                " and general_list.message_channel = consents.message_channel and consents.purpose = 'marketing'"
            ),
        ),
        Check(
            "everybody_sent_has_consented",
            "recall_audience",
            _count("consents.one_id is null"),
            "Somebody in the audience has no consent for the channel and purpose.",
            "受众里有人没有同意该渠道与用途。",
            relation=(
                "recall_audience left join consents on recall_audience.one_id = consents.one_id"
                " and recall_audience.message_channel = consents.message_channel"
                " and recall_audience.consent_purpose = consents.purpose"
            ),
        ),
        Check(
            "everybody_sent_is_a_customer",
            "recall_audience",
            _count("customers.one_id is null"),
            "Somebody in the audience is not in customers.",
            "受众里有人不在 customers 里。",
            relation="recall_audience left join customers using (one_id)",
        ),
        Check(
            "send_windows_are_in_order_and_outside_quiet_hours",
            "recall_audience",
            _count(
                "send_after_at >= send_before_at or send_before_at > valid_until_at"
                f" or {minute} < {opens} or {minute} >= {closes}"
                " or send_after_at < (select ends_at from version)"
            ),
            (
                f"A plan would be sent between {_clock(limits.closes_hour)} and {_clock(limits.opens_hour)},"
                " or before it was made; look at the send windows of the policies."
            ),
            f"有计划会在 {_clock(limits.closes_hour)} 到 {_clock(limits.opens_hour)} 之间发送，或在做出之前发送；"
            "请看各策略的发送时段。",
        ),
        Check(
            "percentiles_are_in_order",
            "recall_audience",
            _count("not (net_p10_fen <= net_p50_fen and net_p50_fen <= net_p90_fen)"),
            "P10, P50 and P90 are not in order.",
            "P10、P50、P90 的次序不对。",
        ),
        Check(
            "every_offer_is_admitted_by_a_public_rule",
            "recall_audience",
            _count("rules = 0"),
            (
                "An offer stands in the audience that no row of depth_rules admits on the person's public facts:"
                " add the rule, in words that you would print, or take the offer out of recall_menu."
            ),
            "名单里有优惠，按此人的公开事实，depth_rules 没有一行允许它："
            "请加上这条规则（用你愿意公开的话写），或把优惠从 recall_menu 拿掉。",
            relation=_OFFERED,
        ),
        *(_difference(group) for group in GROUPS),
        Check(
            "every_plan_has_a_token_of_its_own",
            "recall_audience",
            "count(*) - count(distinct recipient_token)",
            "Two plans share a recipient token, or one has none.",
            "两个计划共用一个接收人代号，或有计划没有代号。",
        ),
        Check(
            "pay_rates_lie_within_0_and_1",
            "recall_audience",
            _count("pay_rate not between 0.01 and 1 or expected_cost_fen < 0"),
            "An offer gives more than everything away.",
            "有优惠把全部价款都让掉还不止。",
        ),
        Check(
            "whoever_a_person_writes_to_has_a_sender",
            "recall_audience",
            _count(f"{staffed} and staff_id is null"),
            "A one-to-one plan has nobody to carry it out.",
            "有一对一的计划没有人去执行。",
        ),
        Check(
            "every_task_is_of_a_plan",
            "recall_tasks",
            _count("recall_audience.one_id is null"),
            "A task's plan is not in recall_audience.",
            "有任务的计划不在 recall_audience 里。",
            relation="recall_tasks left join recall_audience using (one_id, audience_id, message_channel)",
        ),
        *(
            Check(
                f"nothing_in_{table}_is_chosen_that_earns_nothing",
                table,
                _count(f"{net} <= 0 and list_kind = 'chosen'"),
                "A plan that is not expected to earn is marked as chosen: it is there to learn, or a service.",
                "有计划预计不赚，却标成“选中”：它要么是为了学习，要么是服务。",
            )
            for table, net in (("recall_audience", "net_p50_fen"), ("recall_tasks", "expected_net_p50_fen"))
        ),
        Check(
            "every_task_is_its_customers_owners",
            "recall_tasks",
            _count("customers.owner_staff_id is null or customers.owner_staff_id <> recall_tasks.staff_id"),
            "A task is given to somebody who is not the customer's owner: not at work, or not their friend.",
            "有任务给了不是客户归属人的员工：已不在职，或不是好友。",
            relation="recall_tasks left join customers using (one_id)",
        ),
        Check(
            "no_task_falls_back_on_a_refused_channel",
            "recall_tasks",
            _count("refusals.one_id is not null or consents.one_id is null"),
            "A task's fallback channel was refused, or has no consent; rebuild published_recall_tasks.",
            "有任务的备用渠道被拒绝过，或没有同意；请重建 published_recall_tasks。",
            relation=(
                "(select tasks.one_id, tasks.fallback_channel, recall_audience.consent_purpose"
                " from recall_tasks as tasks inner join recall_audience using (one_id, audience_id)"
                " where tasks.fallback_channel is not null) as tasks"
                " left join refusals on tasks.one_id = refusals.one_id"
                " and tasks.fallback_channel = refusals.message_channel"
                " left join consents on tasks.one_id = consents.one_id"
                " and tasks.fallback_channel = consents.message_channel and tasks.consent_purpose = consents.purpose"
            ),
        ),
        Check(
            "every_task_has_its_words",
            "recall_tasks",
            _count("templates.template_id is null"),
            "A task names a template that is not in message_templates.",
            "有任务用的模板不在 message_templates 里。",
            relation="recall_tasks left join message_templates as templates using (template_id)",
        ),
        Check(
            "the_summary_counts_the_audience",
            "recall_audience_summary",
            "abs(coalesce(sum(customer_count), 0) - (select count(*) from recall_audience))"
            " + abs(coalesce(sum(net_p50_fen), 0) - (select coalesce(sum(net_p50_fen), 0) from recall_audience))"
            " + abs(coalesce(sum(expected_cost_fen), 0) - (select coalesce(sum(expected_cost_fen), 0)"
            " from recall_audience))",
            "The summary does not equal the audience's rows.",
            "汇总与受众各行之和不相等。",
        ),
        Check(
            "plans_stay_within_their_budget",
            "recall_budget",
            _count("expected_cost_fen > budget_fen or care_cost_fen > care_budget_fen or optimality_gap < 0"),
            "An audience costs more than its budget, or its bound lies below its value.",
            "有受众的花费超出预算，或它的上界低于它的值。",
        ),
        Check(
            "every_signal_is_answered_or_says_why_not",
            "recall_signals",
            _count("(answered_by is null) = (reason is null)"),
            "A signal has neither an answer nor a reason, or both: nobody can say what became of it.",
            "有信号既没有响应也没有原因，或两者都有：有人问了，却说不清结果。",
        ),
        Check(
            "who_waits_for_an_answer_is_sold_nothing",
            "recall_audience",
            _count("recall_audience.consent_purpose <> 'service'"),
            "Somebody with an open question is advertised to before it is answered.",
            "有人的问题还没有答复，就收到了营销。",
            relation=(
                "recall_audience inner join (select one_id from recall_signals where signal = 'question_open')"
                " as asked using (one_id)"
            ),
        ),
        Check(
            "draws_have_probabilities",
            "recall_assignment",
            _count("assignment_probability <= 0 or assignment_probability > 1"),
            "A draw without a probability cannot be read later.",
            "没有概率的抽签，以后无法解读。",
        ),
    ]
