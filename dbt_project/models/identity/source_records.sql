-- One row per (source record, known_from): whose record it was, from the cut-off known_from until known_to.
select
    source,
    customer_id,
    one_id,
    known_from,
    known_to
from {{ replayed('source_record') }}
