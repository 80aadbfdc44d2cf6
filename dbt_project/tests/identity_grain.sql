{#-
  The grain of identity, asked as in staging_grain.
-#}
{{ rows_that_stand_twice([
    (ref('source_records'), ['source', 'customer_id', 'known_from']),
    (ref('identifiers'), ['id_type', 'id_scope', 'id_token', 'known_from']),
    (ref('one_ids'), ['one_id', 'known_from']),
    (ref('redirects'), ['one_id_old', 'changed_at']),
    (ref('ancestry'), ['one_id', 'ancestor_one_id']),
    (ref('conflicts'), ['conflict_id']),
    (ref('links_evidence'), ['source', 'customer_id', 'id_type', 'id_scope', 'id_token']),
]) }}
