with points_ledger_rows as (
    select
        source,
        entry_id,
        customer_id,
        cast(round(cast(points as decimal(18, 8)), 0) as bigint) as points,
        cast(occurred_at as timestamp) as occurred_at,
        kind,
        {{ fact_known_at('cast(occurred_at as timestamp)') }} as known_at,
        _landed_at,
        _file_id,
        _line
    from {{ landed('standard', 'points_ledger', source='raw.source') }} as landed_points_ledger
)

{{ noun_versions('points_ledger', 'points_ledger_rows') }}
