"""The channel for any source: the nouns themselves, exported as CSV, Parquet or JSON under the names of nouns.yml.

``identifiers`` is no noun: its rows become observations of identifiers, beside those in the columns of ``customers``.
"""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Column, Dataset
from orchestration.channels.engine.noun_files import datasets

IDENTIFIERS: Final = Dataset(
    "identifiers",
    (
        Column("source", "identifier", required=True, about="The system that keeps the record."),
        Column("customer_id", "identifier", required=True, about="Whose it is: the customer's id in that source."),
        Column("id_type", required=True, values=words.ID_TYPES, about="What kind of identifier it is."),
        Column("id_scope", "identifier", about="Within which app or shop it is unique; empty is everywhere."),
        Column("id_value", "identifier", required=True, contact_by="id_type", about="The identifier."),
        Column("observed_at", "instant", required=True, about="When the customer was seen with it."),
        Column("unbound_at", "instant", about="When it was taken off the customer."),
    ),
    natural_key=("source", "customer_id", "id_type", "id_scope", "id_value", "observed_at"),
)
_CUSTOMERS, *_OTHERS = datasets()
CHANNEL: Final = Channel("standard", (_CUSTOMERS, IDENTIFIERS, *_OTHERS))
