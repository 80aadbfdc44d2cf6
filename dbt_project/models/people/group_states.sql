-- One row per (source, group_id, from_date): a chat group as known from from_date until before to_date. A kind that the
-- seed does not name is a volume group: nobody said that it is better.
select
    groups.source,
    groups.group_id,
    coalesce(kinds.kind, 'volume') as kind,
    groups.name,
    groups.owner_staff_id,
    groups.counts_from as from_date,
    groups.counts_to as to_date
from {{ ref('groups') }} as groups
left join {{ ref('group_kinds') }} as kinds
    on groups.kind = kinds.kind
where groups.counts_to is null or groups.counts_to > groups.counts_from
