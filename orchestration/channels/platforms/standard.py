"""The channel for any source: the nouns themselves, exported as CSV, Parquet or JSON under the names of nouns.yml.

``identifiers`` is no noun: its rows become observations of identifiers, beside those in the columns of ``customers``.
Nor is ``receipts``: what a sender of the brand's own says of our tokens becomes messages; nor ``task_sheets``, the
sheets of ``siyu tasks`` as they come back: what is filled in becomes task_results.
"""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Column, Dataset, MayRefuse, Refuser
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
        Column("unbound_at", "instant", empty_says="still the customer's", about="When it was taken off the customer."),
    ),
    natural_key=("source", "customer_id", "id_type", "id_scope", "id_value", "observed_at"),
)
RECEIPTS: Final = Dataset(
    "receipts",
    (
        Column("recipient_token", "recipient", required=True, about="The token of our export, as its file had it."),
        Column(
            "status",
            required=True,
            refusal="unsubscribed",
            about="What became of it: words of the seed message_statuses.",
        ),
        Column("sent_at", "instant", required=True, about="When."),
    ),
    natural_key=("recipient_token", "status", "sent_at"),
    may_refuse=MayRefuse(when_said=("status",), refusers=(Refuser("recipient_token"),)),
)
TASK_SHEETS: Final = Dataset(
    "task_sheets",
    (
        Column("task_id", "identifier", required=True, aliases=("任务编号",), about="The task, as the sheet had it."),
        Column("staff_id", "identifier", required=True, aliases=("导购编号",), about="Whose task it is."),
        Column(
            "status",
            aliases=("结果",),
            values=words.TASK_STATUSES,
            synonyms=tuple(
                dict.fromkeys((*words.TASK_SHEET_WORDS, *words.DESK_SHEET_WORDS, *words.TASK_STATUS_SYNONYMS))
            ),
            refusal="do_not_contact",
            empty_says="no result yet",
            about="What became of it, one of the words that the cell offers; left empty it is no result.",
        ),
        Column("changed_at", "instant", required=True, aliases=("日期",), about="The day of the list."),
    ),
    natural_key=("task_id", "staff_id", "changed_at"),
    may_refuse=MayRefuse(when_said=("status",), refusers=(Refuser("task_id", id_type="task_id"),)),
)
_CUSTOMERS, *_OTHERS = datasets()
CHANNEL: Final = Channel("standard", (_CUSTOMERS, IDENTIFIERS, *_OTHERS, RECEIPTS, TASK_SHEETS))
