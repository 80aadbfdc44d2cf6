"""A home whose lists are literal rows: what an export needs of a warehouse, a vault and a published version."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ml.recall.saying import filled
from orchestration.channels.engine.tokens import Tokeniser
from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.sending.brakes import stopped
from orchestration.sending.export import export
from orchestration.sending.gateways import GATEWAYS
from orchestration.sending.handing_over import Receipt
from orchestration.sending.reasons import Asked
from orchestration.settings import CHECKOUT, Settings
from orchestration.warehouse import connect
from tests.builders import give_keys, phone
from tests.unit.recall.people import of_home

DATE = dt.date(2026, 3, 10)
#: How the brand of the home signs, and where its messages lead.
BRAND, LINK = "四域", "https://example.com/a"
VERSION = f"{DATE}-0123456789abcdef"
#: Nine in the morning in Shanghai, the day after the date.
MORNING = dt.datetime(2026, 3, 11, 1)
Row = dict[str, Any]
_SEEDS = ("export_reasons", "contact_caps", "offers_catalogue", "recall_settings")
#: Whom the tests export to.
RECIPIENTS = {
    name: {"purpose": "sends our messages", "until": dt.date(2026, 12, 31), "in_mainland": True}
    for name in ("cloud-sms", "cloud", "agency", "to-None", "to-G1")
}
_PLAN: Row = {
    "as_of_date": DATE,
    "list_name": "audience",
    "message_channel": "sms",
    "audience_id": "recall_20260310",
    "policy_id": "recall_lost",
    "ladder_step": 0,
    "campaign_id": "recall_lost_202603",
    "wave": "day",
    "arm": "treat",
    "offer_id": None,
    "template_id": "sms_first_order",
    "scene_id": "recall",
    "template_variables": "{}",
    "staff_id": None,
    "store_id": "S1",
    "consent_purpose": "marketing",
    "send_after_at": pd.Timestamp("2026-03-11 02:00", tz="UTC"),
    "send_before_at": pd.Timestamp("2026-03-11 12:00", tz="UTC"),
    "valid_until_at": pd.Timestamp("2026-03-11 12:00", tz="UTC"),
    "expected_cost_fen": 5,
    "net_p50_fen": 100,
    "why": "好久没来",
    "is_refused": False,
    "has_consent": True,
    "exclusion": None,
    "is_excluded": False,
    "is_held_out": False,
    "is_not_chosen": False,
    "sender_has_left": False,
    "task_id": None,
    "is_awaited": False,
    "stop": None,
    "cap_id": None,
    "id_type": "mobile",
    "id_scope": "",
    "text_zh": "【{brand}】来看看{link}拒收请回复R",
    "message_text": None,
    "has_approved_words": True,
    "gate_is_open": True,
}
_ADDRESSES: dict[str, Row] = {
    "sms": {},
    "call": {"staff_id": "G1", "template_id": None, "text_zh": None, "has_approved_words": False},
    "wecom": {"id_type": "wecom_external_userid", "staff_id": "G1", "text_zh": "{title},好久没见"},
    "official_account": {"id_type": "wx_openid", "id_scope": "gzh"},
    "mini_program": {"id_type": "wx_openid", "id_scope": "mini"},
    "app_push": {"id_type": "device_id"},
    "email": {"id_type": "email"},
}
_INTEGERS = ("ladder_step", "expected_cost_fen", "net_p50_fen")


def _kind(name: str, value: Any) -> pa.DataType:
    """Return the type that the view gives a column."""
    if name == "as_of_date":
        return pa.date32()
    if name.endswith("_at"):
        return pa.timestamp("us", tz="UTC")
    if name in _INTEGERS:
        return pa.int64()
    return pa.bool_() if isinstance(value, bool) else pa.string()


_FACTS = pa.schema([(name, _kind(name, value)) for name, value in {**_PLAN, "one_id": "", "id_token": ""}.items()])


def row(one_id: str, channel: str = "sms", **told: Any) -> Row:
    """Return a row of ``sending_facts`` that would go out, but for what is told."""
    own: Row = {"template_variables": '{"title": "林女士"}'} if channel == "wecom" else {}
    address = {"id_token": f"{channel}-of-{one_id}"}
    found = {**_PLAN, "one_id": one_id, "message_channel": channel, **address, **_ADDRESSES[channel], **own, **told}
    if "message_text" not in told and found["text_zh"]:
        said = {"brand": BRAND, "link": LINK} | json.loads(found["template_variables"] or "{}")
        found["message_text"] = filled(found["text_zh"], said)
    return found


class World:
    """A home, and the moment at which everything is asked."""

    def __init__(self, home: Path, *rows: Row, **settings: Any) -> None:
        give_keys(home)
        settings = {"recipients": RECIPIENTS} | settings
        self.settings = Settings(home=home, **{"brand_name": BRAND, "brand_link": LINK} | settings)
        version = home / "published" / "versions" / VERSION
        version.mkdir(parents=True)
        (home / "published" / "CURRENT").write_text(VERSION, encoding="utf-8")
        with connect(self.settings) as warehouse:
            for schema in ("seeds", "published", "channels", "customer"):
                warehouse.execute(f"create schema if not exists {schema}")
            warehouse.execute("create table customer.messages (recipient_token varchar)")
            warehouse.execute("create table customer.task_results (task_id varchar, superseded_at timestamp)")
            warehouse.execute(
                "create table published.sending_receipts"
                " (as_of_date date, message_channel varchar, rows_out bigint, rows_told bigint, is_silent boolean)"
            )
            warehouse.execute("create table published.sending_liability (last_valid_date date, most_fen bigint)")
            for seed in _SEEDS:
                frame = pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / f"{seed}.csv", keep_default_na=True)
                warehouse.register("given", frame)
                warehouse.execute(f"create table seeds.{seed} as select * from given")
                warehouse.unregister("given")
            warehouse.execute("create schema recall")
            frame = of_home(pd.read_csv(CHECKOUT / "dbt_project" / "seeds" / "message_templates.csv"), BRAND, LINK)
            warehouse.register("given", frame)
            warehouse.execute("create table recall.spoken_templates as select * from given")
            warehouse.unregister("given")
        self.lists(*rows)

    def lists(self, *rows: Row) -> None:
        """Publish lists, with a number or address in the vault for whoever has one."""
        with open_vault(self.settings) as vault:
            tokens = home_tokeniser(self.settings, vault)
            rows = tuple(_in_vault(one, tokens) for one in rows)
        folder = self.settings.published / "versions" / VERSION
        for name, file in (("audience", "recall_audience"), ("general", "general_list")):
            listed = [(one["one_id"], one["message_channel"]) for one in rows if one["list_name"] == name]
            columns = [pa.array([one[place] for one in listed], pa.string()) for place in (0, 1)]
            pq.write_table(pa.table(columns, ["one_id", "message_channel"]), folder / f"{file}.parquet")
        with connect(self.settings) as warehouse:
            warehouse.register("given", pa.Table.from_pylist(list(rows), _FACTS))
            warehouse.execute("create or replace table published.sending_facts as select * from given")

    def export(self, out: Path, **told: Any) -> dict[str, Receipt]:
        """Export everything that is asked for; return the receipts by channel."""
        asked = {"lists": ("audience", "general"), "channels": tuple(GATEWAYS), "store": None, "recipient": "cloud-sms"}
        now = told.pop("now", MORNING)
        say = told.pop("say", lambda line: None)
        asked |= told
        recipient = asked.pop("recipient")
        with connect(self.settings) as warehouse:
            done = export(
                self.settings,
                warehouse,
                Asked(asked.pop("date", DATE), **asked),
                recipient,
                out,
                now,
                lambda rows: stopped(self.settings, rows),
                say,
            )
        return {one.message_channel: one for one in done}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with connect(self.settings) as warehouse:
            return warehouse.execute(sql).fetchall()


def contact(one_id: str, kind: str = "mobile") -> str:
    """Return the number or address of a person whose name ends in a number."""
    number = int(one_id.lstrip("abcdefghijklmnopqrstuvwxyz_") or 0)
    return phone(number) if kind == "mobile" else f"p{number}@example.com"


def _in_vault(one: Row, tokens: Tokeniser) -> Row:
    """Return a row with the token of its number or address; ``lost`` is one that the vault does not hold."""
    kind = one["id_type"]
    if kind not in ("mobile", "email") or not one["id_token"]:
        return one
    return {
        **one,
        "id_token": "k1:lost" if one["id_token"] == "lost" else tokens.token(kind, contact(one["one_id"], kind)),
    }
