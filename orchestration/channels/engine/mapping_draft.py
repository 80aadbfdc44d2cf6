"""The mapping to begin with: headers that nobody knows, set against the columns of ``orders`` or ``customers``."""

import json
from pathlib import Path
from typing import Final

from orchestration.channels.engine import registry
from orchestration.channels.engine.mappings import CHANNEL, SHIPPED, mappings
from orchestration.channels.engine.masking import Masker, scrubbed
from orchestration.channels.engine.records import header_keys
from orchestration.files import PRIVATE_MODE, write_text

#: What sellers and shops write over such a column, the commonest first.
_ORDERS: Final = {
    "order_id": (
        "订单编号 订单号 主订单编号 子订单号 单号 交易号 交易单号 流水号 orderid orderno ordernumber ordersn tid"
    ),
    "customer_id": "会员号 会员卡号 客户编号 下单帐号 下单账号 买家id 用户id customerid userid",
    "ordered_at": (
        "下单时间 订单创建时间 订单提交时间 创建时间 交易时间 销售时间 提交时间 日期 时间"
        " createdat orderdate createtime created"
    ),
    "paid_at": "付款时间 支付时间 订单付款时间 买家付款时间 支付完成时间 paidat paytime paymentdate",
    "finished_at": "完成时间 订单完成时间 确认收货时间 交易成功时间 completedat",
    "status": "订单状态 状态 交易状态 orderstatus status state",
    "amount_yuan": (
        "订单应付金额 应付金额 总金额 订单金额 订单总额 订单总价 实付金额 实收金额 金额 合计"
        " total amount ordertotal grandtotal"
    ),
    "paid_yuan": "订单实付金额 实付款 买家实付 用户实付金额 实际支付金额",
    "freight_yuan": "运费 邮费 买家应付邮费 快递费 shipping",
    "discount_yuan": "优惠金额 订单优惠 优惠总额 折扣金额 discount",
    "store_id": "门店编号 门店 店铺 store shop",
}
_CUSTOMERS: Final = {
    "customer_id": "会员号 会员卡号 会员编号 卡号 客户编号 客户id 用户id customerid userid id",
    "mobile": "手机号 手机 手机号码 联系电话 电话 mobile phone",
    "email": "邮箱 电子邮箱 email",
    "name": "姓名 会员姓名 客户姓名 名字 name",
    "gender": "性别 gender sex",
    "birth_date": "生日 出生日期 birthday",
    "level": "会员等级 等级 会员级别 级别 level",
    "points": "积分 可用积分 当前积分 积分余额 points",
    "registered_at": "注册时间 开卡时间 入会时间 注册日期 开卡日期 创建时间 registeredat createdat",
    "city": "城市 city",
    "province": "省份 省 province",
}
_GUESSES: Final = {"orders": _ORDERS, "customers": _CUSTOMERS}


def draft(name: str, headers: list[str], words: dict[str, list[str]], file_name: str, rows_at: str = "") -> str:
    """Return a mapping as TOML text: what could be guessed, and a line to fill in for what could not.

    Parameters
    ----------
    name
        The folder that its files will lie in, ``shop/orders``.
    headers
        Those of the file.
    words
        Per header that holds few words, those words.
    file_name
        The file that was tried.
    rows_at
        Where in an API's answer the records lie.
    """
    by_key = {key: header for header in headers if header.strip() for key in reversed(header_keys(header))}
    by_key |= {header_keys(header.rpartition(".")[2])[0]: header for header in reversed(headers) if "." in header}
    guessed = {dataset: _guess(columns, by_key) for dataset, columns in _GUESSES.items()}
    dataset = max(guessed, key=lambda each: len(guessed[each]))
    folder, _, rest = name.partition("/")
    section = f"{_key(folder)}.{_key(rest or dataset)}"
    declared = {column.name: column for column in registry.channel(CHANNEL).datasets[_index(dataset)].columns}
    lines = [
        f"# Begun by siyu try from the headers of {file_name}: correct it, try again with --mapping, then put it into",
        f"# landing.toml of the home and the files into landing/{folder}/{rest or dataset}/.",
        *([f"[{section}]", f"rows_at = {_text(rows_at)}", ""] if rows_at else []),
        f"[{section}.to.{dataset}.columns]",
        f'source = {{is = "{folder}"}}  # your own word for where it comes from',
    ]
    for column, header in guessed[dataset].items():
        if declared[column].values and header in words:
            listed = ", ".join(f"{_text(word)} = {_text(_meaning(word))}" for word in words[header])
            lines.append(f"# each word means one of: {', '.join(declared[column].values)} (empty: unknown)")
            lines.append(f"{column} = {{column = {_text(header)}, words = {{{listed}}}}}")
        else:
            lines.append(f"{column} = {_text(header)}")
    missing = [each for each, column in declared.items() if column.required and each not in guessed[dataset]]
    lines += [f'# {each} = ""  # needed: which header says it?' for each in missing if each != "source"]
    unread = [header for header in headers if header.strip() and header not in guessed[dataset].values()]
    # in a file without headers the first line is somebody's data
    lines += [f"# not read: {scrubbed(header.strip(), Masker())}" for header in unread]
    return "\n".join(lines) + "\n"


def shipped_text(name: str) -> str | None:
    """Return a shipped mapping as a home's own may begin with it; None where none has that name."""
    file, _, table = name.partition("/")
    if name not in mappings() or not (SHIPPED / f"{file}.toml").is_file():
        return None
    text = (SHIPPED / f"{file}.toml").read_text(encoding="utf-8")
    kept, is_mine = [], False
    for line in text.splitlines():
        if line.startswith("["):
            is_mine = line.strip("[]").split(".")[0] == table
            line = f"[{file}.{line[1:]}"
        if is_mine:
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def write_draft(text: str, folder: Path, file_name: str) -> Path | None:
    """Write a draft beside where the command is run; None where another stands there already."""
    path = folder / f"{Path(file_name).stem}.landing.toml"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        return None
    write_text(path, text, PRIVATE_MODE, is_durable=False)
    return path


def _guess(columns: dict[str, str], by_key: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, guesses in columns.items():
        for guess in guesses.split():
            header = by_key.get(guess)
            if header is not None and header not in found.values():
                found[column] = header
                break
    return found


def _meaning(word: str) -> str:
    """Return what a word means in a shipped mapping; nothing where none has it."""
    for mapping in mappings().values():
        for target in mapping.targets:
            for _, value in target.values:
                if word in dict(value.words):
                    return dict(value.words)[word]
    return ""


def _index(dataset: str) -> int:
    return [each.name for each in registry.channel(CHANNEL).datasets].index(dataset)


def _text(text: str) -> str:
    return json.dumps(text.strip(), ensure_ascii=False)


def _key(text: str) -> str:
    return text if text.replace("_", "").replace("-", "").isalnum() and text.isascii() else _text(text)
