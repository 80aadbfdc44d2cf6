-- One row per version of a row of suppressions, of every channel that has any: what the noun is made of.
{{ config(materialized='view') }}

{{ parts_together('suppressions') }}
