"""A platform's answer where one of its entities is wanted: a page of them, a single one in its wrapping, an error.

What pulls often stores the answer as it came. A page of 100 contacts is no contact, and an error that came with HTTP
200 is no empty success: both are set aside with the key that holds the entities.
"""

from collections.abc import Set
from typing import Any, Final

from orchestration.channels.engine.declare import Dataset

#: The keys by which an answer is known at first sight, so that other records cost nothing.
SIGNS: Final = frozenset({
    "errcode", "errmsg", "error_response", "error_code", "code", "success", "result", "data", "response", "status_code",
    "next_cursor", "has_next", "has_more", "total_results", "total", "page", "pageSize", "postBackParameter",
    "external_contact_list", "follow_user",
})  # fmt: skip
_CODES: Final = ("errcode", "error_code", "err_code")
_DEPTH: Final = 4


def platform_answers(dataset: Dataset, payloads: list[Any], keys: Set[str]) -> dict[int, tuple[str, str]]:
    """Return which payloads are answers: by position the reason and the key that holds what is wanted.

    Parameters
    ----------
    dataset
        What is wanted.
    payloads
        The records.
    keys
        Every key that stands in one of them.
    """
    if not SIGNS & keys:
        return {}
    required = [(column.path or column.name).split(".") for column in dataset.columns if column.required]
    found = {}
    for position, payload in enumerate(payloads):
        if not isinstance(payload, dict) or all(path[0] in payload for path in required):
            continue
        if "error_response" in payload or any(str(payload.get(code, 0)) not in ("0", "None", "") for code in _CODES):
            found[position] = ("api_error", next(key for key in ("error_response", *_CODES) if key in payload))
        elif key := holder_of(payload):
            found[position] = ("api_answer", key)
    return found


def holder_of(payload: dict[str, Any], before: str = "", depth: int = _DEPTH) -> str | None:
    """Return the path of the first list of objects inside an answer, keys joined by dots; None where there is none."""
    for key, value in payload.items():
        path = f"{before}{key}"
        if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            return path
        if isinstance(value, dict) and depth and (inside := holder_of(value, f"{path}.", depth - 1)):
            return inside
    return None
