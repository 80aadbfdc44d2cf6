"""What is declared of the SYNTHETIC brand: its calendar, its people, and how much likelier an act makes a lead good.

The product never reads this. Some leads are keener than others from the start, and who is keen both acts and buys, so
what the product measures of an act lies above what is declared here.
"""

import datetime as dt
from typing import Final

SEED: Final = 20251231
FIRST: Final = dt.date(2024, 1, 1)
LAST: Final = dt.date(2025, 12, 31)
COMPANIES: Final = 360
#: Contacts of a company, each as often as the next.
CONTACTS: Final = (1, 1, 2, 2, 3, 4)

#: By how much the daily chance to be qualified is multiplied once somebody did it. 1: it changes nothing.
LIFTS: Final = {
    "submit_form": 1.0, "download": 1.0, "watch_live": 1.5, "finish_lesson": 1.2, "book": 2.0, "trial": 3.0,
    "finish_exercise": 1.5, "ask_service": 1.2,
}  # fmt: skip
#: The daily chance to do it at the beginning; a trial waits for nothing, the exercise for the trial.
ACTS: Final = {
    "submit_form": 0.020, "download": 0.030, "watch_live": 0.020, "finish_lesson": 0.015, "book": 0.008,
    "trial": 0.010, "finish_exercise": 0.080, "ask_service": 0.012,
}  # fmt: skip
AFTER_TRIAL: Final = ("finish_exercise",)
#: After so many days an act is as rare as e^-1 of what it was, and being qualified too.
COOLING_DAYS: Final = 45
QUALIFIES_DAILY: Final = 0.006
GIVEN_UP_DAILY: Final = 0.012
GIVEN_UP_AFTER: Final = 25
OFFERED: Final = 0.65
WON: Final = 0.55
RENEWED: Final = 0.75
#: A year's licence in yuan.
PRICES: Final = (12000, 24000, 48000)
TERM_DAYS: Final = 365

#: Who runs the groups, and their roles: who filters, who speaks where it counts, who keeps the groups in order.
RUNS: Final = (
    ("ops01", "service_operator"), ("ops02", "service_operator"), ("voice01", "ip_voice"), ("gov01", "governor"),
)  # fmt: skip
#: From these days on a new volume and a new quality group take whoever comes.
PERIODS: Final = (
    dt.date(2024, 1, 1), dt.date(2024, 7, 1), dt.date(2025, 1, 1), dt.date(2025, 7, 1), dt.date(2025, 11, 1),
)  # fmt: skip
#: The owners look at their lists on Wednesdays, and do so much of what stands there.
LIST_DAY: Final = 2
PROMOTED, TO_VIP, WASHED = 0.6, 0.9, 0.15
QUIET_DAYS: Final = 14
#: What speaks for a member of a group; an order is told by the contract.
GROUP_ACTS: Final = ("submit_form", "download", "watch_live", "finish_lesson", "finish_exercise")
SQUADS: Final = 2
SQUAD_SIZE: Final = 15
SQUADS_SINCE: Final = dt.date(2025, 9, 3)

SALES: Final = tuple(f"sales{number:02d}" for number in range(1, 9))
#: Who left in the last autumn: their leads go to whoever follows them, or to nobody.
LEFT: Final = ("sales08", dt.date(2025, 10, 1))
TITLES: Final = ("总经理", "财务总监", "采购经理", "IT经理", "技术总监", "运营专员", "市场主管", "")
#: The CRM's own words; the last is one that nobody explained.
STARTS: Final = ("新线索", "待跟进", "new", "渠道转介")
OFFERS: Final = {"qualified": "合格", "opportunity": "已报价", "won": "赢单", "lost": "输单", "unfit": "无效"}
PUBLIC_MAIL: Final = "qq.com"
