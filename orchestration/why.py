"""What was decided about one customer, in plain words: the facts, the decision, and every option with what refuses it.

It answers a customer who asks why an automated decision fell as it did (law_rules: explain_and_copy) and an operations
lead who asks why somebody is, or is not, on this morning's list. It reads one published version and nothing else.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from ml.recall import arms
from ml.recall.lists import CARE
from ml.recall.signal_answers import unsent_because
from orchestration.home_facts import GO_BACK, reading
from orchestration.labels import Labels, labels
from orchestration.publishing.versions import CURRENT, Store
from orchestration.report.facts import Facts, open_version
from orchestration.settings import Settings

LANGUAGES: Final = ("zh", "en")
#: The option of writing nothing, in plans and their options.
_NOTHING: Final = "nothing"


class NobodyPublished(ValueError):
    """No version is published, or the version holds nobody of that id."""


@dataclasses.dataclass(frozen=True)
class Why:
    """Three lists of sentences about one customer on one date."""

    one_id: str
    as_of_date: dt.date
    facts: list[str]
    decision: list[str]
    options: list[str]


class _Words:
    """The words of a language: ``say`` picks one of two, ``code`` names a code."""

    def __init__(self, known: Labels, lang: str) -> None:
        self._known, self._is_zh = known, lang == "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self._is_zh else en

    def code(self, kind: str, code: str | None) -> str:
        name: Callable[[str, str], str] = self._known.zh if self._is_zh else self._known.en
        return self.say("未知", "unknown") if code is None else name(kind, code)

    def codes(self, kind: str, codes: list[str] | None) -> str:
        named = [self.code(kind, code) for code in codes or []]
        return self.say("、", ", ").join(named) if named else self.say("无", "none")


def opened(settings: Settings) -> Facts:
    """Open the version that is current.

    Raises
    ------
    NobodyPublished
        Nothing is published yet.
    Unreadable
        The version is damaged.
    """
    store = Store(settings.published)
    if (current := store.current()) is None:
        raise NobodyPublished(f"nothing is published in {settings.home} yet; start with: siyu daily YYYY-MM-DD")
    with reading(settings.published / CURRENT, GO_BACK):
        return open_version(settings, store.versions / current, [])


def why(facts: Facts, one_id: str, lang: str) -> Why:
    """Return what is known of a customer, what was decided and which options there were.

    Parameters
    ----------
    facts
        An opened version (``opened``).
    one_id
        The customer.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    NobodyPublished
        The version holds nobody of that id.
    """
    if not (person := _row(facts, "customers", one_id)):
        raise NobodyPublished(
            f"{one_id}: nobody of that id in {facts.version}; recall_redirects and identity_redirects say what an id"
            " became, and siyu explain asks by any other identifier"
        )
    words = _Words(labels(facts.connection), lang)
    sent, drawn, plan = (_row(facts, f"recall_{name}", one_id) for name in ("audience", "assignment", "plans"))
    return Why(
        one_id,
        facts.as_of_date,
        _facts(facts, person, words),
        _decision(facts, person, sent, drawn, plan, words),
        _options(facts, one_id, words),
    )


def printed(found: Why, lang: str) -> list[str]:
    """Return the sentences as lines, each list under its heading."""
    headings = {"zh": ("事实", "决定", "当时的做法"), "en": ("Facts", "Decision", "Options")}[lang]
    lines = [f"{found.one_id}  {found.as_of_date}"]
    for heading, sentences in zip(headings, (found.facts, found.decision, found.options), strict=True):
        lines += ["", heading, *(f"  - {sentence}" for sentence in sentences)]
    return lines


def _row(facts: Facts, table: str, one_id: str) -> dict[str, Any]:
    frame = facts.connection.execute(f"select * from {table} where one_id = $one_id", {"one_id": one_id})
    names = [column[0] for column in frame.description or []]
    found = frame.fetchone()
    return dict(zip(names, found, strict=True)) if found else {}


def _rows(facts: Facts, table: str, sql: str, one_id: str) -> list[tuple[Any, ...]]:
    """Return a query's rows; none of a version that an earlier release published without the table."""
    known = facts.connection.execute("select 1 from duckdb_views() where view_name = $table", {"table": table})
    return facts.connection.execute(sql, {"one_id": one_id}).fetchall() if known.fetchone() else []


def _facts(facts: Facts, person: dict[str, Any], words: _Words) -> list[str]:
    one_id = person["one_id"]
    stage, segment = (_row(facts, f"customer_{name}", one_id) for name in ("lifecycle", "segments"))
    say, code = words.say, words.code
    said = [
        say(
            f"购买阶段：{code('purchase_stage', stage['purchase_stage'])}，自{_day(stage['purchase_stage_since'])}起",
            f"Stage: {code('purchase_stage', stage['purchase_stage'])}, since {_day(stage['purchase_stage_since'])}",
        ),
        _orders(person, segment, words),
    ]
    if segment["rfm_segment"]:
        tier, cell = code("pyramid_tier", segment["pyramid_tier"]), code("matrix_cell", segment["matrix_cell"])
        rfm = code("rfm_segment", segment["rfm_segment"])
        said.append(say(f"分群：{rfm}，{tier}层，{cell}", f"Segments: {rfm}, tier {tier}, {cell}"))
    if stage["need_state"] and stage["need_state"] != "none":
        need = code("need_state", stage["need_state"])
        said.append(say(f"需求状态：{need}", f"Need: {need}"))
    both = sorted(set(person["reachable_channels"] or []) & set(person["consented_channels"] or []))
    channels = words.codes("message_channel", both)
    said.append(say(f"同意营销且能联系到：{channels}", f"Reachable with consent to marketing: {channels}"))
    owner = person["owner_staff_id"] or say(
        "没有（没有在职导购是好友）", "nobody (no active member of staff is a friend)"
    )
    said.append(say(f"负责人：{owner}", f"Looked after by: {owner}"))
    if person["exclusion"]:
        out = code("exclusion", person["exclusion"])
        said.append(say(f"硬规则：{out}，不参加营销", f"Hard rule: {out}, in no marketing"))
    return said + _signals(facts, one_id, words)


def _orders(person: dict[str, Any], segment: dict[str, Any], words: _Words) -> str:
    if not person["order_count"]:
        since = _day(person["registered_at"]) if person["registered_at"] else words.say("未知", "unknown")
        return words.say(f"没有订单；注册于{since}", f"No order; registered {since}")
    year, last = segment["net_paid_fen_365d"] or 0, _day(person["last_order_at"])
    count, days = person["order_count"], segment["recency_days"]
    orders = "order" if count == 1 else "orders"
    return words.say(
        f"共{count}单，最近一单{last}（{days}天前），近一年净付{year / 100:,.0f}元",
        f"{count} {orders}, the last on {last} ({days} days ago), {year / 100:,.0f} yuan net within a year",
    )


def _signals(facts: Facts, one_id: str, words: _Words) -> list[str]:
    rows = _rows(
        facts,
        "recall_signals",
        "select signal, signal_at, answered_by, message_channel, reason from recall_signals where one_id = $one_id"
        " order by signal_at, signal",
        one_id,
    )
    said = []
    for signal, at, by, channel, reason in rows:
        name, day = words.code("signal", signal), _day(at)
        if by:
            how = words.code("message_channel", channel) if channel else words.say("由人", "by a person")
            said.append(
                words.say(f"信号：{name}（{day}），今天答复：{how}", f"Signal: {name} ({day}), answered: {how}")
            )
        else:
            no = words.code("reason", reason)
            said.append(
                words.say(f"信号：{name}（{day}），今天不答复：{no}", f"Signal: {name} ({day}), not answered: {no}")
            )
    return said


def _decision(
    facts: Facts,
    person: dict[str, Any],
    sent: dict[str, Any],
    drawn: dict[str, Any],
    plan: dict[str, Any],
    words: _Words,
) -> list[str]:
    say, code = words.say, words.code
    if sent:
        return _sent(facts, sent, words)
    if not drawn:
        if person["exclusion"]:
            rule = code("exclusion", person["exclusion"])
            return [
                say(f"今天不做个人计划：{rule}（硬规则）", f"No plan of their own today: {rule} (a hard rule)"),
                *_general(facts, person["one_id"], words),
            ]
        return [say("今天不发：没有哪条策略轮到此人", "Nothing today: no policy is due for them")]
    if drawn["arm"] in arms.SENT and plan and plan["message_channel"] == _NOTHING:
        return [say("今天不发：抽签抽到了不发", "Nothing today: the lot fell on writing nothing")]
    if drawn["arm"] in arms.SENT:
        # planned, and taken out by the last check or for its words
        withheld = _row(facts, "recall_withheld", person["one_id"])
        rule = withheld.get("withheld_because")
        no = code("withheld_because", rule) if rule else code("reason", "refused_at_publish")
        return [say(f"今天不发：{no}", f"Nothing today: {no}")]
    arm = code("arm", drawn["arm"])
    said = [say(f"今天不发：{arm}", f"Nothing today: {arm}")]
    if drawn["arm"] in (arms.WAITING, arms.NOT_SELECTED):
        no = code("reason", unsent_because(drawn["arm"], drawn.get("waits_for"), drawn.get("passed_over_because")))
        return [say(f"今天不发：{no}", f"Nothing today: {no}")]
    if plan and plan["message_channel"] != _NOTHING:
        channel = code("message_channel", plan["message_channel"])
        rate = plan["held_back_probability"] or 0
        said.append(
            say(
                f"本来的计划：{channel}；抽签不发的概率是{rate:.0%}",
                f"The plan was {channel}; the lot holds back {rate:.0%}",
            )
        )
    return said


def _general(facts: Facts, one_id: str, words: _Words) -> list[str]:
    """Say that somebody stands in the general list, whose words are the same for all."""
    sql = "select message_channel from general_list where one_id = $one_id order by 1"
    channels = words.codes("message_channel", [channel for (channel,) in _rows(facts, "general_list", sql, one_id)])
    if channels == words.codes("message_channel", []):
        return []
    return [
        words.say(
            f"在通用名单里：{channels}，对所有人说同样的话",
            f"In the general list, with the same words for all: {channels}",
        )
    ]


def _sent(facts: Facts, sent: dict[str, Any], words: _Words) -> list[str]:
    say, code = words.say, words.code
    channel, policy = code("message_channel", sent["message_channel"]), code("policy", sent["policy_id"])
    offer = code("offer", sent["offer_id"] or "none")
    after, until = (f"{sent[name]:%m-%d %H:%M}" for name in ("send_after_at", "send_before_at"))
    who = sent["staff_id"] or say("品牌", "the brand")
    said = [
        say(
            f"{policy}：{after}到{until}之间由{who}经{channel}联系，优惠：{offer}",
            f"{policy}: by {channel} from {who} between {after} and {until}, offer: {offer}",
        ),
        say(f"理由：{sent['why']}", f"Why (in Chinese, for staff): {sent['why']}"),
    ]
    if sent.get("message_text"):
        said.append(say(f"话术：{sent['message_text']}", f"Words: {sent['message_text']}"))
    if sent["consent_purpose"] == "service":
        cost = sent["expected_cost_fen"] / 100
        said.append(
            say(
                f"服务，该做就做，不算收益；花费{cost:.2f}元",
                f"A service: done because it is owed, not for what it earns; it costs {cost:.2f} yuan",
            )
        )
        return said
    if sent["list_kind"] == CARE:
        cost = sent["expected_cost_fen"] / 100
        said.append(
            say(
                f"关怀，不按收益选，也不算收益；花费{cost:.2f}元",
                f"Care: not chosen for what it earns, and nothing is claimed; it costs {cost:.2f} yuan",
            )
        )
        return said
    low, middle, high = (sent[f"net_p{point}_fen"] / 100 for point in (10, 50, 90))
    basis, arm = code("basis", sent["basis"]), code("list_kind", sent["list_kind"])
    said.append(
        say(
            f"预计净赚{middle:.2f}元（{low:.2f}到{high:.2f}），依据：{basis}；{arm}",
            f"Expected net {middle:.2f} yuan ({low:.2f} to {high:.2f}), by {basis}; {arm}",
        )
    )
    return said


def _options(facts: Facts, one_id: str, words: _Words) -> list[str]:
    open_ones = _rows(
        facts,
        "recall_plan_options",
        "select message_channel, offer_id, probability, is_chosen from recall_plan_options where one_id = $one_id"
        " order by is_chosen desc, probability desc, message_channel, offer_id",
        one_id,
    )
    refused = _rows(
        facts,
        "recall_refused_options",
        "select message_channel, offer_id, refused_because from recall_refused_options where one_id = $one_id"
        " order by message_channel, offer_id",
        one_id,
    )
    said = []
    for channel, offer, share, is_chosen in open_ones:
        what = words.say("不发", "write nothing") if channel == _NOTHING else _option(channel, offer, words)
        taken = words.say("，选中", ", chosen") if is_chosen else ""
        said.append(words.say(f"{what}：可选，概率{share:.0%}{taken}", f"{what}: open, {share:.0%} likely{taken}"))
    for channel, offer, because in refused:
        what, no = _option(channel, offer, words), words.code("reason", because)
        said.append(words.say(f"{what}：不可以，{no}", f"{what}: refused, {no}"))
    return said or [
        words.say("不是任何策略的候选，没有做法可选", "No candidate of any policy, so there was nothing to choose")
    ]


def _option(channel: str, offer: str, words: _Words) -> str:
    name = words.code("message_channel", channel)
    return name if offer == "none" else f"{name} + {words.code('offer', offer)}"


def _day(moment: dt.datetime | dt.date | None) -> str:
    return "?" if moment is None else f"{moment:%Y-%m-%d}"
