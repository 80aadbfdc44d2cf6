{{ config(meta={'by_key': noun_schema('events')['key']}) }}

{{ noun_table('events') }}
