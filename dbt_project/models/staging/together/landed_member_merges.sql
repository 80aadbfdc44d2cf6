-- One row per version of a row of member_merges, of every channel that has any: what the noun is made of.
{{ config(materialized='view') }}

{{ parts_together('member_merges') }}
