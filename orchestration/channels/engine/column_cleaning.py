"""A whole column at once: clean values by Arrow, each odd distinct value by the rules of ``values``, once."""

import datetime as dt
import json
from collections import Counter
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.business_time import SHANGHAI_OFFSET
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.values import LONGEST_FIELD, Outcome, Rules, read_value, zero_tailed

TEXT: Final = pa.string()
#: Whole numbers up to here survive as a double; JSON numbers above are written digit by digit from Python's integers.
EXACT_FLOAT: Final = 2.0**53
#: Values that need no closer look, by type: nothing in them is a contact, a NULL word, a lossy number or a sentinel.
_FIRST: Final = dt.datetime.fromisoformat("1990-01-01")
_END: Final = dt.datetime.fromisoformat("2100-01-01")
_ZULU: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"
_CLEAN_NUMBER: Final = r"^-?(?:0|[1-9]\d{0,9})(?:\.\d{1,2})?$"
_CLEAN_INTEGER: Final = r"^(?:0|-?[1-9]\d{0,9})$"
#: Letters first (ten, or a digit somewhere: no NULL word), or digits before a letter (no power of ten); no run of ten
#: digits, hyphens and low lines, in which a number for a token could hide. Or digits: no 0, and no mobile's, which in
#: Hong Kong and Macau have eleven with their country, in Taiwan twelve.
_CLEAN_ID: Final = (
    r"^(?:(?:[A-Za-z][A-Za-z_-]*|\d[\d_-]{0,8}[A-DF-Za-df-z][A-Za-z_]*-*)(?:\d[\d_-]{0,8}(?:[A-Za-z][A-Za-z_]*-*|$))+"
    r"|[A-Za-z][A-Za-z_-]{9,}|[1-9]\d{0,9}|(?:[2-79]\d\d|8[0-46-9]\d|85[014-9]|1[0-2]\d)\d{8}"
    r"|(?:[1-79]\d\d|8[0-79]\d|88[0-57-9])\d{9}|[1-79]\d{12}|8[0-57-9]\d{11}|[1-9]\d{13,29})$"
)
#: Longer than any NULL word, of letters that have one spelling only, no address of mail; nor may a number hide in it.
_CLEAN_TEXT: Final = r"^[!-?A-~\x{4e00}-\x{9fff}][ -?A-~\x{4e00}-\x{9fff}]{3,}[!-?A-~\x{4e00}-\x{9fff}]$"
#: Of what contacts.MAY_EMBED takes for a number's marks, those that a clean text may hold.
_HIDES_NUMBER: Final = r"\d[\d ./\\_,|~()\[\]{}-]{9}"
#: What spreadsheets leave of a long number.
_CUT: Final = r"\d{15}00"
_TOO_DEEP: Final = "[too deep"
#: Where values repeat themselves as often, each distinct value is looked at once.
_REPEATS: Final = 8
_SAMPLE: Final = 1000
#: Of so few among many, another spelling is not worth a look at the whole column.
_FEW: Final = 100
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
    outcomes: list[Outcome] = []
    if written.null_count == len(written):
        values, shapes, codes = written, written, np.zeros(0, np.int64)
    elif _repeats(written):
        encoded = written.dictionary_encode()
        of_row = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
        values, shapes, outcomes, codes = _read(column, encoded.dictionary, rules, from_spreadsheet, len(written))
        values = written if values.equals(encoded.dictionary) else values.take(encoded.indices)
        shapes, codes = shapes.take(encoded.indices), np.append(codes, -1)[of_row]
    else:
        values, shapes, outcomes, codes = _read(column, written, rules, from_spreadsheet, len(written))
    reasons, warnings = _complaints(codes, outcomes)
    if column.required and (missing := read_value("", column, rules).reason):
        absent = pc.is_null(written).to_numpy(zero_copy_only=False)
        reasons |= dict.fromkeys(np.flatnonzero(absent).tolist(), missing)
    return Read([values, shapes] if column.type == "phone" else [values], reasons, warnings)


def _repeats(written: pa.Array) -> bool:
    """Say whether values come often enough again: by how many pairs meet among the first ones, as birthdays do."""
    sample = written[:_SAMPLE]
    found = pc.count_distinct(sample).as_py()
    met = len(sample) - found
    distinct = found if met > found else len(sample) ** 2 / (2 * max(met, 0.5))
    return bool(distinct * _REPEATS < len(written))


def _read(
    column: Column, written: pa.Array, rules: Rules, from_spreadsheet: bool, count: int
) -> tuple[pa.Array, pa.Array, list[Outcome], np.ndarray]:
    """Return values, shapes of phones, the outcomes of the odd distinct values and which of them each row has."""
    clean = clean_values(column, written, rules)
    cut = _cut_ids(written, count) if from_spreadsheet and column.type in ("identifier", "recipient") else []
    if cut:
        clean = pc.if_else(pc.is_in(written, pa.array(cut)), pa.scalar(None, TEXT), clean)
    codes = np.full(len(written), -1)
    if clean.null_count == written.null_count:
        return clean, clean, [], codes
    is_odd = pc.and_(pc.is_null(clean), pc.is_valid(written))
    encoded = written.filter(is_odd).dictionary_encode()
    lossy = dict.fromkeys(cut, Outcome(None, "lossy_digits"))
    outcomes = [
        lossy[text] if text in lossy else read_value(text, column, rules) for text in encoded.dictionary.to_pylist()
    ]
    codes[is_odd.to_numpy(zero_copy_only=False)] = encoded.indices.to_numpy()
    every = pa.array(codes, pa.int32(), mask=codes < 0)
    shapes = pa.array([outcome.shape for outcome in outcomes], TEXT).take(every)
    values = pa.array([outcome.value for outcome in outcomes], TEXT).take(every)
    return pc.coalesce(clean, values), shapes, outcomes, codes


def _complaints(codes: np.ndarray, outcomes: list[Outcome]) -> tuple[dict[int, str], Counter[str]]:
    reasons: dict[int, str] = {}
    warnings: Counter[str] = Counter()
    odd = [code for code, outcome in enumerate(outcomes) if outcome.reason or outcome.warning]
    if odd:
        of_interest = np.flatnonzero(np.isin(codes, odd))
        for position, code in zip(of_interest.tolist(), codes[of_interest].tolist(), strict=True):
            outcome = outcomes[code]
            if outcome.reason:
                reasons[position] = outcome.reason
            elif outcome.warning:
                warnings[outcome.warning] += 1
    return reasons, warnings


def _cut_ids(written: pa.Array, count: int) -> list[str]:
    """Return ids ending in zeros after 15 digits where chance does not explain them (a tail of k zeros: 1 in 10^k)."""
    if pc.max(pc.binary_length(written)).as_py() < len("123456789012345") + 2:
        return []
    candidates = pc.unique(written.filter(pc.match_substring_regex(written, _CUT))).to_pylist()
    cut = [text for text in candidates if text and zero_tailed(text.strip("\t'` ="))]
    by_chance = sum(count * 10.0 ** (15 - len(text)) for text in cut[:1])
    return cut if len(cut) > 3 * by_chance else []


def clean_values(column: Column, written: pa.Array, rules: Rules) -> pa.Array:
    """Return the canonical text of the values that are plainly well written, null for the rest."""
    if column.values or column.synonyms or column.refusal or pc.max(pc.binary_length(written)).as_py() > LONGEST_FIELD:
        return pa.nulls(len(written), TEXT)
    if column.type == "instant":
        return _clean_instants(column, written, rules)
    if column.type in ("identifier", "recipient"):
        return _only(written, pc.match_substring_regex(written, _CLEAN_ID))
    if column.type == "text":
        fits = pc.match_substring_regex(written, _CLEAN_TEXT)
        return _only(written, pc.and_not(fits, pc.match_substring_regex(written, _HIDES_NUMBER)))
    plainly = column.maximum is None and column.minimum in (None, 0) and column.scale in (None, 2)
    if column.type not in ("decimal", "integer") or not plainly:
        return pa.nulls(len(written), TEXT)
    fits = pc.match_substring_regex(written, _CLEAN_NUMBER if column.type == "decimal" else _CLEAN_INTEGER)
    return _only(written, pc.and_not(fits, pc.starts_with(written, "-")) if column.minimum == 0 else fits)


def _only(written: pa.Array, fits: pa.Array) -> pa.Array:
    """Return the values that fit; null for the rest."""
    if pc.all(fits, skip_nulls=True).as_py():
        return written
    return pc.if_else(fits, written, pa.scalar(None, TEXT))


def _clean_instants(column: Column, written: pa.Array, rules: Rules) -> pa.Array:
    result = _to_the_second(written, column.clock != "utc")
    if result.null_count - written.null_count > len(written) // _FEW:
        zulu = pc.if_else(pc.match_substring_regex(written, _ZULU), written, pa.scalar(None, TEXT))
        plain = pc.replace_substring(pc.replace_substring(zulu, "T", " "), "Z", "")
        result = pc.coalesce(result, _to_the_second(plain, is_local=False))
        for unit, shape in _EPOCHS.items():
            epochs = pc.if_else(pc.match_substring_regex(written, shape), written, pa.scalar(None, TEXT))
            text = epochs.cast(pa.int64()).cast(pa.timestamp(unit)).cast(TEXT)
            text = pc.replace_substring_regex(pc.replace_substring_regex(text, r"\.000$", ""), r"(\.\d{3})$", r"\1000")
            result = pc.coalesce(result, text)
    return result if column.may_be_future else _only(result, pc.less_equal(result, rules.landed_at))


def _to_the_second(written: pa.Array, is_local: bool) -> pa.Array:
    """Return the times written ``YYYY-MM-DD HH:MM:SS`` in UTC."""
    moments = pc.strptime(written, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
    # 30 February parses as a day in March: only what reads back the same exists.
    exists = pc.equal(moments.cast(TEXT), written)
    is_plain = pc.and_(exists, pc.and_(pc.greater_equal(moments, _FIRST), pc.less(moments, _END)))
    if is_local:
        moments = pc.subtract(moments, pa.scalar(SHANGHAI_OFFSET, pa.duration("s")))
    return _only(moments.cast(TEXT), is_plain)


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
