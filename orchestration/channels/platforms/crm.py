"""The CRM's member export, UTF-8 or GB18030, and the member numbers it merged.

Clocks are Shanghai. Member numbers are often the mobile: then they are tokens here. Formats: docs/channel-formats.md.
"""

from typing import Final

from orchestration.channels.engine import vocabularies as words
from orchestration.channels.engine.declare import Channel, Column, Dataset

MEMBERS: Final = Dataset(
    name="members",
    natural_key=("member_no",),
    columns=(
        Column("member_no", "identifier", required=True, aliases=("会员号", "会员编号", "会员卡号")),
        Column("mobile", "phone", aliases=("手机", "手机号", "手机号码")),
        Column("unionid", "identifier"),
        Column("openid", "identifier"),
        Column("openid_app", "identifier"),
        Column("email", "email", aliases=("邮箱",)),
        Column("name", "name", aliases=("姓名",)),
        Column("gender", values=words.GENDERS, aliases=("性别",), synonyms=(*words.GENDER_SYNONYMS, ("未知", ""))),
        Column("birth_date", "date", path="birthday", aliases=("生日",)),
        Column("level", aliases=("等级", "会员等级")),
        Column("point_count", "decimal", path="points", aliases=("积分",)),
        Column("registered_at", "instant", path="register_time", aliases=("注册时间",)),
        Column("register_channel", aliases=("注册渠道",)),
        Column("register_store", "identifier", aliases=("注册门店",)),
        Column("status", aliases=("状态",)),
        Column("is_test", "boolean", aliases=("测试",), empty_says="no test account"),
        Column("updated_at", "instant", aliases=("更新时间",), empty_says="the row never changed"),
    ),
)

MERGES: Final = Dataset(
    name="merges",
    natural_key=("member_no_from", "member_no_to"),
    columns=(
        Column("member_no_from", "identifier", required=True),
        Column("member_no_to", "identifier", required=True),
        Column("merged_at", "instant", required=True),
    ),
)

CHANNEL: Final = Channel(name="crm", datasets=(MEMBERS, MERGES))
