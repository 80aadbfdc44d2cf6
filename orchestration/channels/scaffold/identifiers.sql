-- The mobile that the buyer ordered with. Only the shapes `mobile` and `mobile_outside` join people.
with seen as (
    select
        '__channel__' as source,
        coalesce(customer_id, mobile) as customer_id,
        case when mobile_shape = 'mobile_outside' then 'mobile_outside' else 'mobile' end as id_type,
        '' as id_scope,
        case when mobile_shape in ('mobile', 'mobile_outside') then mobile end as id_value,
        'order' as origin,
        cast(ordered_at as timestamp) as observed_at,
        cast(null as timestamp) as unbound_at,
        {{ fact_known_at('cast(ordered_at as timestamp)') }} as known_at,
        _channel as channel,
        _file_id,
        _line
    from {{ landed('__channel__', 'orders') }} as landed_orders
)

{{ observations('seen') }}
