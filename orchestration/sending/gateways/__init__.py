"""What each gateway takes, as it takes it: one writer per message channel.

A writer gets the rows of one export and a folder, and returns the files that it wrote. A row has one_id's token, the
address, the filled words and the plan; contact values stand in these files and nowhere else outside the vault.
"""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from orchestration.sending.gateways import lists, phones, wechat

Row = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Gateway:
    """How a channel's export is written, and what to do with it, in two languages.

    ``least`` is how many recipients of the same words the platform takes at the least.
    """

    write: Callable[[Sequence[Row], Path], list[Path]]
    to_do_en: str
    to_do_zh: str
    least: int = 1


GATEWAYS: Final[dict[str, Gateway]] = {
    "sms": Gateway(
        phones.write_sms,
        "Upload sms.csv as a batch of your SMS gateway, to be sent between the two times of each row.",
        "把 sms.csv 作为批量任务上传到短信平台，在每行写明的两个时间之间发送。",
    ),
    "call": Gateway(
        phones.write_calls,
        "Give each member of staff their rows of calls.xlsx; land what came of them as standard/task_results.",
        "把 calls.xlsx 里各自的行交给对应的导购；结果作为 standard/task_results 交付回来。",
    ),
    "wecom": Gateway(
        wechat.write_wecom,
        "Post each line to add_msg_template within the hours in the file's name; the named member confirms in WeCom.",
        "在文件名里写的时段内，把每一行提交给 add_msg_template；由写明的成员在企业微信里确认发送。",
    ),
    "official_account": Gateway(
        wechat.write_official_account,
        "Post each line of a file to the account's mass sending (message/mass/send), within the hours in its name.",
        "在文件名里写的时段内，把每一行提交给公众号群发接口（message/mass/send）。",
        least=2,
    ),
    "mini_program": Gateway(
        wechat.write_mini_program,
        "Post each line to subscribeMessage.send within the hours in the file's name; a line uses up a subscription.",
        "在文件名里写的时段内，把每一行提交给 subscribeMessage.send；一行用掉一次订阅。",
    ),
    "app_push": Gateway(
        lists.write_app_push,
        "Upload app_push.csv to your push service, by device id.",
        "把 app_push.csv 上传到推送平台，按设备号推送。",
    ),
    "email": Gateway(
        lists.write_email,
        "Upload email.csv to your mail service, subjects as they stand; each mail needs your sender and a way out.",
        "把 email.csv 上传到邮件平台，标题照原样；每封邮件都要有发件人和退订方式。",
    ),
}
