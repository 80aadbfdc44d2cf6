-- One row per (one_id, known_from): how many identifiers and records a person had, and how sure that is.
select
    one_id,
    valid_from as founded_at,
    known_from,
    known_to,
    identifier_count,
    source_record_count,
    status as identity_confidence,
    is_island,
    cause as confidence_reason
from {{ replayed('person') }}
