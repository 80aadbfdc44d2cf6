"""A whole column at once: clean values by Arrow, each other distinct value by the rules of ``values``, once."""

import json
from collections import Counter
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.values import NOTHING, Outcome, Rules, read_value, zero_tailed

TEXT: Final = pa.string()
#: Whole numbers up to here survive as a double; JSON numbers above are written digit by digit from Python's integers.
EXACT_FLOAT: Final = 2.0**53
#: Values that need no closer look, by type: nothing in them is a contact, a NULL word, a lossy number or a sentinel.
_DAY: Final = r"(?:199\d|20\d\d)-\d\d-\d\d"
_CLEAN_INSTANT: Final = rf"^{_DAY} \d\d:\d\d:\d\d$"
_CLEAN_ZULU: Final = rf"^{_DAY}T\d\d:\d\d:\d\dZ$"
_CLEAN_NUMBER: Final = r"^-?(?:0|[1-9]\d{0,9})(?:\.\d{1,2})?$"
_CLEAN_INTEGER: Final = r"^(?:0|-?[1-9]\d{0,9})$"
#: Letters first and ten or more: no NULL word is as long. Digits: not 0, and no mobile with or without its 86.
_CLEAN_ID: Final = (
    r"^(?:[A-Za-z][A-Za-z0-9_-]{9,}|[1-9]\d{0,9}|[2-9]\d{10}|1[0-2]\d{9}|[1-9]\d{11}|[1-79]\d{12}|8[0-57-9]\d{11}"
    r"|[1-9]\d{13,29})$"
)
#: In such an id a number that a token must replace may still hide (``a-13812345678``).
_HIDES_NUMBER: Final = r"[A-Za-z_-].*\d[\d_-]{9,}"
_TOO_DEEP: Final = "[too deep"
_EPOCHS: Final = {"s": r"^1\d{9}$", "ms": r"^1\d{12}$"}


class Read(NamedTuple):
    """A column as read: the table's columns it makes, which records it sets aside and why, and warnings by code."""

    outputs: list[pa.Array]
    #: position -> reason, of the values that set their record aside
    reasons: dict[int, str]
    warnings: Counter[str]


def read_column(column: Column, written: pa.Array, rules: Rules, from_spreadsheet: bool = False) -> Read:
    """Return a column's canonical values.

    Parameters
    ----------
    column
        Its declaration.
    written
        The text as it stands in the file, null where there is none.
    rules
        Tokeniser and landing time.
    from_spreadsheet
        The format is one that spreadsheets write (delimited text, xlsx), so ids may have lost their last digits.
    """
    encoded = written.dictionary_encode()
    distinct = encoded.dictionary
    clean = _clean(column, distinct, rules)
    outcomes: dict[int, Outcome] = {}
    rest = np.flatnonzero(pc.is_null(clean).to_numpy(zero_copy_only=False))
    for position, text in zip(rest.tolist(), distinct.take(pa.array(rest)).to_pylist(), strict=True):
        outcomes[position] = read_value(text, column, rules)
    values = clean.to_pylist() if outcomes else clean
    for position, outcome in outcomes.items():
        values[position] = outcome.value
    missing = read_value("", column, rules) if column.required else NOTHING
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if from_spreadsheet and column.type == "identifier":
        _refuse_cut_ids(distinct, codes, outcomes)
    outputs = [pa.array(values, TEXT).take(encoded.indices)]
    if column.type == "phone":
        shapes = [outcomes.get(position, NOTHING).shape for position in range(len(distinct))]
        outputs.append(pa.array(shapes, TEXT).take(encoded.indices))
    return Read(outputs, *_complaints(codes, outcomes, missing))


def _complaints(
    codes: np.ndarray, outcomes: dict[int, Outcome], missing: Outcome
) -> tuple[dict[int, str], Counter[str]]:
    reasons: dict[int, str] = {}
    warnings: Counter[str] = Counter()
    if missing.reason:
        reasons.update(dict.fromkeys(np.flatnonzero(codes == -1).tolist(), missing.reason))
    odd = [code for code, outcome in outcomes.items() if outcome.reason or outcome.warning]
    if odd:
        of_interest = np.flatnonzero(np.isin(codes, odd))
        for position, code in zip(of_interest.tolist(), codes[of_interest].tolist(), strict=True):
            outcome = outcomes[code]
            if outcome.reason:
                reasons[position] = outcome.reason
            elif outcome.warning:
                warnings[outcome.warning] += 1
    return reasons, warnings


def _refuse_cut_ids(distinct: pa.Array, codes: np.ndarray, outcomes: dict[int, Outcome]) -> None:
    """Refuse ids ending in zeros after 15 digits where chance does not explain them (a tail of k zeros: 1 in 10^k)."""
    candidates = pc.match_substring_regex(distinct, r"\d{15}00")
    if not pc.any(candidates).as_py():
        return
    found = np.flatnonzero(candidates.to_numpy(zero_copy_only=False)).tolist()
    cut = [position for position in found if zero_tailed(distinct[position].as_py().strip("\t'` ="))]
    by_chance = sum(len(codes) * 10.0 ** (15 - len(distinct[position].as_py())) for position in cut[:1])
    if len(cut) > 3 * by_chance:
        for position in cut:
            outcomes[position] = Outcome(None, "lossy_digits")


def _clean(column: Column, distinct: pa.Array, rules: Rules) -> pa.Array:
    """Return the canonical text of the values that are plainly well written, null for the rest."""
    nothing = pa.nulls(len(distinct), TEXT)
    if column.values or column.synonyms or len(distinct) == 0:
        return nothing
    if column.type == "identifier":
        hides = pc.match_substring_regex(distinct, _HIDES_NUMBER)
        return pc.if_else(pc.and_not(pc.match_substring_regex(distinct, _CLEAN_ID), hides), distinct, nothing)
    if column.type in ("decimal", "integer"):
        if column.maximum is not None or column.minimum not in (None, 0) or column.scale not in (None, 2):
            return nothing
        fits = pc.match_substring_regex(distinct, _CLEAN_NUMBER if column.type == "decimal" else _CLEAN_INTEGER)
        if column.minimum == 0:
            fits = pc.and_(fits, pc.invert(pc.starts_with(distinct, "-")))
        return pc.if_else(fits, distinct, nothing)
    if column.type == "instant":
        return _clean_instants(column, distinct, rules)
    return nothing


def _clean_instants(column: Column, distinct: pa.Array, rules: Rules) -> pa.Array:
    nothing = pa.nulls(len(distinct), TEXT)
    result = nothing
    for unit, shape in _EPOCHS.items():
        fits = pc.match_substring_regex(distinct, shape)
        if pc.any(fits).as_py():
            moments = pc.if_else(fits, distinct, nothing).cast(pa.int64()).cast(pa.timestamp(unit))
            text = pc.replace_substring_regex(moments.cast(TEXT), r"\.000$", "")
            text = pc.replace_substring_regex(text, r"(\.\d{3})$", r"\1000")
            result = pc.coalesce(result, text)
    for shape, is_local in ((_CLEAN_INSTANT, column.clock != "utc"), (_CLEAN_ZULU, False)):
        fits = pc.match_substring_regex(distinct, shape)
        if pc.any(fits).as_py():
            written = pc.if_else(fits, distinct, nothing)
            written = pc.replace_substring(pc.replace_substring(written, "T", " "), "Z", "")
            moments = pc.strptime(written, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
            # 30 February parses as a day in March: only what reads back the same exists.
            moments = pc.if_else(pc.equal(moments.cast(TEXT), written), moments, pa.scalar(None, pa.timestamp("s")))
            if is_local:
                moments = pc.subtract(moments, pa.scalar(SHANGHAI_OFFSET, pa.duration("s")))
            result = pc.coalesce(result, moments.cast(TEXT))
    if not column.may_be_future:
        result = pc.if_else(pc.less_equal(result, rules.landed_at), result, nothing)
    return result


def as_text(values: list[Any]) -> pa.Array:
    """Return JSON values as text: whole numbers digit by digit, decimals without powers of ten, structures as JSON."""
    try:
        return pa.array(values, TEXT)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        pass
    try:
        typed = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError, UnicodeEncodeError):
        typed = pa.nulls(0)
    if pa.types.is_integer(typed.type) or pa.types.is_boolean(typed.type):
        return typed.cast(TEXT)
    # A whole number between fractions stays as written: its text must not depend on its neighbours in the batch.
    mixed = pa.types.is_floating(typed.type) and any(type(value) is int for value in values)
    if pa.types.is_floating(typed.type) and not mixed:
        encoded = typed.dictionary_encode()
        return pa.array([_as_text(value) for value in encoded.dictionary.to_pylist()], TEXT).take(encoded.indices)
    return pa.array([_as_text(value) for value in values], TEXT)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if abs(value) < EXACT_FLOAT and not 0 < abs(value) < 1e-4 else f"{value:.17g}"
    if isinstance(value, dict | list):
        try:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
        except RecursionError:  # nested as deep as only hostile input is: no JSON to anybody
            return _TOO_DEEP
        return text.encode("utf-8", "replace").decode()
    return str(value)
