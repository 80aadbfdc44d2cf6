{{ config(meta={'by_key': noun_schema('messages')['key']}) }}

{{ noun_table('messages') }}
