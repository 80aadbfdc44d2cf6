{#-
  The grain of staging: what a row of each model is; of the parts of a noun by the noun's key and its versions. One query
  asks all of them, because each dbt test of its own costs a night 0.1 CPU seconds beside the query (65: 6.5 CPU seconds).
-#}
{{ rows_that_stand_twice(part_grains() + [
    (ref('call_centre_calls'), ['contact_id']),
    (ref('record_first_seen'), ['source', 'customer_id']),
]) }}
