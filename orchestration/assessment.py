"""``siyu assessment``: the draft of the impact assessment and processing record, out of what stands in the home.

个人信息保护影响评估 and 处理活动记录 (个人信息保护法 art. 55, 56): what is kept of whom, for what, how long, who gets
it, what protects it. Counts and names of columns alone: no value of anybody. What a program cannot know is left to
fill in.
"""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.parquet as pq

from orchestration import audit_log, retention
from orchestration.channels.engine import registry
from orchestration.erasing.tombstones import folder, load
from orchestration.files import PRIVATE_FOLDER_MODE, PRIVATE_MODE, write_text
from orchestration.law_page import rules
from orchestration.publishing.versions import Store
from orchestration.sending import activations
from orchestration.settings import Settings

LANGUAGES: Final = ("zh", "en")
#: What a column's type says of the data in it.
_CLASSES: Final = {
    "phone": ("电话号码", "phone numbers"),
    "email": ("电子邮箱", "e-mail addresses"),
    "name": ("姓名", "names"),
    "address": ("地址", "addresses"),
}
_KINDS: Final = {"identifier": ("平台标识", "platforms' ids"), "date": ("出生日期等日期", "dates, of birth too")}


def assessment(settings: Settings, now: dt.datetime, language: str) -> str:
    """Return the document in one language, Markdown.

    Parameters
    ----------
    settings
        Whose home; nothing in it is changed.
    now
        The home's clock, UTC.
    language
        ``zh`` or ``en``.
    """
    at = LANGUAGES.index(language)

    def say(zh: str, en: str) -> str:
        return (zh, en)[at]

    brand = settings.brand_name or say("（填写品牌名称）", "(fill in: the brand)")
    lines = [
        say(f"# 个人信息保护影响评估与处理活动记录：{brand}", f"# Impact assessment and processing record: {brand}"),
        "",
        say(
            f"依据《个人信息保护法》第五十五、五十六条，系统于 {now:%Y-%m-%d} 按本机事实起草；至少保存三年。",
            f"Drafted {now:%Y-%m-%d} from the home's own facts, after PIPL art. 55 and 56; keep it three years.",
        ),
    ]
    parts = (_people, _data, _purposes, _decisions, _recipients, _terms, _measures, _erasures, _open, _to_fill_in)
    for number, part in enumerate(parts, 1):
        (title_zh, title_en), rows = part(settings, at)
        lines += ["", f"## {number}. {say(title_zh, title_en)}", "", *(f"- {row}" for row in rows)]
    return "\n".join(lines) + "\n"


def keep(settings: Settings, now: dt.datetime) -> list[Path]:
    """Keep the document of a day in both languages; return the files."""
    place = settings.home / "assessments"
    place.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    files = []
    for language in LANGUAGES:
        files.append(place / f"{now:%Y-%m-%d}.{language}.md")
        write_text(files[-1], assessment(settings, now, language), PRIVATE_MODE)
    audit_log.append(settings, "assessment_kept", {"files": [file.name for file in files]})
    return files


Part = tuple[tuple[str, str], list[str]]


def _people(settings: Settings, at: int) -> Part:
    counts = _published(settings)
    minors = counts["minors"]
    rows = [
        (f"已发布客户 {counts['customers']:,} 人", f"{counts['customers']:,} customers published"),
        (
            f"其中未成年人 {minors:,} 人，不进入营销、模型与任务",
            f"{minors:,} of them minors: in no marketing, model or task",
        ),
    ]
    return ("涉及的人", "Whose data"), [row[at] for row in rows]


def _published(settings: Settings) -> Counter[str]:
    file = settings.published / "current" / "customers.parquet"
    found: Counter[str] = Counter()
    if file.exists():
        table = pq.read_table(file)
        found["customers"] = table.num_rows
        if "exclusion" in table.column_names:
            found["minors"] = sum(one == "minor" for one in table["exclusion"].to_pylist())
    return found


def _data(settings: Settings, at: int) -> Part:
    records = _landed(settings)
    rows = []
    for channel in registry.channels().values():
        for dataset in channel.datasets:
            if not (count := records.get(f"{channel.name}/{dataset.name}")):
                continue
            types = dict.fromkeys(column.type for column in dataset.columns)
            said = [(_CLASSES | _KINDS)[kind][at] for kind in types if kind in _CLASSES or kind in _KINDS]
            what = (f"{count:,} 条记录", f"{count:,} records")[at]
            rows.append(f"{channel.name}/{dataset.name}: {what}; {('、', ', ')[at].join(said) or '-'}")
    return ("数据种类与来源", "Kinds and sources of data"), rows or [("尚无数据", "nothing has landed")[at]]


def _landed(settings: Settings) -> dict[str, int]:
    file = settings.home / "ledger.parquet"
    if not file.exists():
        return {}
    rows = duckdb.execute(
        "select channel || '/' || dataset, sum(loaded) from read_parquet($file) where status = 'loaded' group by 1",
        {"file": str(file)},
    ).fetchall()
    return {str(place): int(count) for place, count in rows}


def _purposes(settings: Settings, at: int) -> Part:
    rows = [
        ("服务（service）：订单、售后、会员权益", "service: orders, after-sales, members' rights"),
        (
            "营销（marketing）：仅限按渠道和目的单独同意的客户；没有同意记录即不发送",
            "marketing: only who consented by channel and purpose; no row of consent means no",
        ),
        (
            "画像（profiling）：" + ("默认需要同意" if settings.profiling == "consent" else "除非拒绝"),
            "profiling: " + ("with consent alone" if settings.profiling == "consent" else "unless refused"),
        ),
    ]
    return ("处理目的与方式", "Purposes and ways"), [row[at] for row in rows]


def _decisions(settings: Settings, at: int) -> Part:
    models = sorted(folder.name for folder in (settings.home / "models").glob("*") if folder.is_dir())
    rows = [
        (f"自动化决策模型：{'、'.join(models) or '无'}", f"models that score people: {', '.join(models) or 'none'}"),
        (
            "拒绝画像的人不打分，只进入对所有人相同的名单；siyu why 可以解释每一个决定",
            "who refuses profiling gets no score and only the general list; siyu why explains every decision",
        ),
    ]
    return ("自动化决策（第二十四条）", "Automated decisions (art. 24)"), [row[at] for row in rows]


def _recipients(settings: Settings, at: int) -> Part:
    sent: Counter[str] = Counter()
    for export_id in activations.exports(settings):
        for name in activations.rows_of(settings, export_id)["recipient"].to_pylist():
            sent[str(name)] += 1
    rows = []
    for name, one in sorted(settings.recipients.items()):
        where = (("境内", "境外"), ("in the mainland", "abroad"))[at][not one.in_mainland]
        rows.append(
            (
                f"{name}：目的 {one.purpose}，期限 {one.until}，{where}；已交付 {sent[name]:,} 行",
                f"{name}: for {one.purpose}, until {one.until}, {where}; {sent[name]:,} rows handed over",
            )[at]
        )
    return ("受托处理与接收方（第二十一条）", "Who is entrusted (art. 21)"), rows or [("无", "nobody")[at]]


def _terms(settings: Settings, at: int) -> Part:
    rows = [
        f"{one.name}: " + _days(one.kept_days, at) + f"; {(one.purpose_zh, one.purpose_en)[at]} ({one.source})"
        for one in retention.classes(settings)
    ]
    dates = settings.retention_dates
    rows.append((f"published: 最近 {dates} 个日期的版本", f"published: the versions of the last {dates} dates")[at])
    return ("保存期限（第十九条）", "Terms (art. 19)"), rows


def _days(days: int | None, at: int) -> str:
    return (
        ("随本系统长期保存", "as long as the home stands")[at] if days is None else (f"{days} 天", f"{days} days")[at]
    )


def _measures(settings: Settings, at: int) -> Part:
    found = audit_log.verify(settings)
    whole = found.broken is None
    stores = len(Store(settings.published).by_age()) if (settings.published / "versions").is_dir() else 0
    rows = [
        ("电话、邮箱、姓名、地址入库前换成带密钥的标记；明文只在 vault/ 加密保存",
         "phones, mails, names and addresses become keyed tokens at the door; vault/ alone has them, encrypted"),
        ("原始文件与密钥只有主人可读（0600/0700）", "raw files and keys can be read by their owner alone (0600/0700)"),
        (f"审计链 {found.lines} 行，{'完整' if whole else '有改动'}", f"{found.lines} lines of audit log, "
         f"{'as written' if whole else 'changed'}"),
        (f"保留 {stores} 个已发布版本，各有校验和", f"{stores} published versions are kept, each with its hashes"),
    ]  # fmt: skip
    return ("保护措施（第五十一条）", "Measures (art. 51)"), [row[at] for row in rows]


def _erasures(settings: Settings, at: int) -> Part:
    receipts = sorted((folder(settings) / "receipts").glob("*.json"))
    said: list[dict[str, Any]] = [json.loads(file.read_text(encoding="utf-8")) for file in receipts]
    back = sum(one.back_since is not None for one in load(settings).erased)
    rows = [
        (f"已删除 {len(said)} 人，{back} 人之后重新同意", f"{len(said)} erased; {back} came back by new consent"),
        *(
            (f"{one['erasure']}：{one['asked_at']} 提出，{one['ended_at']} 完成，残留文件 {one['files_with_residue']}",
             f"{one['erasure']}: asked {one['asked_at']}, ended {one['ended_at']}, residue {one['files_with_residue']}")
            for one in said
        ),
    ]  # fmt: skip
    return ("删除请求（第四十七条）", "Erasures (art. 47)"), [row[at] for row in rows]


def _open(settings: Settings, at: int) -> Part:
    lacking = [row for row in rules() if row["kind"] == "law" and row["state"] in ("partly", "not_built")]
    rows = [f"{row['rule_id']} ({row['article_zh']}): {(row['demands_zh'], row['demands_en'])[at]}" for row in lacking]
    return ("尚未完全做到的要求", "Demands that are kept in part or not"), rows or [("无", "none")[at]]


def _to_fill_in(settings: Settings, at: int) -> Part:
    rows = [
        ("对个人权益的影响及安全风险", "effects on people's rights, and risks"),
        ("处理目的、方式是否合法、正当、必要", "whether purposes and ways are lawful, fair and needed"),
        ("措施是否与风险相称", "whether the measures fit the risks"),
        ("负责人与签字、日期", "who is responsible: name, signature, date"),
    ]
    return ("由负责人填写（第五十六条）", "To be filled in by a person (art. 56)"), [row[at] for row in rows]
