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

SALES: Final = tuple(f"sales{number:02d}" for number in range(1, 9))
#: Who left in the last autumn: their leads go to whoever follows them, or to nobody.
LEFT: Final = ("sales08", dt.date(2025, 10, 1))
TITLES: Final = ("总经理", "财务总监", "采购经理", "IT经理", "技术总监", "运营专员", "市场主管", "")
#: The CRM's own words; the last is one that nobody explained.
STARTS: Final = ("新线索", "待跟进", "new", "渠道转介")
OFFERS: Final = {"qualified": "合格", "opportunity": "已报价", "won": "赢单", "lost": "输单", "unfit": "无效"}
PUBLIC_MAIL: Final = "qq.com"
