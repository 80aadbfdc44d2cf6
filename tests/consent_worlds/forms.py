"""The forms in which 84 people refused and were written to all the same: each is in force, or stops everybody.

Every person agreed to everything. Each form is a file of its own that lands on the morning after the night; the guard
reads it. A form is respected where its person may be sent nothing by the channel refused, and blocks where its file
stands among the refusals that could not be read.
"""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.consent_worlds import files, homes
from tests.consent_worlds.draw import DATE, MIDNIGHT, Person, Record
from tests.consent_worlds.spellings import clean

AT: Final = "2026-03-11 08:00:00"
#: More people than forms of task results: some are held out, and have no task.
_TASKS: Final = 10
_SPARE: Final = 120
_STOP: Final = "id_type,id_scope,id_value,message_channel,reason,changed_at"
_SENT: Final = (
    "source,message_id,customer_id,recipient_token,message_channel,sent_at,status,failure_reason,unsubscribed_at"
)
_AGREE: Final = "source,customer_id,message_channel,purpose,granted,changed_at"
_TASK: Final = "task_id,staff_id,status,changed_at"
REPLIES: Final = (
    *(
        "R",
        "ＴＤ",
        "TD。",
        "回TD",
        "TD退订",
        "退 订",
        "退\u200b订",
        "取消订阅",
        "不要再发了",
        "STOP",
        "unsubscribe",
        "别再发",
    ),
    *("T.D", "谢谢,退订", "拒收", "滚", "请不要再联系我", "删除我的号码"),
)


@dataclasses.dataclass(frozen=True)
class Form:
    """A refusal as somebody's export writes it: where it lands, and its text given the person's record and task."""

    name: str
    dataset: str
    text: Callable[[Record, str], str]
    channel: str = "sms"
    ends: str = "csv"


def _listed(name: str, row: str, header: str = _STOP) -> Form:
    return Form(
        f"list: {name}", "suppressions", lambda r, _: f"{header}\n{row.format(n=r.mobile, c=r.customer_id, r=r)}\n"
    )


def _scientific(record: Record, _: str) -> str:
    return f"{_STOP}\nmobile,,{float(record.mobile):.6E},sms,opt_out,{AT}\n"


def _full_width(record: Record, _: str) -> str:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in record.mobile)
    return f"{_STOP}\nmobile,,{wide},sms,opt_out,{AT}\n"


def _consent(name: str, row: str, header: str = _AGREE) -> Form:
    return Form(f"consent: {name}", "consents", lambda r, _: f"{header}\n{row.format(r=r)}\n")


def _message(name: str, row: str, header: str = _SENT) -> Form:
    return Form(f"message: {name}", "messages", lambda r, _: f"{header}\n{row.format(r=r)}\n")


def _task(name: str, row: str, header: str = _TASK) -> Form:
    return Form(f"task: {name}", "task_results", lambda r, task: f"{header}\n{row.format(t=task)}\n", "wecom")


def _reply(text: str) -> Form:
    def said(record: Record, _: str) -> str:
        payload = {"phone_number": record.mobile, "content": text, "send_time": AT, "sequence_id": record.customer_id}
        told = {"_account": "aliyun", "_fetched_at": "2026-03-11T00:50:00Z", "payload": payload}
        return json.dumps(told, ensure_ascii=False) + "\n"

    return Form(f"reply: {text}", "sms/replies", said, ends="jsonl")


FORMS: Final = (
    _listed("短信", f"mobile,,{{n}},短信,opt_out,{AT}"),
    _listed("reason unsubscribe", f"mobile,,{{n}},sms,unsubscribe,{AT}"),
    _listed("no reason", f"mobile,,{{n}},sms,,{AT}"),
    _listed("yesterday", "mobile,,{n},sms,opt_out,昨天"),
    _listed("no time", "mobile,,{n},sms,opt_out,"),
    _listed("a time to come", "mobile,,{n},sms,opt_out,2099-01-01 00:00:00"),
    _listed("30 February", "mobile,,{n},sms,opt_out,2026-02-30 08:00:00"),
    _listed("day before month", "mobile,,{n},sms,opt_out,11/03/2026"),
    _listed("type phone", f"phone,,{{n}},sms,opt_out,{AT}"),
    _listed("type 手机", f"手机,,{{n}},sms,opt_out,{AT}"),
    _listed("no type", f",,{{n}},sms,opt_out,{AT}"),
    _listed("extension", f"mobile,,{{n}}-123,sms,opt_out,{AT}"),
    _listed("+86 in groups", f"mobile,,+86 {{n}},sms,opt_out,{AT}"),
    _listed("as a formula", f'mobile,,"=""{{n}}""",sms,opt_out,{AT}'),
    Form("list: power of ten", "suppressions", _scientific),
    Form("list: full width", "suppressions", _full_width),
    _listed("decimal", f"mobile,,{{n}}.0,sms,opt_out,{AT}"),
    _listed("a cell too many", f"mobile,,{{n}},sms,opt_out,{AT},,x"),
    _listed("a short row", "mobile,,{n}"),
    _listed("two numbers", f"mobile,,{{n}}/13812345678,sms,opt_out,{AT}"),
    Form(
        "list: masked",
        "suppressions",
        lambda r, _: f"{_STOP}\nmobile,,{r.mobile[:3]}****{r.mobile[7:]},sms,opt_out,{AT}\n",
    ),
    _listed(
        "customer id in another case", f"customer_id,SHOP,{{r.customer_id}},sms,opt_out,{AT}".replace("SHOP", "sHOP")
    ),
    _listed("customer id with blanks", f"customer_id, shop ,  {{c}}\t,sms,opt_out,{AT}"),
    _listed("a header nobody knows", f"{{n}},{AT}", "mobile,退订时间"),
    _listed("no header", f"mobile,,{{n}},sms,opt_out,{AT}", f"mobile,,13812345679,sms,opt_out,{AT}"),
    _consent("granted 拒绝", f"{{r.source}},{{r.customer_id}},sms,marketing,拒绝,{AT}"),
    _consent("granted 退订", f"{{r.source}},{{r.customer_id}},sms,marketing,退订,{AT}"),
    _consent("granted empty", f"{{r.source}},{{r.customer_id}},sms,marketing,,{AT}"),
    _consent("granted 2", f"{{r.source}},{{r.customer_id}},sms,marketing,2,{AT}"),
    _consent("granted Ｎ", f"{{r.source}},{{r.customer_id}},sms,marketing,Ｎ,{AT}"),
    _consent("granted 否", f"{{r.source}},{{r.customer_id}},sms,marketing,否,{AT}"),
    _consent("granted 0.0", f"{{r.source}},{{r.customer_id}},sms,marketing,0.0,{AT}"),
    _consent("purpose 营销", f"{{r.source}},{{r.customer_id}},sms,营销,false,{AT}"),
    _consent("no purpose", f"{{r.source}},{{r.customer_id}},sms,,false,{AT}"),
    _consent("channel 短信", f"{{r.source}},{{r.customer_id}},短信,marketing,false,{AT}"),
    _consent("channel ＳＭＳ", f"{{r.source}},{{r.customer_id}},ＳＭＳ,marketing,false,{AT}"),
    _consent("channel null", f"{{r.source}},{{r.customer_id}},null,marketing,false,{AT}"),
    _consent(
        "no channel column",
        f"{{r.source}},{{r.customer_id}},marketing,false,{AT}",
        _AGREE.replace("message_channel,", ""),
    ),
    _consent(
        "channel under another header",
        f"{{r.source}},{{r.customer_id}},sms,marketing,false,{AT}",
        _AGREE.replace("message_", ""),
    ),
    _consent("no time", "{r.source},{r.customer_id},sms,marketing,false,"),
    _consent("a time to come", "{r.source},{r.customer_id},sms,marketing,false,2099-01-01 00:00:00"),
    _consent("source in another case", f"SHOP,{{r.customer_id}},sms,marketing,false,{AT}"),
    _consent(
        "a further column opt_out", f"{{r.source}},{{r.customer_id}},sms,marketing,true,{AT},yes", f"{_AGREE},opt_out"
    ),
    _message("status 退订", f"{{r.source}},m1,{{r.customer_id}},,sms,{AT},退订,,"),
    _message("status Un-Subscribed", f"{{r.source}},m2,{{r.customer_id}},,sms,{AT}, Un-Subscribed ,,"),
    _message("status 客户要求退订", f"{{r.source}},m3,{{r.customer_id}},,sms,{AT},客户要求退订,,"),
    _message("status 拒收", f"{{r.source}},m4,{{r.customer_id}},,sms,{AT},拒收,,"),
    _message("failed: 黑名单", f"{{r.source}},m5,{{r.customer_id}},,sms,{AT},failed,号码在黑名单,"),
    _message("by number", f"gate,m6,,{{r.mobile}},sms,{AT},delivered,,{AT}"),
    _message("by +86 number", f"gate,m7,, +86 {{r.mobile}},sms,{AT},,,{AT}"),
    _message("by 86- number", f"gate,m8,,86-{{r.mobile}},sms,{AT},unsubscribed,,"),
    _message("a bad time of refusal", f"{{r.source}},m9,{{r.customer_id}},,sms,{AT},,,later"),
    _message("a bad time of sending", f"{{r.source}},m10,{{r.customer_id}},,sms,then,,,{AT}"),
    _message("channel 短信", f"{{r.source}},m11,{{r.customer_id}},,短信,{AT},unsubscribed,,"),
    _message("an unknown token", f"gate,m12,,r1:{'0' * 64},sms,{AT},unsubscribed,,"),
    _message(
        "a further column 退订时间",
        f"{{r.source}},m13,{{r.customer_id}},,sms,{AT},delivered,,,{AT}",
        f"{_SENT},退订时间",
    ),
    _task("refused", f"{{t}},G1,refused,{AT}"),
    _task("拒绝", f"{{t}},G1,拒绝,{AT}"),
    _task("DO-NOT-CONTACT", f"{{t}},G1,DO-NOT-CONTACT,{AT}"),
    _task("不要再打了", f"{{t}},G1,不要再打了,{AT}"),
    _task("退订", f"{{t}},G1,退订,{AT}"),
    _task("客户说别再发", f"{{t}},G1,客户说别再发,{AT}"),
    _task("refused at no time", "{t},G1,refused,"),
    _task("退订 tomorrow", "{t},G1,退订,2099-01-01 00:00:00"),
    _task("no staff", f"{{t}},,不要再打,{AT}"),
    _task("blanks", f"  {{t}} , G1 , Refused ,{AT}"),
    *map(_reply, REPLIES),
)


@dataclasses.dataclass(frozen=True)
class Read:
    """What became of a form: respected, blocks, or leaked."""

    name: str
    became: str


def everybody() -> list[Person]:
    """Return a person for each form, and some more."""
    return [_person(number) for number in range(len(FORMS) - _TASKS + _SPARE)]


def land(home: Path) -> None:
    """Land the people, who agreed to everything; the last of them agreed to WeCom alone, and have a friend there."""
    people = everybody()
    files.customers(home, people, "forms.csv", len(people) - _SPARE)
    given = [row for place, person in enumerate(people) for row in _agreed(person, place >= len(people) - _SPARE)]
    files.write(home, "consents", given, "forms.csv")


def write(home: Path, names: dict[str, str]) -> dict[str, tuple[Form, str]]:
    """Land the forms on the morning after; return the form and the person's name by file."""
    tasks = _tasks_of(home, names)
    people = {person.name: person.records[0] for person in everybody()}
    others, pairs = iter(name for name in people if name not in tasks), iter(tasks.items())
    given: dict[str, tuple[Form, str]] = {}
    for number, form in enumerate(FORMS):
        name, task = next(pairs) if form.dataset == "task_results" else (next(others), "")
        folder = form.dataset if "/" in form.dataset else f"standard/{form.dataset}"
        file = f"form-{number:02d}.{form.ends}"
        files.put(home, f"{folder}/{file}", form.text(people[name], task).encode())
        given[file] = form, name
    return given


def read(given: dict[str, tuple[Form, str]], blocking: set[str], may: homes.Answers) -> list[Read]:
    """Return what each form became, of the files that block and of what may be sent to whom."""
    return [Read(form.name, _became(file in blocking, may, name, form.channel)) for file, (form, name) in given.items()]


def _became(blocks: bool, may: homes.Answers, name: str, channel: str) -> str:
    if blocks:
        return "blocks"
    return "leaked" if may[name, channel, "audience", "marketing"] else "respected"


def leaked(found: list[Read]) -> list[str]:
    """Return the names of the forms that neither count nor block."""
    return [one.name for one in found if one.became == "leaked"]


def lines(found: list[Read]) -> Iterator[str]:
    """Yield what is printed."""
    counts = {word: sum(one.became == word for one in found) for word in ("respected", "blocks", "leaked")}
    kept = counts["respected"] + counts["blocks"]
    said = f"{counts['respected']} respected, {counts['blocks']} block everybody"
    yield f"{kept} of {len(found)} refusals respected or blocking: {said}"
    yield from (f"  leaked: {name}" for name in leaked(found))


def _person(number: int) -> Person:
    at = MIDNIGHT - dt.timedelta(days=250, hours=12)
    record = Record(
        "shop", f"F{number:04d}x", f"139{20_000_000 + number * 7}", f"f{number}@siyu-example.cn", f"uF{number}x", at
    )
    return Person(f"F{number:04d}", [record])


def _agreed(person: Person, by_friend: bool) -> list[files.Row]:
    record = person.records[0]
    given = {"source": record.source, "customer_id": record.customer_id, "granted": "true"}
    given["changed_at"] = clean(record.registered_at)
    channel = "wecom" if by_friend else ""
    return [given | {"purpose": "profiling"}, given | {"purpose": "marketing", "message_channel": channel}]


def _tasks_of(home: Path, names: dict[str, str]) -> dict[str, str]:
    """Return a task of ten people by name."""
    by_id = {one_id: name for name, one_id in names.items()}
    with connect(Settings(home=home), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select one_id, min(task_id) from published.recall_tasks where as_of_date = $date"
            " and message_channel = 'wecom' group by one_id order by one_id",
            {"date": DATE},
        ).fetchall()
    found = {by_id[one_id]: task for one_id, task in rows if one_id in by_id}
    if len(found) < _TASKS:
        raise RuntimeError(f"{len(found)} of {_TASKS} people have a task")
    return dict(list(found.items())[:_TASKS])
