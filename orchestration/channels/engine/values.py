"""One written value of a declared type: its canonical text, or the reason why it is none."""

import datetime as dt
import decimal
import json
import math
import re
import unicodedata
from collections.abc import Callable, Container
from typing import Any, Final, NamedTuple

from orchestration.channels.engine import clocks
from orchestration.channels.engine.contacts import (
    JOINING_SHAPES,
    MAY_EMBED,
    MOBILE_SHAPED,
    is_scientific,
    plain,
    read_domain,
    read_email,
    read_phone,
)
from orchestration.channels.engine.declare import Column
from orchestration.channels.engine.refusal_words import says_refusal
from orchestration.channels.engine.sent_tokens import PREFIX
from orchestration.channels.engine.tokens import Tokeniser, kind_of
from orchestration.channels.engine.vocabularies import PUBLIC_MAIL_DOMAINS

#: What exports write where there is nothing.
_SHEET_ERRORS: Final = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"})
NULL_WORDS: Final = frozenset({"", "null", "\\n", "无", "-", "--", "n/a", "未知", "nan", "none"}) | _SHEET_ERRORS
#: And what programs write where an id is missing; a required id may be called so, or be 0.
NULL_IDS: Final = NULL_WORDS | {"undefined", "0"}
LONGEST_FIELD: Final = 1_000_000
_TRUE: Final = frozenset({"true", "1", "yes", "y", "t", "是", "1.0"})
_FALSE: Final = frozenset({"false", "0", "no", "n", "f", "否", "0.0"})
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{0,30})?|[+-]?\.\d{1,30}")
_CURRENCY: Final = re.compile(r"^(?:¥|CNY|RMB|人民币)\s*|\s*(?:元|CNY|RMB|¥)$", re.IGNORECASE)
_WRAPPED: Final = re.compile(r'="?([^"]*)"?')
_ZERO_TAIL: Final = re.compile(r"[1-9]\d{14}0{2,}")
#: What programs write of a sum that should be zero (5.55e-17) and of Spark's zeros (0E-18): no digit is lost in these.
_TINY: Final = re.compile(r"[+-]?\d(?:\.\d{1,30})?[eE]-\d{1,3}")
#: The sign of typeset tables and of web pages.
_MINUS: Final = "\u2212"
_FINEST: Final = decimal.Decimal("1e-18")


class Outcome(NamedTuple):
    """What a value came to: canonical text (None: empty), a reason that sets the record aside, or a warning."""

    value: str | None
    reason: str | None = None
    warning: str | None = None
    shape: str | None = None


NOTHING: Final = Outcome(None)


class Rules(NamedTuple):
    """What the reading of a file's values depends on besides the column."""

    tokeniser: Tokeniser
    #: the file's landing, UTC, ``YYYY-MM-DD HH:MM:SS``: a later time is a future one
    landed_at: str
    #: its business date, for columns that hold dates
    landed_on: str
    #: the tokens of this home's exports
    sent_tokens: Container[str] = frozenset()


Reader = Callable[[str, Column, Rules], Outcome]
#: What a platform writes over the middle of an id.
MASK: Final = "**"
#: Warnings that say of a required value more than that it is missing.
_SAYS_MORE: Final = frozenset({"sentinel_date", "masked_id"})


def read_value(text: str, column: Column, rules: Rules) -> Outcome:
    """Return what a value of a column means; the one entry for every type."""
    if len(text) > LONGEST_FIELD:
        return Outcome(None, "oversize")
    if "\x00" in text:
        return Outcome(None, "nul_byte")
    outcome = _READERS[column.type](text, column, rules)
    if outcome.value is not None and (column.values or column.synonyms or column.refusal):
        outcome = _word(outcome, column)
    if column.required and outcome.value is None and outcome.reason is None and outcome.shape is None:
        return Outcome(None, outcome.warning if outcome.warning in _SAYS_MORE else "missing_value")
    return outcome


def _word(outcome: Outcome, column: Column) -> Outcome:
    spelling = plain(str(outcome.value)).casefold()
    for allowed in column.values:
        if allowed.casefold() == spelling:
            return outcome._replace(value=allowed)
    for synonym, meaning in column.synonyms:
        if plain(synonym).casefold() == spelling:
            return outcome._replace(value=meaning or None)
    if column.refusal and says_refusal(spelling):
        return outcome._replace(value=column.refusal)
    if column.may_be_other:
        return outcome._replace(warning="other_word")
    return Outcome(None, "not_in_vocabulary") if column.values else outcome


def _text(text: str, column: Column, rules: Rules) -> Outcome:
    if text.strip().casefold() in NULL_WORDS:
        return NOTHING
    text = text if text.isascii() else unicodedata.normalize("NFC", text)
    return Outcome(rules.tokeniser.scrub(text) if MAY_EMBED.search(text) else text)


def unwrap(text: str) -> str:
    """Return an id without what spreadsheets and marketplaces put round it: ``="…"``, a leading ' ` or tab."""
    value = text.strip().lstrip("\ufeff\u200b").lstrip("'`\t ")
    if value.startswith("="):
        match = _WRAPPED.fullmatch(value)
        value = match[1].strip() if match else value
    return value if value.isascii() else plain(value)


def _identifier(text: str, column: Column, rules: Rules) -> Outcome:
    value = unwrap(text)
    if value.casefold() in (NULL_WORDS if column.required else NULL_IDS) and not (value == "0" and column.may_be_zero):
        return NOTHING
    if MASK in value and not column.may_be_masked:
        return Outcome(None, warning="masked_id")
    if is_scientific(value):
        return Outcome(None, "lossy_scientific")
    if value.endswith(".0") and value[:-2].isdigit():
        # A double holds every 512th number of 19 digits: what it cannot hold never was one, and lost nothing.
        if len(value) > 16 and int(float(value[:-2])) == int(value[:-2]):
            return Outcome(None, "lossy_digits")
        value = value[:-2]
    if MOBILE_SHAPED.fullmatch(value) or "@" in value:
        token = rules.tokeniser.contact(value)
        return Outcome(token) if token else Outcome(rules.tokeniser.scrub(value))
    return Outcome(rules.tokeniser.scrub(value))


def _recipient(text: str, column: Column, rules: Rules) -> Outcome:
    outcome = _identifier(text, column, rules)
    if outcome.value and outcome.value.casefold().startswith(PREFIX):
        token = outcome.value.casefold()  # ours are written so; a spreadsheet or a gateway may shout
        outcome = outcome._replace(value=token)
        return outcome if token in rules.sent_tokens else outcome._replace(reason="unknown_token")
    # A number with the words that people put round it names somebody; of two nobody knows which is meant.
    phone = read_phone(unwrap(text))
    if phone.digits and phone.shape in JOINING_SHAPES and phone.warning is None:
        return outcome._replace(value=rules.tokeniser.token("mobile", phone.digits))
    return outcome


def _phone(text: str, column: Column, rules: Rules) -> Outcome:
    value = unwrap(text)
    if value.casefold() in NULL_WORDS:
        return NOTHING
    if is_scientific(value):
        return Outcome(None, "lossy_scientific")
    phone = read_phone(value)
    if phone.digits is None:
        return Outcome(None, warning=f"phone_{phone.shape}", shape=phone.shape)
    return Outcome(rules.tokeniser.token(kind_of(phone), phone.digits), warning=phone.warning, shape=phone.shape)


def _email(text: str, column: Column, rules: Rules) -> Outcome:
    value = unwrap(text)
    if value.casefold() in NULL_WORDS:
        return NOTHING
    email = read_email(value)
    return Outcome(rules.tokeniser.token("email", email)) if email else Outcome(None, warning="email_invalid")


def _email_domain(text: str, column: Column, rules: Rules) -> Outcome:
    """Read an e-mail or a bare domain as the token of a company's domain; a public mailbox's says nothing of one."""
    value = unwrap(text)
    if value.casefold() in NULL_WORDS:
        return NOTHING
    domain = read_domain(value)
    if domain is None:
        return Outcome(None, warning="email_invalid")
    return NOTHING if domain in PUBLIC_MAIL_DOMAINS else Outcome(rules.tokeniser.token("domain", domain))


def _name(text: str, column: Column, rules: Rules) -> Outcome:
    """Read a name: only emptiness is no name, since people do call themselves "null" or 无."""
    value = plain(text)
    return Outcome(rules.tokeniser.token("name", value)) if value else NOTHING


def _address(text: str, column: Column, rules: Rules) -> Outcome:
    value = plain(text)
    return NOTHING if value.casefold() in NULL_WORDS else Outcome(rules.tokeniser.token("address", value))


def _instant(text: str, column: Column, rules: Rules) -> Outcome:
    if text.strip().casefold() in NULL_WORDS:
        return NOTHING
    read = clocks.read_instant(unwrap(text), column.clock)
    return _timed(read, column, rules.landed_at, clocks.as_instant_text)


def _date(text: str, column: Column, rules: Rules) -> Outcome:
    if text.strip().casefold() in NULL_WORDS:
        return NOTHING
    return _timed(clocks.read_date(unwrap(text)), column, rules.landed_on, lambda moment: moment.date().isoformat())


def _timed(read: clocks.Read, column: Column, landed: str, written: Callable[[dt.datetime], str]) -> Outcome:
    if read.moment is None:
        sentinel = read.reason == "sentinel_date"
        return Outcome(None, warning="sentinel_date") if sentinel else Outcome(None, read.reason)
    text = written(read.moment)
    # The value stays beside the reason: it says from when on the file is read again.
    return Outcome(text, "future_time" if not column.may_be_future and text > landed else None)


def _decimal(text: str, column: Column, rules: Rules) -> Outcome:
    value = plain(unwrap(text)).replace(_MINUS, "-")
    if value.casefold() in NULL_WORDS:
        return NOTHING
    if MOBILE_SHAPED.fullmatch(value):
        return Outcome(None, "phone_in_number")
    if is_scientific(value):
        return Outcome(None, "lossy_scientific")
    if _TINY.fullmatch(value):
        value = format(decimal.Decimal(value).quantize(_FINEST), "f")
    value = _CURRENCY.sub("", value).strip()
    if not _NUMBER.fullmatch(value):
        return Outcome(None, "not_a_number")
    number = decimal.Decimal(value.replace(",", ""))
    warning = None
    if column.scale is not None and -number.as_tuple().exponent > column.scale:  # type: ignore[operator]
        rounded = number.quantize(decimal.Decimal(1).scaleb(-column.scale), decimal.ROUND_HALF_UP)
        warning, number = (None if rounded == number else "rounded"), rounded
    return _bounded(number, format(number, "f"), column, warning)


def _integer(text: str, column: Column, rules: Rules) -> Outcome:
    outcome = _decimal(text, column, rules)
    if outcome.value is None:
        return outcome
    number = decimal.Decimal(outcome.value)
    if number != number.to_integral_value():
        return Outcome(None, "not_a_number")
    return outcome._replace(value=str(int(number)))


def _probability(text: str, column: Column, rules: Rules) -> Outcome:
    outcome = _decimal(text, column, rules)
    if outcome.value is None or 0 < decimal.Decimal(outcome.value) < 1:
        return outcome
    return Outcome(None, "not_a_probability")


def _bounded(number: decimal.Decimal, text: str, column: Column, warning: str | None) -> Outcome:
    if column.minimum is not None and number < column.minimum:
        return Outcome(None, "below_minimum")
    if column.maximum is not None and number > column.maximum:
        return Outcome(None, "above_maximum")
    return Outcome(text, warning=warning)


def _boolean(text: str, column: Column, rules: Rules) -> Outcome:
    word = plain(text).casefold()
    if word in _TRUE:
        return Outcome("true")
    if word in _FALSE:
        return Outcome("false")
    return NOTHING if word in NULL_WORDS else Outcome(None, "not_a_boolean")


def _json(text: str, column: Column, rules: Rules) -> Outcome:
    if text.strip().casefold() in NULL_WORDS:
        return NOTHING
    try:
        value = json.loads(text, parse_constant=lambda _: None)
        if not isinstance(value, dict | list):
            return Outcome(None, "not_an_object")
        written = json.dumps(_scrubbed(value, rules.tokeniser), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return Outcome(None, "not_an_object")
    # Half of an emoji, as platforms cut texts, is no character and cannot be stored.
    return Outcome(written.encode("utf-8", "replace").decode())


def _scrubbed(value: Any, tokeniser: Tokeniser) -> Any:
    """Return a JSON value with the contact values in its strings, numbers and keys replaced by tokens."""
    if isinstance(value, dict):
        return {tokeniser.scrub(key): _scrubbed(each, tokeniser) for key, each in value.items()}
    if isinstance(value, list):
        return [_scrubbed(each, tokeniser) for each in value]
    if isinstance(value, str):
        return tokeniser.scrub(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = str(int(value)) if abs(value) < 1e14 and value == int(value) else ""
        scrubbed = tokeniser.scrub(digits)
        return value if scrubbed == digits else scrubbed
    return value


def zero_tailed(text: str) -> bool:
    """Say whether an id looks like one that a spreadsheet cut after 15 digits."""
    return _ZERO_TAIL.fullmatch(text) is not None


_READERS: Final[dict[str, Reader]] = {
    "text": _text,
    "identifier": _identifier,
    "recipient": _recipient,
    "instant": _instant,
    "date": _date,
    "decimal": _decimal,
    "integer": _integer,
    "probability": _probability,
    "boolean": _boolean,
    "json": _json,
    "phone": _phone,
    "email": _email,
    "email_domain": _email_domain,
    "name": _name,
    "address": _address,
}
