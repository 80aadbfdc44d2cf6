"""What a record that is set aside may refuse, and for whom: whatever of it cannot be read is read at its widest."""

import json
from typing import Any

from orchestration.channels.engine.column_cleaning import Read
from orchestration.channels.engine.contacts import JOINING_SHAPES
from orchestration.channels.engine.declare import Dataset, MayRefuse, Refuser
from orchestration.channels.engine.records import Batch
from orchestration.channels.engine.refusal_words import says_refusal
from orchestration.channels.engine.sent_tokens import PREFIX
from orchestration.channels.engine.tokens import TOKEN

#: What somebody may refuse: to be written to, or to be profiled.
MESSAGES, PROFILING = "messages", "profiling"


def may_refuse(dataset: Dataset, own: dict[str, Read], batch: Batch, position: int) -> bool:
    """Return whether a record set aside can be a refusal: what its columns cannot rule out, it can.

    Parameters
    ----------
    dataset
        Whose record.
    own, batch
        Its columns as read, and as written.
    position
        The record's place among them.
    """
    where = dataset.may_refuse
    if where is None or (where.unless_true and _value(own[where.unless_true], position) == "true"):
        return False
    if not (where.when_filled or where.when_said):
        return True
    filled = own.get(where.when_filled)
    return bool(
        (filled and (position in filled.reasons or filled.outputs[0][position].is_valid))
        # a word that the column does not know is no value of it, and may be one of refusal
        or any(
            says_refusal(text.as_py() or "")
            for name in where.when_said
            for text in (own[name].outputs[0][position], batch.columns[name][position])
        )
    )


def widest_reading(dataset: Dataset, own: dict[str, Read], batch: Batch, position: int) -> str | None:
    """Return what a record that may refuse refuses at its widest, None where it names nobody.

    A JSON list of ``[refuses, id_type, id_scope, id_token, message_channel]``: ``refuses`` is messages or profiling, a
    message_channel of null is every one. Ids are the platform's own or tokens, as in the tables.

    Parameters
    ----------
    dataset, own, batch, position
        As for ``may_refuse``.
    """
    where = dataset.may_refuse or MayRefuse()
    ids = [found for one in where.refusers if (found := _named(one, dataset, own, batch, position))]
    channel = where.channel or (_readable(own[where.channel_by], position) if where.channel_by else None)
    if any(position in own[column.name].reasons for column in dataset.columns if column.values):
        channel = None
    column, words = where.every_channel_when
    if column and _readable(own[column], position) in words:
        channel = None
    purpose = _readable(own[where.profiling_by], position) if where.profiling_by else MESSAGES
    refused: list[list[Any]] = []
    if purpose != PROFILING:
        refused += [[MESSAGES, *one, channel] for one in ids]
    if purpose in (None, PROFILING):
        refused += [[PROFILING, *one, None] for one in ids]
    return json.dumps(refused, ensure_ascii=False) if refused else None


def _named(
    one: Refuser, dataset: Dataset, own: dict[str, Read], batch: Batch, position: int
) -> tuple[str, str, str] | None:
    """Return the type, scope and value of the id by which a record names somebody, None where it cannot be read."""
    column = next(each for each in dataset.columns if each.name == one.value)
    read = own[one.value]
    value = _readable(read, position)
    if value is None:
        return None
    if one.where[0] and _readable(own[one.where[0]], position) not in (None, one.where[1]):
        return None
    id_type = one.id_type
    if one.type_by:
        id_type = _readable(own[one.type_by], position) or ""
    elif column.type == "phone":
        shape = read.outputs[1][position].as_py()
        id_type = shape if shape in JOINING_SHAPES else ""
    elif column.type == "recipient":
        id_type = _kind_of_recipient(value)
    scope: str | None = ""
    if one.scope_by == "_account":
        scope = batch.accounts[position].as_py() if batch.accounts is not None else ""
    elif one.scope_by:
        scope = _readable(own[one.scope_by], position)
        required = next(each for each in dataset.columns if each.name == one.scope_by).required
        if (required and scope is None) or position in own[one.scope_by].reasons:
            return None
    return (id_type, scope or "", value) if id_type else None


def _kind_of_recipient(value: str) -> str:
    if value.startswith(PREFIX):
        return "recipient"
    return "message_address" if TOKEN.fullmatch(value) else ""


def _value(read: Read, position: int) -> str | None:
    found: str | None = read.outputs[0][position].as_py()
    return found


def _readable(read: Read, position: int) -> str | None:
    return None if position in read.reasons else _value(read, position)
