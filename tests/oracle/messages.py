"""What a message's status says: the seed message_statuses, and decisions 95 and 107 of docs/decisions.md."""

import datetime as dt

from tests.oracle.world import Record, seed


def arrived(row: Record) -> bool:
    """Say whether a message arrived: no reason for a failure, and no word for one; what nobody explained is none."""
    return not row.text("failure_reason") and not _says(row, "is_failed")


def reached_at(row: Record) -> dt.datetime | None:
    """Return when a message reached whom it went to: delivered, or sent, where its channel tells no more."""
    return row.time("delivered_at") or (row.happened if arrived(row) else None)


def refused_at(row: Record) -> dt.datetime | None:
    """Return when somebody unsubscribed; of a status that says so without a time: answered, else arrived, else sent."""
    if at := row.time("unsubscribed_at"):
        return at
    return row.time("replied_at") or row.time("delivered_at") or row.happened if _says(row, "is_refusal") else None


def _says(row: Record, column: str) -> bool:
    """Read a word without case, blanks, dashes and underscores."""
    word = (row.text("status") or "").lower().translate(str.maketrans("", "", " _-"))
    return any(each["status"] == word and each[column] == "true" for each in seed("message_statuses"))
