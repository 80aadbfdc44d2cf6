-- One row per mark as staff or as a test account and from_date: whether it meets several people at the dates from
-- from_date until before to_date, and so marks nobody: a customer number of two sources said without the source, a
-- phone that a stranger's card has as well. A number of staff joins nobody, so that the records of its owner are
-- several people here: it marks them where it may be one person's, one in each source.
{%- set mark = ['reason', 'id_type', 'id_scope', 'id_token'] %}

with holders as (
    select
        words.reason,
        words.id_type,
        words.id_scope,
        words.id_token,
        holders.id_scope as held_scope,
        holders.source,
        holders.one_id,
        {{ known_date('holders.known_from') }} as from_date,
        least({{ known_date('holders.known_to') }}, {{ business_date('holders.valid_to') }}) as to_date
    from {{ ref('refusal_words') }} as words
    inner join {{ ref('said_holders') }} as holders
        on
            words.id_type = holders.id_type
            and words.id_token = holders.id_token
            and (words.id_scope = '' or words.id_scope = holders.id_scope)
    where words.kind = 'suppression' and words.reason in ('test', 'staff')
),

days as (
    select
        {{ mark | join(', ') }},
        from_date as day
    from holders
    union
    select
        {{ mark | join(', ') }},
        to_date as day
    from holders
    where to_date is not null
),

spans as (
    {{ spans_between('days', mark) }}
),

met as (
    select distinct
        spans.*,
        holders.held_scope,
        holders.source,
        holders.one_id
    from spans
    inner join holders
        on
            {% for column in mark -%}
            {{ 'and ' if not loop.first }}spans.{{ column }} = holders.{{ column }}
            {% endfor -%}
            and holders.from_date <= spans.from_date
            and (holders.to_date is null or holders.to_date > spans.from_date)
)

select
    {{ mark | join(', ') }},
    from_date,
    to_date,
    count(distinct one_id) > 1
    and not (reason = 'staff' and count(distinct held_scope) = 1 and count(*) = count(distinct source))
        as meets_several
from met
group by {{ mark | join(', ') }}, from_date, to_date
