"""Writes the SYNTHETIC brand's files through the standard channel, as anybody's export would be."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from demo.b2b.declared import FIRST, LAST, LEFT, RUNS, SALES
from demo.b2b.groups import Stay, groups_of, is_tester, stays_of
from demo.b2b.talk import COLUMNS, event, recommendations, words_of_members, words_of_staff
from demo.b2b.world import Lead
from demo.calendar import at_time, text
from demo.chance import Chance
from demo.landing import as_csv

_STAFF = "staff_id,name,store_id,role,active,daily_message_capacity,daily_call_capacity,left_at"
_CUSTOMERS = (
    "source,customer_id,mobile,email,unionid,external_userid,name,city,industry,registered_at,acquisition_channel,"
    "is_test,updated_at"
)
_LEADS = "lead_id,source,customer_id,company,email,title,stage,owner,changed_at"
_ORDERS = "source,order_id,customer_id,ordered_at,paid_at,updated_at,status,amount_yuan,paid_yuan,staff_id"
_LINES = "source,order_id,line_id,sku_id,category,quantity,amount_yuan,cost_yuan"
_BEFORE = text(at_time(FIRST, 0))
#: Where an act is done: the account's menu, the mini-program of courses, the desk.
_PLACES = {
    "submit_form": "official_account", "download": "official_account", "watch_live": "mini_program",
    "finish_lesson": "mini_program", "finish_exercise": "mini_program", "trial": "mini_program", "book": "wecom",
    "ask_service": "wecom",
}  # fmt: skip
_IDS = {"official_account": "oa", "mini_program": "mp", "wecom": "wm", "crm": ""}


def deliver(root: Path, leads: Sequence[Lead], chance: Chance) -> dict[str, int]:
    """Write ``landing/standard``; return the rows by data set."""
    stays = stays_of(leads, chance)
    files = {
        "staff": (_STAFF, _staff()),
        "products": ("source,sku_id,name,category,brand,list_price_yuan,cost_yuan,updated_at", [_product()]),
        "customers": (_CUSTOMERS, _customers(leads, chance)),
        "consents": ("source,customer_id,message_channel,purpose,granted,changed_at", _consents(leads, chance)),
        "follows": ("source,staff_id,customer_id,added_at,add_way", _follows(leads, chance)),
        "leads": (_LEADS, _leads(leads)),
        "events": (",".join(COLUMNS), _events(leads, stays, chance)),
        "messages": (
            "source,message_id,customer_id,message_channel,sent_at,staff_id,status,delivered_at,replied_at",
            _messages(leads),
        ),
        "groups": ("source,group_id,kind,name,owner_staff_id", _groups()),
        "group_memberships": ("source,group_id,customer_id,joined_at,left_at,role", _members(stays)),
        "orders": (_ORDERS, _orders(leads)),
        "order_lines": (_LINES, _lines(leads)),
        "entitlements": ("source,entitlement_id,customer_id,kind,expires_at,renewed_at", _entitlements(leads)),
    }
    counts = {}
    for name, (header, rows) in files.items():
        lines = [as_csv(row) for row in rows]
        path = root / "standard" / name / "history" / "all.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        counts[name] = len(lines)
    return counts


def _staff() -> Iterable[tuple[object, ...]]:
    for staff, role in RUNS:
        yield staff, f"合成运营{staff}", "", role, "true", 80, 40, ""
    for staff in SALES:
        left = text(at_time(LEFT[1], 64_800)) if staff == LEFT[0] else ""
        yield staff, f"合成销售{staff[-2:]}", "", "guide", "false" if left else "true", 80, 40, left


def _product() -> tuple[object, ...]:
    return "crm", "licence", "合成软件一年授权", "software", "合成软件", "24000.00", "2400.00", _BEFORE


def _id(lead: Lead, source: str) -> str:
    return f"{_IDS[source]}{lead.name}"


def _customers(leads: Sequence[Lead], chance: Chance) -> Iterable[tuple[object, ...]]:
    """Yield a record of each tool that a contact came through; the id of the open platform joins them."""
    for lead in leads:
        mobile, union = f"1390000{lead.number:04d}", f"u{lead.name}"
        name, at = f"合成联系人{lead.number:05d}", text(lead.opened_at)
        city = chance.pick(("上海市", "杭州市", "成都市"), "city", lead.company)
        is_test = "true" if is_tester(lead) else "false"
        common = (name, city, "software", at, "crm", is_test, at)
        yield ("crm", _id(lead, "crm"), mobile, lead.email, union, "", *common)
        for source in ("official_account", "mini_program"):
            yield (source, _id(lead, source), "", "", union, "", *common)
        yield ("wecom", _id(lead, "wecom"), mobile, "", union, _id(lead, "wecom"), *common)


def _consents(leads: Sequence[Lead], chance: Chance) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        word, at = chance.share("consent", lead.number), text(lead.opened_at)
        if word < 0.85:
            yield "crm", _id(lead, "crm"), "", "profiling", "true", at
        elif word < 0.90:
            yield "crm", _id(lead, "crm"), "", "profiling", "false", at
        if chance.happens(0.9, "marketing", lead.number):
            yield "crm", _id(lead, "crm"), "", "marketing", "true", at
        if chance.happens(0.95, "service", lead.number):
            yield "crm", _id(lead, "crm"), "", "service", "true", at


def _follows(leads: Sequence[Lead], chance: Chance) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        if chance.happens(0.8, "friend", lead.number):
            yield "wecom", lead.owner, _id(lead, "wecom"), text(lead.opened_at + dt.timedelta(hours=5)), "scan_code"


def _leads(leads: Sequence[Lead]) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        company = f"合成公司{lead.company:04d}有限公司" if lead.number % 7 else ""
        for at, stage in lead.stages:
            yield lead.name, "crm", _id(lead, "crm"), company, lead.email, lead.title, stage, lead.owner, text(at)


def _events(leads: Sequence[Lead], stays: Sequence[Stay], chance: Chance) -> list[tuple[object, ...]]:
    said = [*words_of_members(stays, chance), *words_of_staff(groups_of(), chance)]
    return [*_acts(leads, chance), *said, *recommendations(leads, chance)]


def _acts(leads: Sequence[Lead], chance: Chance) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        for number, (at, act) in enumerate(lead.acts):
            source = _PLACES[act]
            told = {"source": source, "event_id": f"e{lead.name}-{number}", "channel": source, "event_type": act}
            if act == "watch_live":
                told |= {"object_type": "live", "object_id": f"live-{at:%Y-%m}", "duration_seconds": "1800"}
            yield event(at, **told, customer_id=_id(lead, source))
        if chance.happens(0.7, "follows the account", lead.number):
            follows = {"source": "official_account", "channel": "official_account", "event_type": "follow"}
            yield event(lead.opened_at, **follows, event_id=f"f{lead.name}", customer_id=_id(lead, "official_account"))


def _messages(leads: Sequence[Lead]) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        for number, (at, channel, replied) in enumerate(lead.told):
            reply = text(at + dt.timedelta(hours=2)) if replied else ""
            source = "crm" if channel == "call" else "wecom"
            sent = (lead.owner, "sent", text(at), reply)
            yield (source, f"m{lead.name}-{number}", _id(lead, source), channel, text(at), *sent)


def _groups() -> Iterable[tuple[object, ...]]:
    for place, group in enumerate(groups_of(), 1):
        yield "wecom", group.name, group.kind, f"合成群{place}", group.owner


def _members(stays: Sequence[Stay]) -> Iterable[tuple[object, ...]]:
    for stay in stays:
        left = text(stay.left_at) if stay.left_at and stay.left_at.date() <= LAST else ""
        yield "wecom", stay.group, _id(stay.lead, "wecom"), text(stay.joined_at), left, "member"


def _orders(leads: Sequence[Lead]) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        for contract in lead.contracts:
            at, price = text(contract.signed_at), f"{contract.price_yuan}.00"
            if contract.signed_at.date() <= LAST:
                order = ("crm", contract.number, _id(lead, "crm"), at, at, at, "finished", price, price, lead.owner)
                yield order


def _lines(leads: Sequence[Lead]) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        for contract in lead.contracts:
            if contract.signed_at.date() <= LAST:
                price = f"{contract.price_yuan}.00"
                yield "crm", contract.number, 1, "licence", "software", 1, price, f"{contract.price_yuan // 10}.00"


def _entitlements(leads: Sequence[Lead]) -> Iterable[tuple[object, ...]]:
    for lead in leads:
        for contract in lead.contracts:
            renewed = text(contract.renewed_at) if contract.renewed_at else ""
            yield "crm", contract.number, _id(lead, "crm"), "contract", text(contract.ends_at), renewed
