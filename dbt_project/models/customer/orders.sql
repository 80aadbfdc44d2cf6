{{ config(meta={'by_key': noun_schema('orders')['key']}) }}

{{ noun_table('orders', ref('landed_orders')) }}
