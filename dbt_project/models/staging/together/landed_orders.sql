-- One row per version of a row of orders, of every channel that has any: what the noun is made of.
{{ config(materialized='view', meta={'by_key': noun_schema('orders')['key']}) }}

{{ parts_together('orders') }}
