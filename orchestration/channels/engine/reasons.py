"""Why a record or a file is set aside, and what a person does about it. Codes are stable; the words are for people."""

from typing import Final

#: Raised with every change of a rule that all datasets share; a dataset's declaration is the other half of its version.
RULE_VERSION: Final = "7"

#: What a person mends without a new delivery, so that every run tries again: rights, or a copy out of a backup.
TRIED_AGAIN: Final = ("unreadable", "raw_changed")

REMEDIES: Final[dict[str, str]] = {
    # files
    "empty_file": "The file has no bytes; ask the sender to export it again.",
    "truncated_gzip": (
        "The gzip stream ends early; deliver the file again (write it as .part and rename when complete)."
    ),
    "not_gzip": "The name ends in .gz but the content is not gzip; rename or compress it.",
    "not_text": (
        "The content is a zip, a spreadsheet or a web page under a text name; export as CSV or give the right suffix."
    ),
    "html_page": "The content is a web page (often a failed or logged-out export); log in and export again.",
    "undecodable": "Most lines are neither UTF-8 nor GB18030; export the file as UTF-8.",
    "unknown_header": (
        "None of the first lines looks like this dataset's header; docs/plugging-in-your-channels.md lists its columns."
        " For a seller's own export, siyu try FILE says which mapping reads it and where the file belongs."
    ),
    "missing_column": (
        "A required column is not in the file: export it, or map its header in landing.toml (siyu try FILE writes one)."
    ),
    "absent_header": (
        "The mapping names a header that the file does not have, and without it money or people would be read as"
        " something else: correct the mapping in landing.toml, or export the column."
    ),
    "api_answer": (
        "This is a platform's answer, a page or a single one, and no entity: write each element of the key named here"
        " on a line of its own (.jsonl), or as one array (.json), as docs/channel-formats.md shows it. Where the record"
        " is an entity that holds such a list (a trade with its lines), declare it as a Child in the channel module."
    ),
    "api_error": "This is a platform's error (its errcode is not 0) that came instead of data: pull it again.",
    "array_in_line": (
        "The line is an array, as a push posts it: write its objects each on a line of its own, or save one array as"
        " .json."
    ),
    "another_unit": (
        "The median of this amount lies twenty-fold from that of the channel's own last 28 days: fen for yuan, or"
        " another column? Deliver it in the right unit, or accept it: siyu quarantine accept CHANNEL/DATASET/FILE."
    ),
    "full_sheet": (
        "The table ends at row 1,048,576, where spreadsheets end, so what came after was cut: export it in parts, or as"
        " CSV without a spreadsheet. If it is whole, accept it: siyu quarantine accept CHANNEL/DATASET/FILE."
    ),
    "undeclared_refusal": (
        "The header says that people refuse, and nobody declared it: declare it in the channel module as an alias of"
        " the column that it is, or look at the file and accept it (siyu refusals accept)."
    ),
    "duplicated_header": "Two columns have the same header, so values are ambiguous; rename or remove one.",
    "header_too_long": "The header line is longer than a megabyte; this is not a table.",
    "not_json": "The text is not JSON; export one object per line (.jsonl) or one array (.json).",
    "not_parquet": "The file is not readable Parquet; write it again.",
    "not_xlsx": "The file is not a readable, unprotected .xlsx workbook; save it without a password, or as CSV.",
    "zip_bomb": "The workbook expands far beyond its size; it is not opened.",
    "gzip_bomb": "The gzip expands to more than 200 times its size; it is not read. Deliver it in parts, or unpacked.",
    "too_heavy": (
        "Reading it takes more memory or time than a file may (read_memory_mb, read_seconds in siyu.toml), or crashes"
        " its parser: deliver it in parts, or as CSV. Raise the limits only if you trust whoever sent it."
    ),
    "unknown_sheet": "The declared worksheet is not in the workbook.",
    "unknown_format": (
        "The suffix is not one of csv, csv.gz, jsonl, jsonl.gz, json, parquet, xlsx: unpack a .zip, rename a text to"
        " .csv."
    ),
    "old_workbook": "A workbook of this old format is not read: open it and save it as .xlsx, or as CSV in UTF-8.",
    "unknown_folder": (
        "No channel, dataset or mapping has this folder: use landing/<channel>/<dataset>/. siyu try FILE says which one"
        " reads it, or writes the mapping to begin with."
    ),
    "not_a_regular_file": "Links and devices are not followed; put the file itself into landing.",
    "mostly_bad": (
        "One column fails in more than a fifth of the records, so columns are probably swapped; check the export."
    ),
    "raw_changed": (
        "The copy in raw/ is not the file that was delivered: its bytes are not those that its name says. Bring it back"
        " from your backup of raw/, or deliver the file again; nothing of it is read until then."
    ),
    "unreadable": "The file could not be read; check its permissions and deliver it again.",
    # records
    "undecodable_line": "The line is not valid in the file's encoding; correct or re-export it.",
    "nul_byte": "The record holds a NUL byte; re-export it.",
    "oversize": "A field is larger than a megabyte; shorten it.",
    "too_few": "The line has fewer fields than the header (cut off?); re-export it.",
    "too_many": "The line has more fields than the header (an unquoted comma?); quote the field.",
    "cut_last_line": (
        "The file does not end with a line end, so its last value may be cut; end it with one and deliver it again. "
        "Of a channel with .done markers (done_markers) it is taken for whole."
    ),
    "unterminated_quote": "A quoted field does not end, or runs over lines that are records; correct the quotes.",
    "bad_quote": "Text follows a closing quote; double the quotes inside the field.",
    "bad_json": "The line is not a JSON object; correct or re-export it.",
    "missing_value": "A required value is empty; fill it at the source.",
    "unknown_token": (
        "No export of this home knows the token (r1:), so nobody can tell whose it is. It is of another home's export,"
        " or of one whose file is missing from activations/: bring that file back, or deliver the row with the"
        " customer's id. It is read again when an export brings the token."
    ),
    "with_its_order": (
        "Another line of the same order is set aside, and without it the order would not add up; mend that one."
    ),
    "not_one_order": (
        "Rows of one order number differ in these columns, so that they may be several orders, and none of them is"
        " summed. Is the number unique? In the mapping, joined puts together the headers that make it so. Where the"
        " rows are one order all the same, leave once_per out: the last of them is the order then."
    ),
    "masked_id": (
        "The id is starred out, and everybody with the same stars would become one record: export it in full, or take"
        " another id."
    ),
    "not_narrowed": (
        "The record does not say for which it holds, so it is no consent for all; write the key, empty for all of them."
    ),
    "not_in_vocabulary": "The value is not one of the allowed words: {allowed}.",
    "not_a_number": "The value is not a number in this column's unit; correct it at the source.",
    "phone_in_number": "A phone number stands in a number column; columns are probably swapped.",
    "below_minimum": "The value is below {minimum}; a return or a refund belongs in its own dataset.",
    "above_maximum": "The value is above {maximum}; check the unit.",
    "not_a_probability": (
        "The value is not above 0 and below 1; write the chance that the draw had of this arm (0.5 where two are alike,"
        " 0.1 for a control of a tenth). Who was sure of an arm was not drawn, and teaches nothing: leave the row out."
    ),
    "not_a_time": "The value is not a time that exists; write YYYY-MM-DD HH:MM:SS.",
    "ambiguous_date": "Day, month and year cannot be told apart; write YYYY-MM-DD.",
    "future_time": "The time lies after the file's landing; check the clock of the source.",
    "sentinel_date": "The date is a placeholder (1970-01-01 and the like) in a required column; fill the real one.",
    "lossy_scientific": (
        "A spreadsheet turned the number into powers of ten and lost digits; export the column as text."
    ),
    "lossy_digits": "The id ends in zeros after 15 digits, as spreadsheets leave it; export the column as text.",
    "not_a_boolean": "The value is not yes or no; write true or false.",
    "not_an_object": "The value is not a JSON object or list.",
    "not_a_plain_value": "The value is an object or a list where one plain value belongs.",
    "not_a_contact": "The value is not the mobile number or e-mail address that its type says.",
    "formula_without_value": "The cell holds a formula without a stored value; save the workbook with values.",
}


def remedy(reason: str, **facts: object) -> str:
    """Return what to do about a reason."""
    return REMEDIES[reason].format(**facts)


class BrokenFile(Exception):
    """A file that is set aside whole: nothing of it is loaded, and other files go on.

    Parameters
    ----------
    reason
        A key of ``REMEDIES``.
    column
        The column at fault, where there is one.
    told
        What more there is to say of this file: it follows the remedy.
    """

    def __init__(self, reason: str, column: str | None = None, told: str = "") -> None:
        what = f"{reason}{f' ({column})' if column else ''}: {REMEDIES[reason]}"
        super().__init__(f"{what} {told}" if told else what)
        self.reason = reason
        self.column = column
        self.told = told
