"""Optional values that cannot be read: they become empty and are counted, and their record loads.

A member whose birthday reads 05-12 is a member with a phone and a consent all the same. What she wrote stays in
``raw/``; the ledger's warnings say how many values of which column became empty, and why.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.channels.engine.column_cleaning import Read
from orchestration.channels.engine.declare import Child, Column, Dataset
from orchestration.channels.engine.records import Tally

#: Reasons that speak against the record: it is damaged, its columns are swapped, or the value is read and says that
#: the record is of another kind (a quantity below 0 is a return).
_OF_THE_RECORD: Final = frozenset({"oversize", "nul_byte", "phone_in_number", "below_minimum", "above_maximum"})


def _is_called_for(column: Column, own: dict[str, Read], position: int) -> bool:
    """Say whether another value of the record demands this one: the time at which a refund succeeded."""
    if column.required_where is None:
        return False
    other, value = column.required_where
    return bool(own[other].outputs[0][position].as_py() == value)


def empty_optional(
    declared: Dataset | Child, own: dict[str, Read], tally: Tally, may_refuse: Callable[[int], bool] | None = None
) -> dict[str, Read]:
    """Return columns in which the optional values that cannot be read are empty; the tally counts them.

    Parameters
    ----------
    declared
        Whose columns; those of its natural key are never emptied, or two things would become one.
    own
        The columns as read.
    tally
        Where ``emptied_<reason> <column>`` is counted.
    may_refuse
        Says of a record whether it may be somebody's refusal: nothing of such a one is emptied.
    """
    key = declared.natural_key if isinstance(declared, Dataset) else ()
    found = dict(own)
    for column in declared.columns:
        read = own[column.name]
        if not read.reasons or not column.may_be_emptied or column.name in key:
            continue
        emptied = {
            position: reason
            for position, reason in read.reasons.items()
            if reason not in _OF_THE_RECORD
            and not (may_refuse and may_refuse(position))
            and not _is_called_for(column, own, position)
        }
        if not emptied:
            continue
        for reason in emptied.values():
            tally.warnings[f"emptied_{reason} {column.name}"] += 1
        kept = np.ones(len(read.outputs[0]), bool)
        kept[list(emptied)] = False
        outputs = [pc.if_else(pa.array(kept), each, pa.scalar(None, each.type)) for each in read.outputs]
        reasons = {position: reason for position, reason in read.reasons.items() if position not in emptied}
        found[column.name] = read._replace(outputs=outputs, reasons=reasons)
    return found
