"""Bad input of the everyday kind: rows for the quarantine, one file delivered twice, one delivered late."""

import json
from pathlib import Path

from demo.app import PROJECT
from demo.landing import Landing
from demo.retail import MINI_APP, POS_ACCOUNT, TMALL_SHOP
from demo.wecom import CORP


def _line(account: str, fetched: str, payload: str) -> str:
    return f'{{"_account":"{account}","_fetched_at":"{fetched}","payload":{payload}}}'


_TILL = '"storeId":"367","totalAmount":8.0,"ticketType":"SELL","invalid":0,"payments":[],"items":[]'
_MEMBER = "2017-11-09 10:00:00,store,367,normal,0,2017-11-09 10:00:00"

#: (channel, dataset, the live date it arrives on, lines): each breaks one rule of its format.
ROWS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "pos",
        "tickets",
        "2017-11-08",
        (
            # There is no 31st of November.
            _line(POS_ACCOUNT, "2017-11-08T14:00:00Z", f'{{"sn":"BAD1","datetime":"2017-11-31 12:00:00",{_TILL}}}'),
            # Cut off in the middle.
            _line(POS_ACCOUNT, "2017-11-08T14:00:00Z", f'{{"sn":"BAD2","datetime":"2017-11-08 12:00:00",{_TILL}}}')[
                :90
            ],
            # No ticket number.
            _line(POS_ACCOUNT, "2017-11-08T14:00:00Z", f'{{"datetime":"2017-11-08 13:00:00",{_TILL}}}'),
        ),
    ),
    (
        "crm",
        "members",
        "2017-11-09",
        (
            # an odd birthday would only be emptied: these break what a row cannot do without
            f"M000000001,13900000001,,,,,坏行一,女,1985-01-02,银卡,12,{_MEMBER.replace(',2017-11-09', ',2017-13-40')}",
            f"M000000002,13900000002,,,,,坏行二,女,1985-01-02,银卡,12,{_MEMBER.replace(',0,', ',也许,')}",
            f"M000000003,13900000003,,,,,坏行,三,女,1985-01-02,银卡,12,{_MEMBER}",
        ),
    ),
    (
        "app",
        "events",
        "2017-11-12",
        (
            _line(
                PROJECT,
                "2017-11-12T14:00:00Z",
                '{"type":"track","event":"Search","time":"yesterday","distinct_id":"an-bad","identities":{},'
                '"properties":{"synthetic":true},"project":"production","_track_id":"1"}',
            ),
            _line(PROJECT, "2017-11-12T14:00:00Z", '{"type":"track","event":"Search","distinct_id":"an-bad"}')[:-9],
        ),
    ),
    (
        "wecom",
        "contact_changes",
        "2017-11-15",
        (_line(CORP, "2017-11-15T03:00:00Z", '{"ChangeType":"del_follow_user","UserID":"hq"}'),),
    ),
    (
        "mini_program",
        "orders",
        "2017-11-16",
        (_line(MINI_APP, "2017-11-16T03:00:00Z", '{"order_id":"3700000000000BAD","status":20}'),),
    ),
    (
        "tmall",
        "trades",
        "2017-11-17",
        (
            _line(
                TMALL_SHOP,
                "2017-11-17T03:00:00Z",
                '{"tid_str":"39BAD","status":"TRADE_FINISHED","created":"2017/13/01","modified":"2017-11-17 10:00:00",'
                '"payment":"abc","orders":{"order":[]}}',
            ),
        ),
    ),
    (
        "standard",
        "points_ledger",
        "2017-11-20",
        ("crm,ebad1,M000000001,many,2017-11-20 10:00:00,earn", "crm,ebad2,,5,2017-11-20 10:00:00,earn"),
    ),
)
#: A record that loads with one value emptied: nobody can read how long it took. Test traffic, so that no figure moves.
ODD = _line(
    PROJECT,
    "2017-11-12T14:00:00Z",
    '{"type":"track","event":"Search","time":1510488000000,"distinct_id":"an-odd","identities":{},'
    '"properties":{"synthetic":true,"event_duration":"很久"},"project":"default","_track_id":"2"}',
)


def spoil(landing: Landing) -> dict[str, int]:
    """Append the bad rows to the files of their dates; return how many per dataset.

    A file that the sample did not need is made, so that small homes have their quarantine too.
    """
    spoiled = {}
    for channel, dataset, day, lines in ROWS:
        folder = landing.root / channel / dataset
        suffix, encoding = (
            ("csv", "gb18030" if channel == "crm" else "utf-8")
            if channel in ("crm", "standard")
            else ("jsonl", "utf-8")
        )
        path = folder / f"{day}.{suffix}"
        folder.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.is_file() else _header(folder, suffix)
        written = (*lines, ODD) if (channel, dataset) == ("app", "events") else lines
        path.write_bytes(before + ("\n".join(written) + "\n").encode(encoding))
        landing.count(f"{channel}/{dataset}", len(written))
        spoiled[f"{channel}/{dataset}"] = len(lines)
    return spoiled


def _header(folder: Path, suffix: str) -> bytes:
    if suffix != "csv":
        return b""
    for path in sorted(folder.glob("2017-*.csv")):
        return path.read_bytes().split(b"\n", 1)[0] + b"\n"
    return b""


def deliver_twice(landing: Landing) -> str:
    """Deliver one day's conversations a second time under another name; return that name."""
    source = landing.root / "wecom" / "contact_changes" / "2017-11-15.jsonl"
    copy = source.with_name("2017-11-15 (1).jsonl")
    copy.write_bytes(source.read_bytes())
    return str(copy.relative_to(landing.root))


def deliver_late(landing: Landing) -> str:
    """Move one store's tickets of 14 November into a file that only arrives three days later; return its name."""
    path = landing.root / "pos" / "tickets" / "2017-11-14.jsonl"
    late = path.with_name("2017-11-17-late.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines()
    stores = [json.loads(line)["payload"]["storeId"] for line in lines]
    chosen = max(sorted(set(stores)), key=stores.count)
    late.write_text(
        "".join(f"{line}\n" for line, store in zip(lines, stores, strict=True) if store == chosen), encoding="utf-8"
    )
    path.write_text(
        "".join(f"{line}\n" for line, store in zip(lines, stores, strict=True) if store != chosen), encoding="utf-8"
    )
    return str(late.relative_to(landing.root))
