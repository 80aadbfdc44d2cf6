"""The tokens under which something left the house: what comes back under another one is nobody's."""

import functools

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.sending import activations
from orchestration.settings import Settings

#: How a token of a recipient begins, the published one and the one that a file of an export carries.
PREFIX = "r1:"


class SentTokens:
    """Every token of a home's exports, read when the first one is asked for.

    Parameters
    ----------
    settings
        Whose home: the log of its exports is read.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __contains__(self, token: object) -> bool:
        """Say whether an export of this home knows a token."""
        return token in self.all

    @functools.cached_property
    def all(self) -> frozenset[str]:
        """Every token, the recipients' and the published ones; those of what was taken back as well."""
        found: set[str] = set()
        for export_id in activations.exports(self._settings):
            path = activations.folder(self._settings) / f"{export_id}.parquet"
            columns = pq.read_table(path, columns=["recipient_token", "published_token"]).columns
            found.update(*(pc.drop_null(column.combine_chunks()).cast(pa.string()).to_pylist() for column in columns))
        return frozenset(found)
