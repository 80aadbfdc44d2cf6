"""All columns of a batch, those too whose meaning another column gives: ``id_value`` is what ``id_type`` says it is."""

import dataclasses
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.column_cleaning import TEXT, Read, read_column
from orchestration.channels.engine.contacts import JOINING_SHAPES, read_phone
from orchestration.channels.engine.declare import Column, Type
from orchestration.channels.engine.records import Tally
from orchestration.channels.engine.values import Rules

#: Ids that are read as contact values, and as which: whoever calls a Hong Kong number a mobile is right enough.
_CONTACTS: Final[tuple[tuple[tuple[str, ...], Type], ...]] = (
    (JOINING_SHAPES, "phone"),
    (("landline",), "phone"),
    (("email",), "email"),
)


def read_columns(
    columns: tuple[Column, ...], written: dict[str, pa.Array], rules: Rules, from_spreadsheet: bool, tally: Tally
) -> dict[str, Read]:
    """Return a data set's columns as read, and count their warnings into the tally."""
    found: dict[str, Read] = {}
    for column in columns:
        if column.contact_by:
            says = found[column.contact_by]
            found[column.name], kinds = _read_by_kind(column, written[column.name], says.outputs[0], rules)
            found[column.contact_by] = says._replace(outputs=[kinds])
        else:
            found[column.name] = read_column(column, written[column.name], rules, from_spreadsheet)
        tally.warnings.update({f"{code} {column.name}": count for code, count in found[column.name].warnings.items()})
    return found


def _read_by_kind(column: Column, written: pa.Array, kinds: pa.Array, rules: Rules) -> tuple[Read, pa.Array]:
    """Read a column whose meaning another one gives: phones and e-mails as such, the rest as its own type.

    Returns it and its kinds: a phone of Hong Kong that is called a mobile is told as the ``mobile_outside`` it is, so
    that a refusal meets whoever carries it. Of two numbers in one field nobody knows which is meant.
    """
    plainly = dataclasses.replace(column, contact_by=None, may_be_masked=True)
    values, reasons, warnings = read_column(plainly, written, rules)
    merged, told = values[0], kinds
    for said, contact_type in _CONTACTS:
        of_kind = pc.fill_null(pc.is_in(kinds, pa.array(said, TEXT)), False)
        if not pc.any(of_kind).as_py():
            continue
        only = pc.if_else(of_kind, written, pa.scalar(None, TEXT))
        read = read_column(Column(column.name, contact_type), only, rules)
        value = read.outputs[0]
        if contact_type == "phone":
            is_one = pc.is_in(read.outputs[1], pa.array(said, TEXT))
            if "several_phones" in read.warnings:
                is_one = pc.and_(is_one, _of_one_number(only))
            value = pc.if_else(is_one, value, pa.scalar(None, TEXT))
            told = pc.if_else(pc.and_(of_kind, is_one), read.outputs[1], told)
        merged = pc.if_else(of_kind, value, merged)
        refused = pc.and_(of_kind, pc.and_(pc.is_valid(written), pc.is_null(value)))
        for position in np.flatnonzero(refused.to_numpy(zero_copy_only=False)).tolist():
            reasons.setdefault(position, read.reasons.get(position, "not_a_contact"))
    return Read([merged], reasons, warnings), told


def _of_one_number(written: pa.Array) -> pa.Array:
    return pa.array([text is not None and read_phone(text).warning is None for text in written.to_pylist()])
