"""How a channel is declared: its datasets, their columns, units, clocks and keys. Parsing is the engine's work.

A platform module holds one ``CHANNEL`` and no code of its own::

    from orchestration.channels.engine.declare import Channel, Child, Column, Dataset

    CHANNEL = Channel(
        name="pos",
        datasets=(
            Dataset(
                name="tickets",                                  # table channels.pos__tickets
                natural_key=("_account", "sn"),
                columns=(
                    Column("sn", "identifier", required=True),
                    Column("sold_at", "instant", path="datetime", required=True),   # Shanghai clock by default
                    Column("customer_uid", "identifier", path="customerUid"),       # JSON integers survive as text
                    Column("total_amount_yuan", "decimal", path="totalAmount", required=True),
                    Column("ticket_type", path="ticketType", values=("SELL", "SELL_RETURN")),
                    Column("payments", "json"),
                ),
                children=(
                    Child(
                        name="ticket_items",                     # table channels.pos__ticket_items
                        path="items",                            # a list of objects inside the payload
                        parent=("sn", "sold_at"),                # parent columns repeated on every element
                        columns=(
                            Column("product_uid", "identifier", path="productUid", required=True),
                            Column("quantity", "decimal", required=True),
                        ),
                    ),
                ),
            ),
            Dataset(
                name="members",
                natural_key=("member_no",),
                columns=(
                    Column("member_no", "identifier", required=True, aliases=("会员卡号",)),
                    Column("mobile", "phone", aliases=("手机", "手机号")),  # and mobile_shape beside it
                    Column("registered_at", "instant", path="register_time"),
                ),
            ),
        ),
    )

What comes out, for every column, is text already checked and canonical (instants ``YYYY-MM-DD HH:MM:SS[.ffffff]`` in
UTC, dates ISO, decimals plain in the unit declared by the column's name, booleans true/false, NULL words empty), or
the whole record is quarantined with the reason. Besides the declared columns each table has ``_file_id``, ``_line``,
``_landed_at``, ``_is_history``, ``_account`` and ``_fetched_at``; a child's also ``_ordinal`` (its place, from 1).
"""

import dataclasses
import hashlib
from typing import Final, Literal

from orchestration.channels.engine.reasons import RULE_VERSION
from orchestration.channels.engine.vocabularies import REFUSAL_WORDS, REFUSAL_WORDS_ALONE

Type = Literal[
    "text",  # free text; phones and e-mail addresses inside it become tokens
    "identifier",  # an id: kept as text, Excel damage is refused, phone and e-mail shaped values become tokens
    "recipient",  # an id, or a token of our exports: one that no export knows is set aside where no customer is named
    "instant",  # -> UTC; see Column.clock
    "date",
    "decimal",
    "integer",
    "probability",  # a number above 0 and below 1: what is certain was not drawn
    "boolean",
    "json",  # an object or a list, kept as compact JSON text; contact values inside it become tokens
    "phone",  # -> token when it is a mobile or a landline, beside <name>_shape
    "email",  # -> token
    "email_domain",  # an e-mail or a domain of mail -> token of the domain; a public mailbox's is empty
    "name",  # a person's name -> token
    "address",  # -> token
]
Clock = Literal["shanghai", "utc", "epoch_s", "epoch_ms", "weibo"]

#: Columns the engine adds to every table, after the declared ones.
BOOKKEEPING: Final[dict[str, str]] = {
    "_file_id": "varchar",
    "_line": "bigint",
    "_landed_at": "timestamp",
    "_is_history": "boolean",
    "_account": "varchar",
    "_fetched_at": "timestamp",
}


class DeclarationError(ValueError):
    """A channel module that contradicts itself; the message names the dataset and the column."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of a dataset.

    Parameters
    ----------
    name
        Its name in the table; the unit stands in it (``_yuan``, ``_fen``, ``_at``).
    type
        What a value has to be, see ``Type``.
    required
        The file must have the column and every record a value.
    required_where
        (another column, one of its values): every record in which that column reads so must have a value here.
    aliases
        Other headers it goes by. Headers are compared without case, spaces, units in brackets and width.
    path
        Where its value stands in a JSON payload, keys joined by dots (``external_contact.unionid``); the name when
        omitted; ``.`` is the element itself (a list of plain values). Also an alias of the header.
    clock
        Of an instant: zone-less text in ``shanghai`` (the default) or ``utc``; ``epoch_s`` and ``epoch_ms`` numbers
        (declared, but the magnitude decides: 10 digits are seconds, 13 milliseconds, 16 microseconds);
        ``weibo`` is ``Wed Jun 01 00:50:25 +0800 2011``. Text that carries a zone is converted by it.
    values
        The vocabulary; compared without case, anything else is quarantined naming these.
    synonyms
        (spelling, value of the vocabulary or "" for NULL) pairs.
    refusal
        The word that stands for any one outside the vocabulary that says that somebody refuses.
    minimum, maximum
        Bounds of a number, inclusive, in the column's own unit.
    scale
        Most decimals of an amount; more are rounded half up and counted. None: as sent.
    narrows
        It narrows what its record says, which without it holds for everything (a consent's channel). A table without
        it whose header has columns that nobody declared is set aside: one of them may be it under another name. So is
        a JSON record without its key, unless it refuses: a refusal holds for everything then.
    may_be_future
        An instant or date that may lie after the file's landing (an expiry, an appointment).
    may_be_zero
        An id that counts within something (the lines of an order), so that 0 is the first and not none. Every other id
        that may be empty is empty where it is 0: tills and platforms write 0 for no customer, no coupon, no seller, no
        order, and a record of that name would gather what belongs to nobody.
    may_be_masked
        An id that may be starred out (139****0001), because its type says so and such a type joins nobody. Every other
        one is nobody's id then: empty and counted, or of a required column set aside.
    contact_by
        Name of a column that says what the value is: where that is ``mobile`` or ``email`` the value is read as
        such and tokenised (``identifiers.id_value`` by ``id_type``).
    empty_says
        What an empty value claims, where it is not just unknown (a currency: yuan; the time of revoking: in force).
        A value that cannot be read sets its record aside then; of every other optional column it becomes empty, is
        counted, and stays in ``raw/``.
    may_be_other
        Words outside the vocabulary are kept as written, and counted: platforms add states without a word.
    about
        What it says, in a sentence, for the docs: no rule, so a better sentence makes no other declaration.
    """

    name: str
    type: Type = "text"
    required: bool = False
    required_where: tuple[str, str] | None = None
    aliases: tuple[str, ...] = ()
    path: str | None = None
    clock: Clock = "shanghai"
    values: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    refusal: str = ""
    minimum: int | None = None
    maximum: int | None = None
    scale: int | None = None
    narrows: bool = False
    may_be_future: bool = False
    may_be_zero: bool = False
    may_be_masked: bool = False
    contact_by: str | None = None
    empty_says: str = ""
    may_be_other: bool = False
    about: str = dataclasses.field(default="", repr=False, compare=False)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The table's columns made from it: a phone has its shape beside it."""
        return (self.name, f"{self.name}_shape") if self.type == "phone" else (self.name,)

    @property
    def may_be_emptied(self) -> bool:
        """Whether a value that cannot be read may count as unknown.

        Ids and phones never: their record would change hands. Nor a word that narrows what its record says.
        """
        plain = self.type not in ("identifier", "recipient", "phone") and not self.narrows
        return plain and not self.required and not self.empty_says


@dataclasses.dataclass(frozen=True)
class Refuser:
    """Where a record says who it is that may refuse.

    Parameters
    ----------
    value
        The column with the id. A phone is of the type that its shape says, a recipient's token or number what it is.
    id_type, type_by
        What kind of id it is, or the column that says it.
    scope_by
        The column that says within what it is unique; ``_account`` is the envelope's.
    where
        A column and its value: where the column reads otherwise, the id is somebody else's.
    """

    value: str
    id_type: str = ""
    type_by: str = ""
    scope_by: str = ""
    where: tuple[str, str] = ("", "")


@dataclasses.dataclass(frozen=True)
class MayRefuse:
    """Which records of a dataset can be somebody's refusal: all of them, where nothing else is said.

    A record that can be one and cannot be read counts in its widest reading for whom it names, from its landing on.
    One that names nobody closes the audience. Both until it is corrected or accepted.

    Parameters
    ----------
    unless_true
        A column: a record in which it reads as true refuses nothing (a consent that was given).
    when_filled, when_said
        A column that refuses when it is filled (the time of unsubscribing), and those that do when they hold a word of
        refusal (a message's status): a record in which none does refuses nothing.
    refusers
        Where a record says who refuses; each id that can be read counts.
    channel, channel_by
        Which message channel a record speaks of, or the column that says it; every one, where that is not read, or
        where any word of the record is not.
    every_channel_when
        A column and the words of it with which a record speaks of every channel, whichever it names: a mark as test
        account or staff keeps somebody out of all lists, and while a complaint is open nothing is sent at all.
    profiling_by
        The column with the purpose: a record in which it is not read may refuse profiling as well.
    """

    unless_true: str = ""
    when_filled: str = ""
    when_said: tuple[str, ...] = ()
    refusers: tuple[Refuser, ...] = ()
    channel: str = ""
    channel_by: str = ""
    every_channel_when: tuple[str, tuple[str, ...]] = ("", ())
    profiling_by: str = ""

    @property
    def columns(self) -> set[str]:
        """The columns that it names."""
        ids = {name for one in self.refusers for name in (one.value, one.type_by, one.scope_by, one.where[0])}
        named = {self.unless_true, self.when_filled, self.channel_by, self.every_channel_when[0], self.profiling_by}
        return (named | set(self.when_said) | ids) - {""}


@dataclasses.dataclass(frozen=True)
class Child:
    """A list inside a payload that becomes a table of its own, one row per element.

    ``path`` leads to the list (an object there counts as a list of one, absence as none); paths of ``columns`` start
    at the element; ``parent`` names columns of the dataset that every element repeats. One bad element quarantines
    its whole record: an order without one of its lines would no longer add up.
    """

    name: str
    path: str
    columns: tuple[Column, ...]
    parent: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Dataset:
    """One kind of file: ``landing/<channel>/<name>/*``.

    Parameters
    ----------
    name
        Folder, and second half of the table's name.
    columns
        In the table's order.
    natural_key
        What a later delivery of the same thing has in common; ``_account`` may be part of it.
    children
        Lists of the payload that become tables.
    headerless
        Delimited files have no header line; columns stand in the declared order.
    delimiters
        Those allowed; the one that splits the header into known columns is taken.
    preamble
        Most lines that may stand before the header (shop name, export time, ``sep=,``): the header is looked for in as
        many and one more, and those above it are counted as skips.
    totals
        First cells that mark a totals line at the end (``合计``); counted as skips.
    ends_with
        How the first cell of a closing line begins (``#``, ``总交易单数``); it and one more of its width, the figures
        under such heads, are counted as skips.
    forward_fill
        Columns whose empty cells repeat the cell above (merged cells, order-level columns); nothing else is filled.
    sheet
        The worksheet of an xlsx; the first one when omitted.
    rows_at
        Where in an answer of an API (a ``.json`` file) the records lie, keys joined by dots; the file itself is the
        list of them, or one, when empty.
    may_refuse
        Which of its records can be somebody's refusal; None where none can.
    cannot_refuse
        Why none can, in a few words, of a channel of your own: a test asks those that say neither.
    """

    name: str
    columns: tuple[Column, ...]
    natural_key: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    headerless: bool = False
    delimiters: tuple[str, ...] = (",", "\t", ";", "|")
    preamble: int = 20
    totals: tuple[str, ...] = ("合计", "总计", "小计", "汇总", "Total", "共")
    ends_with: tuple[str, ...] = ()
    forward_fill: tuple[str, ...] = ()
    sheet: str | None = None
    rows_at: str = ""
    may_refuse: MayRefuse | None = dataclasses.field(default=None, repr=False)
    cannot_refuse: str = dataclasses.field(default="", repr=False, compare=False)

    @property
    def rule_version(self) -> str:
        """Which rules its files met: those of all datasets and its own declaration."""
        rules = repr((self, REFUSAL_WORDS, REFUSAL_WORDS_ALONE, *filter(None, [self.may_refuse])))
        return f"{RULE_VERSION}-{hashlib.sha256(rules.encode()).hexdigest()[:8]}"

    @property
    def told_columns(self) -> tuple[Column, ...]:
        """The columns that a remedy speaks of."""
        return self.columns

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        names = {column.name for column in self.columns}
        for what, columns in (("itself", self.columns), *((child.name, child.columns) for child in self.children)):
            outputs = [output for column in columns for output in column.outputs]
            if len(set(outputs)) != len(outputs):
                raise DeclarationError(f"dataset {self.name}: {what} declares a column twice: {sorted(outputs)}")
        if self.may_refuse and self.cannot_refuse:
            raise DeclarationError(f"dataset {self.name}: it says may_refuse and cannot_refuse; keep one")
        wanted = {*self.natural_key, *self.forward_fill, *(key for child in self.children for key in child.parent)}
        wanted |= {column.contact_by for column in self.columns if column.contact_by}
        wanted |= self.may_refuse.columns if self.may_refuse else set()
        if unknown := wanted - names - {"_account"}:
            raise DeclarationError(f"dataset {self.name}: {sorted(unknown)} are keys but no declared columns")


@dataclasses.dataclass(frozen=True)
class Channel:
    """One channel: its folder under ``landing/`` and its datasets. Its lag is a row of the seed ``sources``."""

    name: str
    datasets: tuple[Dataset, ...]

    def tables(self) -> dict[str, dict[str, str]]:
        """Return every table of the channel (without schema) with its columns and DuckDB types, in order."""
        tables: dict[str, dict[str, str]] = {}
        for dataset in self.datasets:
            own = {column.name: column for column in dataset.columns}
            listed = {output: "varchar" for column in dataset.columns for output in column.outputs}
            tables[f"{self.name}__{dataset.name}"] = {**listed, **BOOKKEEPING}
            for child in dataset.children:
                inherited = {output: "varchar" for key in child.parent if key in own for output in own[key].outputs}
                listed = {output: "varchar" for column in child.columns for output in column.outputs}
                tables[f"{self.name}__{child.name}"] = {**inherited, **listed, "_ordinal": "bigint", **BOOKKEEPING}
        return tables
