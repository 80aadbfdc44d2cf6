"""Why an option may not be used for a person: one list of rules, each with the code that is shown for it.

``treatments.usable`` keeps the options that none of them refuses; who asks why somebody was not written to, or not with
an offer, is told the first that does, in this order. What the codes are called is the seed ``words``, kind ``reason``.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.recall.depths import admitted
from ml.recall.plays import CARE, first_channels, offers_of_play, personal_channels, roles_without_offers
from ml.recall.rules import Rules
from ml.recall.schedule import opens_too_late
from ml.recall.tables import REFUSED_OPTIONS
from ml.recall.templates import can_be_said, wants_a_person, with_scenes
from ml.recall.words import NOTHING_SOLD

Flags = npt.NDArray[np.bool_]

#: Of an option whose finished words may not be sent to this person (``saying``).
WITHHELD: Final = "withheld_words"
#: Of a call to a friend who is only greeted, where the play does not begin with a call.
WECOM_FIRST: Final = "wecom_first"
#: The public rules whose offer a signal does not leave out.
FIRST_ORDER: Final = "first_order"
NO_CARE_MONEY: Final = "no_care_money"
#: Of a first order's words and offers, to whom the points ledger says that they bought.
BOUGHT_ELSEWHERE: Final = "bought_elsewhere"
#: Of a greeting that asks for an answer, by a channel that no member of staff carries out.
IN_PERSON: Final = "in_person"
#: In which order the rules are asked of an option that nothing blocks.
ORDER: Final = (
    "not_in_play", "told", "refused_channel", "unreachable", "no_consent", "no_owner", "no_subscription", "tier",
    "need_bars_channel", "contact_cap", "need_bars_offer", "small_b", "lead_price", BOUGHT_ELSEWHERE, "no_public_rule",
    IN_PERSON, "no_template", "too_late", "offer_due", "by_person", WECOM_FIRST, WITHHELD,
)  # fmt: skip

LISTS: Final = (
    "reachable_channels", "consented_channels", "service_channels", "suppressed_channels", "subscribed_scenes",
)  # fmt: skip


def refused_because(options: pd.DataFrame, people: pd.DataFrame, rules: Rules) -> pd.Series:
    """Return the code of the first rule that refuses each option, null where none does.

    Parameters
    ----------
    options
        One row per (candidate, channel, offer) of the menu, with the candidate's columns.
    people
        The candidates, with the lists ``LISTS``.
    rules
        The seeds.
    """

    def stands_in(column: str, wanted: str = "message_channel") -> Flags:
        of_person = _listed(people, column)
        rows = zip(options["candidate"], options[wanted], strict=True)
        return np.array([one in of_person[who] for who, one in rows], dtype=bool)

    consented, service = (stands_in(f"{name}_channels") for name in ("consented", "service"))
    staffed = options["message_channel"].isin(rules.staff_channels).to_numpy(dtype=bool)
    by_subscription = options["message_channel"].isin(rules.subscription_channels()).to_numpy(dtype=bool)
    is_wecom = options["message_channel"].eq("wecom").to_numpy(dtype=bool)
    need, role = _offers_barred(options, rules)
    blocked = options["blocked_because"].to_numpy(dtype=object)
    # What is owed waits for no refund or complaint, which may be what it is about, nor for what politeness asks of ads.
    owed = options["consent_purpose"].eq("service").to_numpy(dtype=bool)
    blocked = np.where(owed & (blocked != "suppressed"), None, blocked)
    reasons = {
        "not_in_play": (options["channel_order"] < 0).to_numpy(dtype=bool),
        # A message says once that a question is known; from then on somebody in person answers it.
        "told": owed & options["is_told"].to_numpy(dtype=bool) & ~staffed,
        "refused_channel": stands_in("suppressed_channels"),
        "unreachable": ~stands_in("reachable_channels"),
        "no_consent": ~np.where(options["consent_purpose"] == "service", service, consented),
        "no_owner": staffed & options["owner_staff_id"].isna().to_numpy(dtype=bool),
        "no_subscription": by_subscription & ~stands_in("subscribed_scenes", "scene_id"),
        "tier": ~_tier_allows(options),
        "need_bars_channel": ~owed & _barred(options),
        "contact_cap": is_wecom & _wecom_is_full(options, owed, rules),
        "too_late": opens_too_late(options, rules),
        "need_bars_offer": need,
        "small_b": role,
        # A company buys at what sales offer it; a retail coupon is no answer to that.
        "lead_price": options["offer_id"].ne("none").to_numpy(dtype=bool)
        & options["is_of_company"].to_numpy(dtype=bool),
        BOUGHT_ELSEWHERE: _as_a_first_order(options),
        "no_public_rule": ~(admitted(options, rules) & offers_of_play(options, rules)),
        "no_template": ~can_be_said(options, rules),
        IN_PERSON: ~owed & ~staffed & wants_a_person(options, rules),
    }
    asked = [name for name in ORDER if name in reasons]
    said = np.select([reasons[name] for name in asked], asked, default="").astype(object)
    found = np.where(pd.isna(blocked), said, blocked)
    return pd.Series(_given_way(options, found, rules), index=options.index).replace("", None)


def _given_way(options: pd.DataFrame, found: npt.NDArray[np.object_], rules: Rules) -> npt.NDArray[np.object_]:
    """Return the codes with those of options that give way to another one which is open to the same person.

    A signal leaves out no first-order offer that is due (``offer_due``), and whom their tier gives to a person is sent
    no mass message where one of the staff can say the same (``by_person``); where nobody can, the message stays, so
    that nobody goes without an offer for being worth much. Who is looked after or greeted and sold nothing hears it
    from their adviser in WeCom, whatever their tier, where they are friends: a mass message gives way to it, and so
    does a call (``wecom_first``) unless the play begins with one. What is owed goes by its play's order alone.
    """
    none = options["offer_id"].eq("none").to_numpy(dtype=bool)
    candidate = options["candidate"]
    is_open = found == ""
    is_due = options["audience_kind"].eq("signal") & options["public_kind"].eq(FIRST_ORDER)
    has_offer = candidate.isin(candidate[is_open & ~none])
    found = np.where(is_open & none & (is_due & has_offer).to_numpy(dtype=bool), "offer_due", found)
    pairs = list(zip(options["pyramid_tier"], options["message_channel"], strict=True))
    channels = personal_channels(rules)
    by_person = np.array([channel in channels.get(tier, ()) for tier, channel in pairs], dtype=bool)
    is_mass = np.array([tier in channels and channel not in channels[tier] for tier, channel in pairs], dtype=bool)
    is_mass = is_mass & options["consent_purpose"].ne("service").to_numpy(dtype=bool)
    is_open = found == ""
    spoken = set(zip(candidate[is_open & by_person], options["offer_id"][is_open & by_person], strict=True))
    anything = {who for who, _ in spoken}
    says = [
        (who, offer) in spoken or (offer == "none" and who in anything)
        for who, offer in zip(candidate, options["offer_id"], strict=True)
    ]
    found = np.where(is_open & is_mass & np.array(says, dtype=bool), "by_person", found)
    greeted = with_scenes(options, rules)["scene_id"].isin(NOTHING_SOLD) & options["consent_purpose"].ne("service")
    is_wecom = options["message_channel"].eq("wecom").to_numpy(dtype=bool)
    by_friend = candidate.isin(candidate[(found == "") & is_wecom & greeted.to_numpy(dtype=bool)])
    yields = (found == "") & (greeted & by_friend).to_numpy(dtype=bool) & ~is_wecom
    calls = options["message_channel"].eq("call").to_numpy(dtype=bool)
    calls_first = options["play_id"].map(first_channels(rules)).eq("call").to_numpy(dtype=bool)
    found = np.where(yields & ~calls, "by_person", found)
    return np.where(yields & calls & ~calls_first, WECOM_FIRST, found)


def _listed(people: pd.DataFrame, column: str) -> dict[object, frozenset[str]]:
    """Return by candidate what a list column holds, nothing where it is null."""
    rows = zip(people["candidate"], people[column], strict=True)
    return {
        who: frozenset(str(one) for one in cells if one is not None)
        if pd.api.types.is_list_like(cells)
        else frozenset()
        for who, cells in rows
    }


def _as_a_first_order(options: pd.DataFrame) -> Flags:
    """Return whether an option greets or pays as before a first order somebody whose points say that they bought.

    What answers them otherwise (a cart, a question) stays open, without the first order's offer.
    """
    pays = options["public_kind"].eq(FIRST_ORDER) & options["offer_id"].ne("none")
    bought = options["bought_elsewhere"].eq(True).to_numpy(dtype=bool)
    return np.asarray(bought & (options["scene_id"].eq(FIRST_ORDER) | pays).to_numpy(dtype=bool))


def _wecom_is_full(options: pd.DataFrame, owed: Flags, rules: Rules) -> Flags:
    """Whether WeCom is closed to the person: by our politeness caps, or by the platform's own, whichever is less.

    What is owed the platform alone may stop.

    The platform allows so many a day of the calendar month in which the plan is sent, the day after the date; what a
    member may send one person in a day is kept by one plan a person and day, so long as it is one at least.
    """
    sent = options["wecom_contacts_month"].fillna(0)
    days = (pd.to_datetime(options["as_of_date"]) + pd.Timedelta(days=1)).dt.days_in_month
    by_platform = sent.ge(days * rules.cap("wecom_platform_month")) | (rules.cap("wecom_member_day") < 1)
    impolite = options["wecom_marketing_month"].fillna(0).ge(rules.cap("wecom_month"))
    impolite = impolite | options["wecom_recalls_month"].fillna(0).ge(rules.cap("wecom_recall_month"))
    return np.asarray(by_platform.to_numpy(dtype=bool) | (impolite.to_numpy(dtype=bool) & ~owed))


def _tier_allows(options: pd.DataFrame) -> Flags:
    """Whether the option is open to the person's tier; an empty list is open to all, care to whom its play is for."""
    tiers = options["tiers"].fillna("").astype(str)
    allowed = (tiers.eq("") | options["purse"].eq(CARE)).to_numpy(dtype=bool)
    for listed in tiers[tiers != ""].unique():
        allowed = allowed | (tiers.eq(listed) & options["pyramid_tier"].isin(listed.split("|"))).to_numpy(dtype=bool)
    return np.asarray(allowed)


def _barred(options: pd.DataFrame) -> Flags:
    """Whether the option's channel is barred to the person by what they need."""
    bars = options["barred_channels"].astype(str)
    barred = np.zeros(len(options), dtype=bool)
    for listed in bars[bars != ""].unique():
        barred |= (bars.eq(listed) & options["message_channel"].isin(listed.split("|"))).to_numpy(dtype=bool)
    return barred


def _offers_barred(options: pd.DataFrame, rules: Rules) -> tuple[Flags, Flags]:
    """Whether the person's need state, and whether their role, takes an offer away.

    A need state makes an offer wait and takes it from nobody; a small reseller buys at other terms. What somebody is
    worth is no reason: whom a public rule fits may have its offer (``depths``).
    """
    is_offer = options["offer_id"].ne("none").to_numpy(dtype=bool)
    by_need = is_offer & options["need_state"].isin(rules.once(_needs_without_offers)).to_numpy(dtype=bool)
    by_role = is_offer & options["super_user_role"].isin(roles_without_offers(rules)).to_numpy(dtype=bool)
    return by_need, by_role


def _needs_without_offers(rules: Rules) -> frozenset[str]:
    """Return the need states that have no offer."""
    states = rules.seeds["need_state_plays"]
    return frozenset(states.loc[~states["offers_allowed"].astype(bool), "need_state"])


def last_refusals(options: pd.DataFrame) -> pd.Series:
    """Return by candidate what refuses the option that came furthest: what is missing where nothing can be sent."""
    place = {name: at for at, name in enumerate(ORDER)}
    refused = options[options["refused_because"].notna()]
    furthest = refused.assign(place=refused["refused_because"].map(place).fillna(-1)).sort_values(
        ["candidate", "place", "channel_order"], ascending=[True, False, True]
    )
    return furthest.drop_duplicates("candidate").set_index("candidate")["refused_because"]


def refused_rows(options: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``recall.refused_options``: every option of ``considered`` that a rule refuses, and which."""
    refused = options[options["refused_because"].notna()]
    key = ["as_of_date", "one_id", "message_channel", "offer_id"]
    return refused.sort_values(key, ignore_index=True)[list(REFUSED_OPTIONS)]
