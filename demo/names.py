"""Synthetic names, numbers and places. Nobody here exists; the numbers only have the shape of mobile numbers."""

from typing import Final

from demo.chance import Chance

_SURNAMES: Final = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_FEMALE: Final = (
    "秀娟英华慧巧美娜静淑惠珠翠雅芝玉萍红娥玲芬芳燕彩春菊兰凤洁梅琳素云莲"
    "真环雪荣爱妹霞香月莺媛艳瑞凡佳嘉琼勤珍贞莉桂娣叶璧璐"
)
_MALE: Final = (
    "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全"
    "国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩"
)
_NICKNAMES: Final = (
    "小满",
    "阿楠",
    "晴天☀",
    "豆豆妈",
    "老周",
    "橙子🍊",
    "一二三",
    "Coco",
    "海边的风",
    "大橘",
    "木木",
    "柚子",
    "静水",
    "Leo",
    "糖糖",
)
#: Numbers of three real ranges are never drawn, because doors know them as virtual operators or placeholders.
_PREFIXES: Final = (
    "134",
    "135",
    "136",
    "137",
    "139",
    "150",
    "151",
    "152",
    "157",
    "158",
    "159",
    "182",
    "183",
    "187",
    "188",
    "130",
    "131",
    "132",
    "155",
    "156",
    "185",
    "186",
    "133",
    "153",
    "180",
    "181",
    "189",
    "177",
    "176",
)

#: (province, city, weight): where the brand has stores.
CITIES: Final = (
    ("上海", "上海市", 30),
    ("江苏", "苏州市", 16),
    ("江苏", "南京市", 14),
    ("浙江", "杭州市", 16),
    ("浙江", "宁波市", 8),
    ("安徽", "合肥市", 8),
    ("江苏", "盐城市", 5),
    ("安徽", "六安市", 3),
)
_CITY_DRAW: Final = tuple((province, city) for province, city, weight in CITIES for _ in range(weight))

PLACEHOLDER_PHONES: Final = ("13800138000", "11111111111", "00000000000", "13000000000")


def full_name(chance: Chance, gender: str, *names: object) -> str:
    """Return a Chinese name of two or three characters."""
    given = _FEMALE if gender == "female" else _MALE
    first = chance.pick(given, "given", *names)
    second = chance.pick(given, "given2", *names) if chance.happens(0.7, "two", *names) else ""
    return chance.pick(_SURNAMES, "surname", *names) + first + second


def nickname(chance: Chance, *names: object) -> str:
    """Return a WeChat nick, which is not a name."""
    return chance.pick(_NICKNAMES, "nick", *names)


def place(chance: Chance, *names: object) -> tuple[str, str]:
    """Return (province, city)."""
    return chance.pick(_CITY_DRAW, "place", *names)


class Numbers:
    """Mobile numbers, none given twice."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._taken = set(PLACEHOLDER_PHONES)

    def new(self, *names: object) -> str:
        """Return a number of mobile shape that nobody has yet."""
        for attempt in range(100):
            prefix = self._chance.pick(_PREFIXES, "prefix", attempt, *names)
            phone = f"{prefix}{self._chance.between(0, 99_999_999, 'phone', attempt, *names):08d}"
            if phone not in self._taken and len(set(phone[3:])) > 3:
                self._taken.add(phone)
                return phone
        raise RuntimeError(f"no free number for {names}")


def platform_id(chance: Chance, prefix: str, length: int, *names: object) -> str:
    """Return an opaque identifier of the platforms' kind, which shows nothing of the person."""
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    stream = chance.stream(prefix, *names)
    return prefix + "".join(stream.choice(alphabet) for _ in range(length))
