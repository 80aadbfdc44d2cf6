{{ config(meta={'by_key': ['source', 'order_id']}) }}

{{ noun_table('order_lines') }}
