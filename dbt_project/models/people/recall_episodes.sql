-- One row per (as_of_date, episode_id): an episode that a plan of ours or a landed experiment opened, as known on the
-- date: which side its lot fell on, who the person is now, and what came of it. A date's plans are those of the
-- version that was exported, else of the one that was current last, as known by then. Orders and money are of the
-- person on both sides alike, whether or not anything arrived. Whom a hard rule keeps out by now (a test account,
-- staff, a minor, who refused to be profiled or was never asked), under the id of the plan or of today, is in none, on
-- either side; nor, where profiling needs consent, is who agreed only after the lot: an agency may have drawn whom
-- nobody had asked yet.
{%- set ends = {
    'paid_fen': 'lots.ends_on',
    'paid_fen_h': add_days('lots.plan_date', var('horizon_days')),
    'paid_fen_3h': add_days('lots.plan_date', 3 * (var('horizon_days') | int)),
} %}
with dates as (
    select * from {{ run_dates('as_of') }}
),

versions as (
    select
        dates.as_of_date as known_on,
        moves.as_of_date,
        moves.version,
        row_number() over (
            partition by dates.as_of_date, moves.as_of_date
            order by
                case when moves.exported_from <= dates.as_of_date then 0 else 1 end,
                moves.moved_at desc, moves.version desc
        ) as place
    from dates
    inner join (
        select distinct
            version,
            as_of_date,
            moved_at,
            exported_from,
            counts_from
        from {{ ref('plans') }}
    ) as moves
        on moves.counts_from <= dates.as_of_date and moves.as_of_date < dates.as_of_date
    where
        moves.as_of_date >= {{ add_days(
            'dates.as_of_date', 'cast(-(' ~ recall_number('episode_memory_days') ~ ') as integer)'
        ) }}
),

planned as (
    select
        versions.known_on,
        plans.*
    from versions
    inner join {{ ref('plans') }} as plans
        on versions.version = plans.version and versions.as_of_date = plans.as_of_date
    where versions.place = 1
),

-- The further steps of a ladder: one that waited was none.
steps as (
    select
        known_on,
        episode_id,
        max(ladder_step) as last_step,
        max(case when arm = 'held_back' then 1 else 0 end) as stops
    from planned
    where not opens_episode and arm <> 'waiting'
    group by known_on, episode_id
),

opened as (
    select
        planned.*,
        case when steps.stops = 1 then 'held_back' else planned.arm end as going_on_as,
        greatest(planned.ladder_step, coalesce(steps.last_step, 0)) as last_step
    from planned
    left join steps
        on planned.known_on = steps.known_on and planned.episode_id = steps.episode_id
    where planned.opens_episode
),

own as (
    select
        opened.known_on as as_of_date,
        opened.episode_id,
        'siyu' as source,
        cast(null as varchar) as experiment_id,
        opened.as_of_date as plan_date,
        opened.one_id as planned_one_id,
        coalesce(ids.owner_one_id, opened.one_id) as one_id,
        coalesce(ids.owner_one_id <> opened.one_id, false) as merged_since,
        coalesce(ids.is_test, false) as is_test,
        opened.policy_id,
        opened.audience_kind,
        opened.campaign_id,
        opened.objective,
        opened.band,
        nullif(opened.message_channel, 'nothing') as message_channel,
        opened.offer_id,
        opened.depth,
        opened.arm,
        opened.going_on_as,
        opened.last_step,
        opened.arm <> 'held_back' and opened.message_channel <> 'nothing' as is_sent,
        case when opened.arm = 'random' then opened.option_probability else opened.held_back_probability end
            as held_back_probability,
        opened.option_probability,
        opened.p0,
        opened.contacts_28d,
        opened.coupon_taste,
        opened.wecom_answers,
        opened.lift_mean,
        opened.lift_p10,
        opened.lift_p90,
        opened.unit_fen,
        opened.base_fen,
        opened.net_mean_fen,
        opened.net_p10_fen,
        opened.net_p90_fen,
        opened.expected_cost_fen,
        opened.margin_rate,
        opened.ends_on
    from opened
    left join {{ ref('published_ids') }} as ids
        on
            opened.one_id = ids.one_id
            and opened.as_of_date = ids.as_of_date
            and ids.from_date <= opened.known_on
            and (ids.to_date is null or ids.to_date > opened.known_on)
),

-- A landed lot lasts as long as an episode of recall; nothing was promised of it, and of p0 its own control knows. How
-- likely the control was is that of its experiment: of several arms one row says its own chance alone.
landed as (
    select
        lots.as_of_date,
        concat('x_', lots.source, '|', lots.experiment_id, '|', lots.one_id) as episode_id,
        lots.source,
        lots.experiment_id,
        lots.plan_date,
        lots.one_id as planned_one_id,
        lots.one_id,
        false as merged_since,
        false as is_test,
        cast(null as varchar) as policy_id,
        'recall' as audience_kind,
        lots.experiment_id as campaign_id,
        'order' as objective,
        lots.band,
        lots.message_channel,
        lots.offer_id,
        lots.depth,
        case when lots.is_control then 'held_back' else 'treat' end as arm,
        case when lots.is_control then 'held_back' else 'treat' end as going_on_as,
        0 as last_step,
        not lots.is_control as is_sent,
        round(
            coalesce(
                avg(case when lots.is_control then lots.probability end)
                    over (partition by lots.as_of_date, lots.experiment_id),
                1 - lots.probability
            ),
            6
        ) as held_back_probability,
        lots.probability as option_probability,
        {%- for name in ['p0', 'contacts_28d', 'coupon_taste', 'wecom_answers', 'lift_mean', 'lift_p10', 'lift_p90',
            'unit_fen', 'base_fen', 'net_mean_fen', 'net_p10_fen', 'net_p90_fen', 'expected_cost_fen', 'margin_rate'] %}
        null as {{ name }},
        {%- endfor %}
        {{ add_days('lots.plan_date', 'cast(days.episode_days as integer)') }} as ends_on
    from {{ ref('landed_lots') }} as lots
    inner join (
        select max(episode_days) as episode_days
        from {{ ref('recall_policies') }}
        where audience_kind = 'recall'
    ) as days on true
),

lots as (
    select * from own
    union all
    select * from landed
),

-- Money is tender less freight and less what was given back; a coupon that was redeemed is out of it already.
bought as (
    select
        lots.as_of_date,
        lots.episode_id,
        sum(case when orders.order_date <= lots.plan_date then 1 else 0 end) as orders_before,
        sum(case when orders.order_date <= lots.plan_date then orders.goods_paid_fen - orders.refunded_fen else 0 end)
            as paid_before_fen,
        {%- for name, last in ends.items() %}
        sum(
            case
                when orders.order_date between {{ add_days('lots.plan_date', 1) }} and {{ last }}
                    then orders.goods_paid_fen - orders.refunded_fen
                else 0
            end
        ) as {{ name }},
        {%- endfor %}
        sum(case when orders.order_date between {{ add_days('lots.plan_date', 1) }} and lots.ends_on then 1 else 0 end)
            as orders_in
    from lots
    inner join {{ ref('order_states') }} as orders
        on
            lots.one_id = orders.one_id
            and orders.from_date <= lots.as_of_date
            and (orders.to_date is null or orders.to_date > lots.as_of_date)
            and orders.order_date > {{ add_days(
                'lots.plan_date', 'cast(-(' ~ recall_number('placebo_days') ~ ') as integer)'
            ) }}
            and orders.order_date <= greatest({{ ends.values() | join(', ') }})
    where orders.counts_as_purchase
    group by lots.as_of_date, lots.episode_id
),

-- An order may have taken more off than its coupon did: no more than the offer's most, and that where the order is not
-- known (least passes over a null).
redeemed as (
    select
        lots.as_of_date,
        lots.episode_id,
        sum(
            least(
                coupons.order_discount_fen,
                coalesce(offers.maximum_discount_fen, offers.face_value_fen, coupons.face_value_fen)
            )
        ) as redeemed_fen
    from lots
    inner join {{ ref('coupon_states') }} as coupons
        on
            lots.one_id = coupons.one_id
            and lots.offer_id = coupons.offer_id
            and coupons.redeemed_date > lots.plan_date
            and coupons.redeemed_date <= lots.ends_on
            and coupons.from_date <= lots.as_of_date
            and (coupons.to_date is null or coupons.to_date > lots.as_of_date)
    left join {{ ref('offers_catalogue') }} as offers on lots.offer_id = offers.offer_id
    group by lots.as_of_date, lots.episode_id
),

befriended as (
    select distinct
        lots.as_of_date,
        lots.episode_id
    from lots
    inner join {{ ref('friendships') }} as friends
        on
            lots.one_id = friends.one_id
            and friends.added_date > lots.plan_date
            and friends.added_date <= lots.ends_on
            and friends.from_date <= lots.as_of_date
            and (friends.to_date is null or friends.to_date > lots.as_of_date)
),

-- What somebody else sent: a contact that answers no export of ours and is not of the lot's own campaign, and a list of
-- the shop's own with somebody on it who is not of its lot.
contaminated as (
    select distinct
        lots.as_of_date,
        lots.episode_id
    from lots
    inner join {{ ref('contacts') }} as contacts
        on
            lots.one_id = contacts.one_id
            and contacts.contacted_date > lots.plan_date
            and contacts.contacted_date <= lots.ends_on
            and contacts.from_date <= lots.as_of_date
            and (contacts.to_date is null or contacts.to_date > lots.as_of_date)
    where contacts.export_id is null and coalesce(contacts.campaign_id, '') <> coalesce(lots.campaign_id, '')
    union
    select
        lots.as_of_date,
        lots.episode_id
    from lots
    inner join {{ ref('landed_assignments') }} as listed
        on
            lots.one_id = listed.one_id
            and listed.assigned_date > lots.plan_date
            and listed.assigned_date <= lots.ends_on
            and listed.from_date <= lots.as_of_date
            and (listed.to_date is null or listed.to_date > lots.as_of_date)
    where listed.is_shops_list
),

-- What came back of the lot's own campaign: whether any of it arrived.
answered as (
    select
        lots.as_of_date,
        lots.episode_id,
        max(case when reports.arrived then 1 else 0 end) as arrived
    from lots
    inner join {{ ref('contact_reports') }} as reports
        on
            lots.one_id = reports.one_id
            and lots.campaign_id = reports.campaign_id
            and {{ business_date('reports.sent_at') }} > lots.plan_date
            and {{ business_date('reports.sent_at') }} <= lots.ends_on
            and reports.from_date <= lots.as_of_date
            and (reports.to_date is null or reports.to_date > lots.as_of_date)
    group by lots.as_of_date, lots.episode_id
),

kept_out as (
    select
        as_of_date,
        one_id
    from {{ ref('hard_rules') }}
    where exclusion is not null
)
{%- if var('profiling') == 'consent' %},

-- A consent is of the one record that it names.
agreed as (
    select
        owners.as_of_date,
        owners.one_id,
        min({{ business_date('words.changed_at') }}) as first_date
    from {{ states_at(ref('record_owners')) }} as owners
    inner join {{ ref('consent_words') }} as words
        on
            owners.source = words.source
            and owners.customer_id = words.customer_id
            and words.from_date <= owners.as_of_date
            and (words.to_date is null or words.to_date > owners.as_of_date)
    where words.purpose = 'profiling' and words.granted
    group by owners.as_of_date, owners.one_id
)
{%- endif %}

select
    lots.as_of_date,
    lots.episode_id,
    lots.source,
    lots.experiment_id,
    lots.plan_date,
    lots.planned_one_id,
    lots.one_id,
    lots.merged_since,
    lots.policy_id,
    lots.audience_kind,
    lots.objective,
    lots.band,
    lots.message_channel,
    lots.offer_id,
    lots.depth,
    lots.arm,
    lots.going_on_as,
    lots.last_step,
    lots.is_sent,
    lots.held_back_probability,
    lots.option_probability,
    lots.p0,
    lots.contacts_28d,
    lots.coupon_taste,
    lots.wecom_answers,
    lots.lift_mean,
    lots.lift_p10,
    lots.lift_p90,
    lots.unit_fen,
    lots.base_fen,
    lots.net_mean_fen,
    lots.net_p10_fen,
    lots.net_p90_fen,
    lots.expected_cost_fen,
    lots.margin_rate,
    lots.ends_on,
    lots.ends_on <= lots.as_of_date as is_closed,
    {{ ends.paid_fen_h }} <= lots.as_of_date as is_closed_h,
    {{ ends.paid_fen_3h }} <= lots.as_of_date as is_closed_3h,
    case
        when lots.objective = 'friend' then befriended.episode_id is not null
        else coalesce(bought.orders_in, 0) > 0
    end as succeeded,
    coalesce(bought.orders_in, 0) > 0 as ordered,
    cast(coalesce(bought.paid_fen, 0) as bigint) as paid_fen,
    cast(coalesce(bought.paid_fen_h, 0) as bigint) as paid_fen_h,
    cast(coalesce(bought.paid_fen_3h, 0) as bigint) as paid_fen_3h,
    redeemed.episode_id is not null as redeemed,
    cast(coalesce(redeemed.redeemed_fen, 0) as bigint) as redeemed_fen,
    coalesce(bought.orders_before, 0) > 0 as ordered_before,
    cast(coalesce(bought.paid_before_fen, 0) as bigint) as paid_before_fen,
    contaminated.episode_id is not null as is_contaminated,
    answered.arrived = 1 as is_delivered
from lots
left join bought
    on lots.as_of_date = bought.as_of_date and lots.episode_id = bought.episode_id
{%- for name in ['redeemed', 'befriended', 'contaminated', 'answered'] %}
left join {{ name }}
    on lots.as_of_date = {{ name }}.as_of_date and lots.episode_id = {{ name }}.episode_id
{%- endfor %}
left join kept_out as today
    on lots.as_of_date = today.as_of_date and lots.one_id = today.one_id
left join kept_out as when_planned
    on lots.as_of_date = when_planned.as_of_date and lots.planned_one_id = when_planned.one_id
{%- if var('profiling') == 'consent' %}
inner join agreed
    on lots.as_of_date = agreed.as_of_date and lots.one_id = agreed.one_id and lots.plan_date >= agreed.first_date
{%- endif %}
where not lots.is_test and today.one_id is null and when_planned.one_id is null
