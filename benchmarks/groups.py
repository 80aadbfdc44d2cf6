"""Recomputes the figures of ten chat groups from the landed files with pandas, and holds them against `group_health`.

    python -m benchmarks.groups HOME

Members, who joined and left, and who speaks come from the files of `landing/` (WeCom's lists, or the standard channel),
read line by line; who is who comes from the warehouse, since that is identity's business and not this figure's; buyers
and what they paid from the orders as the nouns hold them. No macro, seed or model of the figures is used. Exits 1 where
a figure differs.
"""

import argparse
import datetime as dt
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd

GROUPS: Final = 10
#: The windows of the figures, as the words of the columns say them.
WINDOW, QUIET = 28, 14
CUT_OFF: Final = dt.timedelta(hours=22)
SHANGHAI: Final = pd.Timedelta(hours=8)
FIGURES: Final = (
    "members", "joined_28d", "left_28d", "speaking_14d", "words_14d", "member_words_14d", "answers_14d", "buyers_28d",
    "net_paid_fen_28d", "life_days",
)  # fmt: skip


def _texts(folder: Path) -> Iterator[str]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        yield (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8", errors="replace")


def pulls(landing: Path, cut_off: pd.Timestamp) -> pd.DataFrame:
    """Return who was listed: chat_id, pulled_at, userid, joined_at; one row per pull and customer, UTC."""
    rows: list[dict[str, Any]] = []
    for text in _texts(landing / "wecom" / "groups"):
        for line in text.splitlines():
            try:
                record = json.loads(line)
                chat, at = record["payload"]["group_chat"], pd.Timestamp(record["_fetched_at"]).tz_localize(None)
            except (ValueError, KeyError, TypeError):
                continue
            rows += [
                {"chat_id": chat["chat_id"], "pulled_at": at, "userid": one["userid"], "joined": one["join_time"]}
                for one in chat["member_list"]
                if one["type"] == 2
            ]
    found = pd.DataFrame(rows).drop_duplicates()
    found["joined_at"] = pd.to_datetime(found["joined"], unit="s")
    return found[found["pulled_at"] <= cut_off]


def told(landing: Path) -> pd.DataFrame:
    """Return one row per place in a group as a file of the standard channel tells it, like `memberships`."""
    frames = [
        pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        for text in _texts(landing / "standard" / "group_memberships")
    ]
    rows = pd.concat(frames).drop_duplicates(["group_id", "customer_id", "joined_at"], keep="last")
    times = {name: pd.to_datetime(rows[name], errors="coerce") - SHANGHAI for name in ("joined_at", "left_at")}
    return rows.rename(columns={"group_id": "chat_id", "customer_id": "userid"})[["chat_id", "userid"]].assign(**times)


def memberships(listed: pd.DataFrame) -> pd.DataFrame:
    """Return one row per place in a group: chat_id, userid, joined_at, left_at (the first pull without them)."""
    rows = []
    for chat, of_chat in listed.groupby("chat_id"):
        moments = sorted(of_chat["pulled_at"].unique())
        after = dict(zip(moments, [*moments[1:], None], strict=True))
        for (user, joined), seen in of_chat.groupby(["userid", "joined_at"]):
            rows.append((chat, user, joined, after[max(seen["pulled_at"])]))
    return pd.DataFrame(rows, columns=["chat_id", "userid", "joined_at", "left_at"])


def talk(landing: Path) -> pd.DataFrame:
    """Return what was said in groups: event_id, customer_id, staff_id, group_id, parent_event_id, occurred_at."""
    frames = [
        pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
        for text in _texts(landing / "standard" / "events")
    ]
    told = pd.concat(frames).drop_duplicates("event_id")
    told = told[(told["event_type"] == "speak") & (told["group_id"] != "")]
    return told.assign(day=pd.to_datetime(told["occurred_at"], errors="coerce").dt.normalize())


def recomputed(home: Path, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the figures of every group by chat_id, as this module reckons them."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        owners = con.execute(
            """
            select customer_id as userid, one_id from people.record_owners
            where source = 'wecom' and from_date <= $day and (to_date is null or to_date > $day) and not is_test
            """,
            {"day": as_of.date()},
        ).df()
        people = con.execute(
            "select one_id, is_staff, is_test, exclusion from people.customer_profile where as_of_date = $day",
            {"day": as_of.date()},
        ).df()
        orders = con.execute(
            """
            select one_id, order_date, goods_paid_fen - refunded_fen as net_fen from people.order_states
            where counts_as_purchase and one_id is not null and from_date <= $day
                  and (to_date is null or to_date > $day)
            """,
            {"day": as_of.date()},
        ).df()
    ours = set(people.loc[people["is_staff"] | people["is_test"], "one_id"])
    agreed = set(people.loc[people["exclusion"].isna(), "one_id"])
    of_user = {user: one for user, one in owners.itertuples(index=False, name=None) if one not in ours}

    landing = home / "landing"
    is_pulled = (landing / "wecom" / "groups").is_dir()
    places = (memberships(pulls(landing, as_of + CUT_OFF)) if is_pulled else told(landing)).assign(
        one_id=lambda rows: rows["userid"].map(of_user),
        joined=lambda rows: (rows["joined_at"] + SHANGHAI).dt.normalize(),
        left=lambda rows: (pd.to_datetime(rows["left_at"]) + SHANGHAI).dt.normalize(),
    )
    places = places[places["one_id"].notna() & (places["joined"] <= as_of)]
    stays = places[places["left"].isna() | (places["left"] > as_of)]
    members = {chat: set(rows["one_id"]) for chat, rows in stays.groupby("chat_id")}
    lately = orders[(as_of - pd.to_datetime(orders["order_date"])).dt.days.between(0, WINDOW - 1)]
    paid = lately.groupby("one_id")["net_fen"].sum()

    said = talk(landing)
    said = said[(said["day"] <= as_of) & ((as_of - said["day"]).dt.days < 90)]
    said = said.assign(one_id=said["customer_id"].map(of_user))
    said = said[
        [
            (row.customer_id == "" and row.staff_id != "")
            or (row.one_id in members.get(row.group_id, ()) and row.one_id in agreed)
            for row in said.itertuples()
        ]
    ]
    speaker = dict(zip(said["event_id"], said["one_id"], strict=True))
    room = dict(zip(said["event_id"], said["group_id"], strict=True))
    rows = []
    for chat, within in members.items():
        heard = said[(said["group_id"] == chat) & ((as_of - said["day"]).dt.days < QUIET)]
        of_members = heard[heard["customer_id"] != ""]
        asked = [
            (one, speaker.get(parent), room.get(parent))
            for one, parent in zip(of_members["one_id"], of_members["parent_event_id"], strict=True)
        ]
        of_chat = places[places["chat_id"] == chat]
        rows.append({
            "group_id": chat,
            "members": len(within),
            "joined_28d": int(((as_of - of_chat["joined"]).dt.days < WINDOW).sum()),
            "left_28d": int(
                ((of_chat["left"] <= as_of) & ((as_of - of_chat["left"]).dt.days < WINDOW)).sum(),
            ),
            "speaking_14d": of_members["one_id"].nunique(),
            "words_14d": len(heard),
            "member_words_14d": len(of_members),
            "answers_14d": sum(isinstance(other, str) and other != one and at == chat for one, other, at in asked),
            "life_days": (as_of - of_chat["joined"].min()).days,
            "buyers_28d": len(within & set(paid.index)),
            "net_paid_fen_28d": int(paid.reindex(sorted(within & set(paid.index))).sum()),
        })
    return pd.DataFrame(rows).set_index("group_id")


def main(argv: list[str] | None = None) -> int:
    """Print each of ten groups with its figures by both ways; return 1 where one differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    home: Path = parser.parse_args(argv).home
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        published = con.execute(
            """
            select * from published.group_health
            where as_of_date = (select max(as_of_date) from published.group_health)
            qualify row_number() over (partition by kind order by members desc, group_id) <= 4
            order by members desc, group_id limit $most
            """,
            {"most": GROUPS},
        ).df()
    own = recomputed(home, pd.Timestamp(published["as_of_date"].iloc[0]))
    wrong = 0
    for row in published.to_dict("records"):
        mine = own.loc[row["group_id"]]
        differ = [name for name in FIGURES if int(row[name]) != int(mine[name])]
        wrong += len(differ)
        shown = ", ".join(f"{name} {int(row[name])}/{int(mine[name])}" for name in FIGURES)
        print(f"{row['kind']:8}{row['group_id'][-6:]}  {shown}{'  DIFFERS: ' + ', '.join(differ) if differ else ''}")
    print(f"{len(published)} groups, {len(published) * len(FIGURES)} figures, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
