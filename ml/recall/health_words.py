"""What a check says, in plain English and Chinese: what was found, what that means, and what to do about it."""

from collections.abc import Mapping
from typing import Final

_FEW: Final = "Too few to say ({n} so far). That is not the same as no difference."
_FEW_ZH: Final = "人数太少（目前 {n}），还说不准；这不等于没有差别。"

#: check -> verdict -> (English, Chinese).
WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "srm": {
        "ok": (
            "{value:.1%} of {n} planned people were held back, {expected:.1%} were to be: the lot works.",
            "计划的 {n} 人中有 {value:.1%} 留作对照，应为 {expected:.1%}：抽签正常。",
        ),
        "alarm": (
            "{value:.1%} of {n} planned people were held back, {expected:.1%} were to be. Chance does not do that:"
            " people are lost on one side. Believe no reading of this policy until it is found where.",
            "计划的 {n} 人中有 {value:.1%} 留作对照，应为 {expected:.1%}。这不是偶然：有一边丢了人。查清之前，"
            "这条策略的读数都不可信。",
        ),
    },
    "srm_option": {
        "ok": (
            "Of the options, {option} lies farthest from its lot: {value:.1%} of {n} held back, {expected:.1%} were to"
            " be, which is chance.",
            "各选项中偏得最多的是 {option}：{n} 人中有 {value:.1%} 留作对照，应为 {expected:.1%}，属于偶然。",
        ),
        "alarm": (
            "Of option {option} {value:.1%} of {n} were held back, {expected:.1%} were to be. People of this option are"
            " lost on one side; look at what refuses them after the lot.",
            "选项 {option} 的 {n} 人中有 {value:.1%} 留作对照，应为 {expected:.1%}。这个选项有一边丢了人，"
            "请查抽签之后是什么拦下了他们。",
        ),
    },
    "placebo": {
        "ok": (
            "In the {days:.0f} days before, both sides spent alike ({value:.0f} fen a head apart, of {n}): they began"
            " equal.",
            "之前 {days:.0f} 天两边花得一样（每人相差 {value:.0f} 分，共 {n} 人）：起点相同。",
        ),
        "alarm": (
            "In the {days:.0f} days before, when nothing had been sent, the sides lay {value:.0f} fen a head apart"
            " (of {n})."
            " The lot did not make them alike; what follows it is no effect.",
            "之前 {days:.0f} 天什么都没发，两边每人却相差 {value:.0f} 分（共 {n} 人）。抽签没有让两边相同，"
            "之后的差别不能算作效果。",
        ),
    },
    "a_against_a": {
        "ok": (
            "Two halves of the {n} held-back people differ by {value:.0f} fen a head, as chance has it.",
            "对照组 {n} 人随机分成两半，每人相差 {value:.0f} 分，属于偶然。",
        ),
        "alarm": (
            "Two halves of the {n} held-back people differ by {value:.0f} fen a head though neither was sent anything."
            " One draw in twenty does that by chance; if it stays for weeks, the intervals are too narrow.",
            "对照组 {n} 人随机分成两半，都没有发送，每人却相差 {value:.0f} 分。"
            "二十次里会偶然有一次；若连续几周如此，说明区间太窄。",
        ),
    },
    "contamination": {
        "ok": (
            "{sent:.1%} of those sent something and {held:.1%} of the held-back were also written to by somebody else"
            " (of {n}): alike on both sides.",
            "收到消息的人有 {sent:.1%}、对照组有 {held:.1%} 还被别人联系过（共 {n} 人）：两边相当。",
        ),
        "alarm": (
            "{sent:.1%} of those sent something and {held:.1%} of the held-back were also written to by somebody else"
            " (of {n}). The sides are no longer alike; find who sends past the list.",
            "收到消息的人有 {sent:.1%}、对照组有 {held:.1%} 还被别人联系过（共 {n} 人）。两边不再可比，"
            "请查是谁绕过名单在发送。",
        ),
    },
    "model_minus_design": {
        "ok": (
            "The plan expected {value:+.2%} more answers than the {design:+.2%} that the design found (of {n}), within"
            " both errors.",
            "计划比实验多预期 {value:+.2%}（实验得到 {design:+.2%}，共 {n} 人），在误差之内。",
        ),
        "alarm": (
            "The plan expected {value:+.2%} more answers than the {design:+.2%} that the design found (of {n}). The"
            " design is right; the model's effects for this policy are not.",
            "计划比实验多预期 {value:+.2%}（实验得到 {design:+.2%}，共 {n} 人）。以实验为准，"
            "模型对这条策略的效果估计有误。",
        ),
    },
    "coverage": {
        "ok": (
            "{value:.0%} of {n} weeks and policies came out within their 90% interval.",
            "{n} 个“周×策略”中有 {value:.0%} 落在 90% 区间内。",
        ),
        "alarm": (
            "{value:.0%} of {n} weeks and policies came out within their 90% interval: the intervals are not what they"
            " say.",
            "{n} 个“周×策略”中有 {value:.0%} 落在 90% 区间内：区间名不副实。",
        ),
    },
    "predicted_over_realised": {
        "ok": (
            "Predicted profit is {value:.2f} of what {n} weeks and policies earned, within its error.",
            "{n} 个“周×策略”的预测利润是实际的 {value:.2f} 倍，在误差之内。",
        ),
        "alarm": (
            "Predicted profit is {value:.2f} of what {n} weeks and policies earned, more than chance allows.",
            "{n} 个“周×策略”的预测利润是实际的 {value:.2f} 倍，超出偶然的范围。",
        ),
    },
    "learned_share": {
        "ok": (
            "{value:.0%} of the {n} people in the audience are planned on effects that their own cell's"
            " experiments have"
            " shown; the rest lean on priors.",
            "名单 {n} 人中有 {value:.0%} 的效果来自本类实验，其余依靠先验。",
        ),
    },
    "carry_over": {
        "ok": (
            "Beside what the weeks claim, the year earned {beyond:+,.0f} ± {half:,.0f} yuan by the global"
            " holdout ({n} held"
            " out): what one episode does to the next.",
            "除各周声称之外，按全局对照（{n} 人）全年另有 {beyond:+,.0f} ± {half:,.0f} 元："
            "这是一次触达对下一次的影响。",
        ),
        "too_few": (
            "What one episode does to the next cannot be told from nothing: {beyond:+,.0f} ± {half:,.0f} yuan a"
            " year ({n}"
            " held out).",
            "一次触达对下一次的影响还看不出来：全年 {beyond:+,.0f} ± {half:,.0f} 元（对照 {n} 人）。",
        ),
    },
    "as_usual": {
        "ok": (
            "Ours earns {gain:.2f} ± {half:.2f} yuan a head more than the shop's own list ({ours:.2f} and {usual:.2f};"
            " {n} people of its lot, {listed} on a list).",
            "我们的名单人均比店里自己的名单多赚 {gain:.2f} ± {half:.2f} 元（{ours:.2f} 对 {usual:.2f}；照旧组 {n} 人，"
            "其中 {listed} 人上过店里的名单）。",
        ),
        "alarm": (
            "The shop's own list is the better one: ours earns {gain:+.2f} ± {half:.2f} yuan a head beside it"
            " ({ours:.2f} and {usual:.2f}; {n} people of its lot, {listed} on a list). Send it until it is found why.",
            "店里自己的名单更好：我们的名单人均相差 {gain:+.2f} ± {half:.2f} 元（{ours:.2f} 对 {usual:.2f}；"
            "照旧组 {n} 人，其中 {listed} 人上过店里的名单）。查清原因之前，先照店里的名单发。",
        ),
    },
    "as_usual_list": {
        "ok": (
            "All {n} people on the shop's list are of its lot: nobody gets both.",
            "店里名单上的 {n} 人都在照旧组里：没有人收到两份。",
        ),
        "alarm": (
            "{strays} of {n} people on the shop's list are not of its lot: we plan them too. Leave them off that list;"
            " their episodes are marked contaminated.",
            "店里名单上 {n} 人中有 {strays} 人不在照旧组里，我们也在联系他们。请把他们从店里的名单上去掉；"
            "他们的回合已标为被干扰。",
        ),
    },
    "landed_two_arms": {
        "alarm": (
            "{those} of {n} rows of {experiment} are of people in two of its arms and teach nothing. A draw"
            " that is made"
            " anew is another experiment: give it another experiment_id.",
            "{experiment} 的 {n} 行中有 {those} 行的人在两个组里，不参与学习。重新抽签就是另一个实验，"
            "请换一个 experiment_id。",
        ),
    },
    "landed_drawn_before": {
        "alarm": (
            "{those} of {n} rows of {experiment} are second records of people who were drawn before; the first"
            " one counts.",
            "{experiment} 的 {n} 行中有 {those} 行是同一个人的另一条记录，以先抽的为准。",
        ),
    },
    "landed_no_channel": {
        "alarm": (
            "{those} of {n} rows of {experiment} offer something and do not say how; fill message_channel.",
            "{experiment} 的 {n} 行中有 {those} 行给了优惠却没写渠道，请填写 message_channel。",
        ),
    },
    "landed_unknown_offer": {
        "alarm": (
            "{those} of {n} rows of {experiment} name an offer that offers_catalogue lacks, so nobody knows how deep it"
            " is; add its row.",
            "{experiment} 的 {n} 行中有 {those} 行的优惠不在 offers_catalogue 里，不知道力度，请补上。",
        ),
    },
    "landed_no_control": {
        "alarm": (
            "Nobody of the {n} people of {experiment} got nothing, so there is nobody to compare with and nothing is"
            " learned. Of the control leave message_channel and offer_id empty.",
            "{experiment} 的 {n} 人里没有对照，没有可比的人，也学不到什么。对照的 message_channel 和 offer_id 请留空。",
        ),
    },
    "global_holdout": {
        "ok": (
            "The year's claims of {claims:,.0f} yuan agree with the global holdout ({earned:,.0f} ±"
            " {half:,.0f}, {n} held"
            " out; {unread} weeks unread).",
            "全年声称 {claims:,.0f} 元，与全局对照相符（{earned:,.0f} ± {half:,.0f} 元，对照 {n} 人，"
            "{unread} 周未读）。",
        ),
        "alarm": (
            "The year's claims of {claims:,.0f} yuan and the global holdout ({earned:,.0f} ± {half:,.0f}, {n} held out;"
            " {unread} weeks unread) do not agree. Believe the holdout.",
            "全年声称 {claims:,.0f} 元，与全局对照不符（{earned:,.0f} ± {half:,.0f} 元，对照 {n} 人，"
            "{unread} 周未读）。以全局对照为准。",
        ),
        "too_few": (
            "The global holdout cannot tell: it would find an overstatement of {detectable:,.0f} yuan, and"
            " {claims:,.0f}"
            " are claimed ({earned:,.0f} ± {half:,.0f}, {n} held out).",
            "全局对照说不准：只能发现 {detectable:,.0f} 元的夸大，"
            "而全年声称 {claims:,.0f} 元（对照读数 {earned:,.0f} ± {half:,.0f} 元，对照 {n} 人）。",
        ),
    },
}


#: Where a check's few have a sentence of their own.
FEW: Final[Mapping[str, tuple[str, str]]] = {
    "placebo": (
        "{paid} of {n} people had bought anything in the {days:.0f} days before: too few to tell whether the two sides"
        " had spent alike.",
        "之前 {days:.0f} 天里 {n} 人中只有 {paid} 人买过，人数太少，说不准两边原来花得是否一样。",
    ),
    "as_usual": (
        "The shop's own list and ours cannot be told apart yet ({n} people of its lot, {listed} on a list).",
        "店里的名单和我们的名单还分不出高下（照旧组 {n} 人，已收到的店里名单上有 {listed} 人）。",
    ),
}


def words_of(check: str, verdict: str, named: Mapping[str, str | float | None]) -> tuple[str, str]:
    """Return what a check says in English and Chinese."""
    english, chinese = WORDS[check].get(verdict, FEW.get(check, (_FEW, _FEW_ZH)))
    return english.format(**named), chinese.format(**named)
