"""What a token was called when it was first seen: people are founded, told apart and put in order by these names.

A rekey calls every contact value something else. A one_id is made of its founder's name, and where two links are of one
age the name decides; so the replay goes on with the first names, and what it says is said with the present ones. The
names lie in a file of the vault, encrypted under the key of the one_ids, which a rekey leaves alone: whoever has the
old token key alone learns nothing from it.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ml.identity.tombstones import IN_TEXT

_NONCE_BYTES: Final = 12
#: Also against a word, as people write numbers: VIPk1:…
_TOKEN: Final = re.compile(rf"{IN_TEXT}(?![0-9a-f])")
#: Columns of the links in which a token may stand, alone or inside an id.
_NAMED: Final = ("customer_id", "id_value")


def read_first_names(file: Path | None, key: bytes) -> dict[str, str]:
    """Return the first name of each token that has another one now; none where there was no rekey."""
    if file is None or not file.is_file():
        return {}
    content = file.read_bytes()
    plain = _cipher(key).decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], b"first names")
    return dict(json.loads(plain))


def sealed(names: Mapping[str, str], key: bytes) -> bytes:
    """Return the bytes of the file that ``read_first_names`` reads."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, json.dumps(names, sort_keys=True).encode(), b"first names")


def with_first_names(links: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return links with every token under its first name."""
    if not names:
        return links
    return links.assign(**{column: _renamed(links[column], names) for column in _NAMED})


def with_present_names(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """Return rows that were made of first names with the tokens as they are called now."""
    if not names:
        return rows
    present = {first: token for token, first in names.items()}
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            texts = _renamed(rows.column(place).to_pandas(), present)
            rows = rows.set_column(place, field, pa.array(texts, field.type, from_pandas=True))
    return rows


def _renamed(texts: pd.Series, names: Mapping[str, str]) -> pd.Series:
    changed = {
        text: _TOKEN.sub(lambda token: names.get(token.group(), token.group()), text)
        for text in texts.dropna().unique()
        if ":" in text and _TOKEN.search(text)
    }
    return texts.map(changed).fillna(texts) if changed else texts


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hashlib.sha256(b"siyu first names" + key).digest())
