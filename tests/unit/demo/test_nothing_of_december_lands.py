"""The demo's last business date is 2017-11-30: nothing that happened later may stand in a landing file."""

import re
from collections.abc import Iterator

LATER_TEXT = re.compile(r"^(2017-12|2018)")
FIRST_OF_DECEMBER = 1_512_057_600
#: Plans reach beyond the last date; happenings do not.
PLANS = {"expires_at", "ends_at", "starts_at"}


def _values(record: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(record, dict):
        for key, value in record.items():
            yield from _values(value, key)
    elif isinstance(record, list):
        for value in record:
            yield from _values(value, name)
    else:
        yield name, record


def _is_later(name: str, value: object) -> bool:
    if name in PLANS:
        return False
    if isinstance(value, str):
        return bool(LATER_TEXT.match(value))
    if isinstance(value, int) and not isinstance(value, bool) and name.lower().endswith("time"):
        return value >= FIRST_OF_DECEMBER * (1000 if value > 10**12 else 1)
    return False


def test_no_time_of_any_record_lies_in_december(home):
    datasets = sorted({"/".join(file.relative_to(home.path / "landing").parts[:2]) for file in home.files()})
    later = [
        (dataset, name, value)
        for dataset in datasets
        for record in home.records(dataset)
        for name, value in _values(record)
        if name != "_fetched_at" and _is_later(name, value)
    ]
    assert len(datasets) == 39
    assert later == []


def test_daily_files_run_from_the_third_to_the_thirtieth_of_november(home):
    names = {file.name[:10] for file in home.files("pos/tickets") if "history" not in file.parts}
    assert names == {f"2017-11-{day:02d}" for day in range(3, 31)}


def test_history_lands_before_the_first_daily_date(home):
    history = [
        one for file in home.files("pos/tickets") if "history" in file.parts for one in home.content(file).splitlines()
    ]
    assert not any(b'"datetime":"2017-11-03' in line or b'"datetime":"2017-11-1' in line for line in history)
    assert any(b'"datetime":"2017-11-02' in line for line in history)
