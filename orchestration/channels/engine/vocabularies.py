"""The words a door accepts. Seeds of the same names give them their meaning further on; a test holds both together."""

from typing import Final

ID_TYPES: Final = (
    "mobile", "mobile_outside", "email", "landline", "member_no", "customer_id", "device_id", "device_oaid",
    "mobile_masked", "mobile_virtual", "wx_unionid", "wx_openid", "wecom_external_userid", "wecom_tmp_openid",
    "wecom_pending_id",
    "tb_ouid", "tb_open_uid", "tb_omid", "tb_oaid", "tb_nick", "jd_pin", "dd_open_id", "dy_open_id", "dy_union_id",
    "ks_open_id", "xhs_user_id", "weibo_uid", "pos_customer_uid", "yz_open_id", "sa_login_id", "sa_anonymous_id",
)  # fmt: skip
MESSAGE_CHANNELS: Final = (
    "wecom",
    "wecom_group",
    "official_account",
    "mini_program",
    "app_push",
    "sms",
    "call",
    "email",
)
PURPOSES: Final = ("service", "marketing", "profiling")
EVENT_TYPES: Final = (
    "register", "visit", "view", "search", "add_to_cart", "favourite", "like", "comment", "review", "share", "follow",
    "unfollow", "add_friend", "delete_friend", "join_group", "leave_group", "speak", "watch_live", "finish_lesson",
    "finish_exercise", "attend", "download", "submit_form", "receive_coupon", "redeem_coupon", "sign_in", "ask_service",
    "complain", "refer", "book", "trial", "visit_store",
)  # fmt: skip
ORDER_STATUSES: Final = ("created", "paid", "shipped", "finished", "part_refunded", "refunded", "cancelled")
ORDER_TYPES: Final = ("normal", "presale", "exchange", "gift", "test")
REFUND_STATUSES: Final = ("requested", "succeeded", "rejected")
OFFER_KINDS: Final = ("discount", "coupon", "points", "gift", "content")
SUPPRESSION_REASONS: Final = ("opt_out", "complaint", "staff", "test", "erased")
STAFF_ROLES: Final = ("ip_voice", "service_operator", "governor", "guide", "call_agent")
GROUP_KINDS: Final = ("volume", "quality", "squad", "vip")
ENTITLEMENT_KINDS: Final = ("membership", "course", "stored_value", "points", "coupon", "contract")
#: Providers of mailboxes for everybody: an address there says nothing of a company.
PUBLIC_MAIL_DOMAINS: Final = frozenset({
    "qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "vip.126.com", "yeah.net", "188.com",
    "sina.com", "sina.cn", "vip.sina.com", "sohu.com", "139.com", "189.cn", "wo.cn", "21cn.com", "tom.com", "263.net",
    "aliyun.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "live.cn", "msn.com",
    "yahoo.com", "yahoo.cn", "yahoo.com.cn", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com",
    "gmx.com", "gmx.net", "mail.ru", "yandex.com", "naver.com", "qq.cn", "aol.com", "zoho.com",
})  # fmt: skip
TASK_STATUSES: Final = (
    "sent", "not_sent", "failed_deleted", "failed_limit", "replied", "booked", "bought", "refused", "wrong_number",
    "do_not_contact",
)  # fmt: skip
TASK_STATUS_SYNONYMS: Final = (("拒绝", "refused"), ("已拒绝", "refused"), ("客户拒绝", "refused"))
#: What a task sheet's column 结果 offers: the Chinese words of the seed ``words``, kind task_status.
TASK_SHEET_WORDS: Final = (
    ("已发送", "sent"), ("有回复", "replied"), ("已预约", "booked"), ("已购买", "bought"), ("没发", "not_sent"),
    ("对方已删好友", "failed_deleted"), ("平台达上限", "failed_limit"), ("号码不对", "wrong_number"),
    ("不想再收", "refused"), ("要求勿扰", "do_not_contact"),
)  # fmt: skip
#: What the service desk's offers: it answers or does not, and mends no friendship.
DESK_SHEET_WORDS: Final = (
    ("已答复", "sent"), ("没联系上", "not_sent"), ("已预约", "booked"), ("已购买", "bought"),
    ("号码不对", "wrong_number"), ("不想再收", "refused"), ("要求勿扰", "do_not_contact"),
)  # fmt: skip
#: The words of refusal: a header or a status that holds one says that somebody does not want to be written to. Without
#: case, width, blanks, dashes and underscores.
REFUSAL_WORDS: Final = (
    "退订", "退阅", "拒收", "取消关注", "取关", "取消订阅", "勿扰", "免打扰", "黑名单", "拉黑", "屏蔽",
    "拒绝联系", "拒绝接收", "拒绝推送", "拒绝营销", "拒绝打扰", "拒绝来电", "拒绝短信",
    "不再接收", "不再联系", "不要再", "不想再", "不想收",
    "不要联系", "不要打", "不要发", "别再", "别打", "勿再", "勿联系", "勿打", "勿发",
    "停止联系", "停止发送", "停止推送", "不同意", "撤回同意", "撤销同意", "取消同意", "撤回授权", "取消授权",
    "unsubscri", "unfollow", "optout", "optedout", "optingout", "donotcall", "donotcontact", "donotdisturb",
    "donotemail", "donotsms", "donotmail", "donottext", "donotsend", "dontcall", "dontcontact", "nocontact",
    "nomarketing", "stopcontact", "stopcalling", "stopsms", "blacklist", "blocklist", "userblock", "refusal",
    "withdrawconsent", "withdrawnconsent", "consentwithdrawn", "consentrevoked", "revokeconsent",
)  # fmt: skip
#: And those that say so only where nothing else stands beside them.
REFUSAL_WORDS_ALONE: Final = (
    "拒绝", "已拒绝", "是否拒绝", "拒绝时间",
    "refuse", "refused", "isrefused", "refusedat", "unsub", "dnc", "dnd", "td",
)  # fmt: skip
GENDERS: Final = ("male", "female")
GENDER_SYNONYMS: Final = (
    ("m", "male"), ("男", "male"), ("1", "male"), ("先生", "male"),
    ("f", "female"), ("女", "female"), ("2", "female"), ("女士", "female"),
    ("0", ""), ("unknown", ""), ("保密", ""),
)  # fmt: skip
#: What is written for no value: the words of the seed blocked_identifiers.
NON_VALUES: Final = (
    "null", "none", "nil", "nan", "na", "undefined", "unknown", "anonymous", "guest", "test", "无", "散客",
    "false", "true", "empty", "object", "objectobject", "distinctid", "deviceid", "userid", "n", "x", "空",
    "暂无", "没有", "未绑定", "未知", "未填写", "匿名", "匿名用户", "游客", "测试", "没填", "不详",
    "保密", "空值", "待定",
)  # fmt: skip
