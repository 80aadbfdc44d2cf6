"""The seeds that recall reads, as frames with checked columns, and a hash of all of them."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import pandas as pd

#: Seed name to the columns recall needs of it; every seed also carries ``source``.
SEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "recall_policies": (
        "policy_id", "play_id", "audience_kind", "ladder_step", "priority", "band", "after_days", "within_days",
        "wait_days", "rest_days", "objective", "episode_days", "continues", "consent_purpose", "base_rate",
        "content_theme", "scene_id",
    ),
    "plays": (
        "play_id", "priority", "trigger_kind", "trigger", "within_days", "audience_kind", "purchase_stages",
        "message_channels", "sender_role", "offer_rule", "scene_id", "stop_if", "success_act", "purse",
    ),
    "signals": ("signal", "kind", "within_days", "rest_days", "play_id", "words_zh"),
    "brand_days": ("brand_day", "month", "day", "lead_days", "play_id", "name_zh", "name_en"),
    "recall_menu": ("policy_id", "ladder_step", "message_channel", "offer_id", "tiers"),
    "offers_catalogue": (
        "offer_id", "kind", "face_value_fen", "pay_rate", "minimum_spend_fen", "maximum_discount_fen", "valid_days",
        "depth", "supplier_share", "one_item",
    ),
    "response_priors": (
        "band", "message_channel", "depth", "lift_p10", "lift_p50", "lift_p90", "redemption_p10", "redemption_p50",
        "redemption_p90", "basket_p10", "basket_p50", "basket_p90", "pull_p10", "pull_p50", "pull_p90",
    ),
    "send_costs": ("message_channel", "send_fen", "labour_fen", "unsubscribe_rate"),
    "channel_windows": ("message_channel", "wave", "opens", "closes"),
    "contact_caps": ("cap_id", "message_channel", "window_days", "most"),
    "message_channels": ("message_channel", "serves_by"),
    "sms_gateways": ("gateway", "opens", "closes"),
    "depth_rules": (
        "rule_id", "offer_id", "audience_kind", "ladder_step", "has_ordered", "least_days", "most_days",
        "identity_confidence",
    ),
    "recall_settings": ("name", "value"),
    "learning_settings": ("name", "value"),
    "need_state_plays": ("need_state", "sign_words", "offers_allowed", "barred_channels", "do_not_say"),
    "super_user_rules": ("super_user_role", "offers_allowed"),
    "matrix_cells": ("matrix_cell", "first_on_list"),
    "play_words": ("message_channel", "words", "answer_words"),
    "lately_scenes": (
        "scene_id", "has_offer", "bought_lately", "lately_scene_id", "content_theme", "in_person_states",
    ),
    "question_words": ("kind", "code", "words_zh", "words_en", "message_channel"),
    "pyramid_tiers": ("pyramid_tier", "message_channels"),
    "talking_points": ("scene_id", "message_channel", "need_state", "has_offer", "position", "words"),
    "category_names": ("category", "name_zh", "name_en"),
    "do_not_say": ("audience_kind", "words"),
    "message_templates": (
        "template_id", "message_channel", "scene_id", "need_state", "price_attitude", "text_zh", "home_text",
        "home_text_en", "text_lacks", "variables", "sms_segments", "approved",
    ),
    "template_variables": ("variable", "is_always_known", "is_name"),
    "forbidden_words": ("rule_id", "pattern", "unless"),
    "message_limits": ("message_channel", "part", "most", "counted_in"),
    "subscription_fields": ("template_id", "position", "label", "field"),
}  # fmt: skip

Read = TypeVar("Read")

#: What the home's name and link make of a template: no number rests on them.
_OF_HOME: Final = ("home_text", "home_text_en", "text_lacks")


class MissingColumns(ValueError):
    """A frame handed to recall lacks columns; the message names them and where they come from."""


def require(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> None:
    """Raise MissingColumns unless a frame has all columns."""
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise MissingColumns(f"{name} lacks {', '.join(lacking)}; see dbt_project/seeds and docs/recall.md")


@dataclasses.dataclass(frozen=True)
class Rules:
    """Every seed recall reads, with the two settings that are the brand's: margin and exploration."""

    seeds: Mapping[str, pd.DataFrame]
    gross_margin_rate: float
    holdout_share: float
    exploration_share: float
    horizon_days: int
    staff_channels: tuple[str, ...]
    #: The offers' terms per as_of_date (recall.recall_offers); without it the catalogue's hold on every date.
    offers: pd.DataFrame | None = None
    #: Share of people who get the shop's own list instead of ours, for good.
    as_usual_share: float = 0.0
    #: The row of sms_gateways that the brand names; without one the hours are the strictest's, and no SMS has words.
    sms_gateway: str = ""
    #: What was read of the seeds so far, by the function that reads it.
    _known: dict[Callable[["Rules"], Any], Any] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Check the seeds' columns once, at the door."""
        for name, columns in SEEDS.items():
            if name not in self.seeds:
                raise MissingColumns(f"recall needs the seed {name}; run dbt seed")
            require(self.seeds[name], (*columns, "source"), name)

    def once(self, read: "Callable[[Rules], Read]") -> Read:
        """Return what a function reads of the seeds, read once; nobody may change it.

        A plan asks for the same dozens of times. Whoever changes a seed afterwards needs rules of their own
        (``afresh``).
        """
        if read not in self._known:
            self._known[read] = read(self)
        found: Read = self._known[read]
        return found

    def afresh(self) -> "Rules":
        """Return the same rules with nothing read of the seeds yet."""
        return dataclasses.replace(self)

    def setting(self, name: str) -> float:
        """Return a number of the seed recall_settings."""
        found = self.once(_settings)
        if name not in found:
            raise MissingColumns(f"the seed recall_settings lacks the row {name}")
        return found[name]

    def learning(self, name: str) -> float:
        """Return a number of the seed learning_settings."""
        found = self.learned_by
        if name not in found:
            raise MissingColumns(f"the seed learning_settings lacks the row {name}")
        return found[name]

    @property
    def learned_by(self) -> dict[str, float]:
        """Return the seed learning_settings by name: what the posterior is asked with."""
        return dict(self.once(_learning_settings))

    @property
    def settings(self) -> dict[str, float]:
        """Return the seed recall_settings by name."""
        return dict(self.once(_settings))

    def cap(self, cap_id: str) -> int:
        """Return a number of the seed contact_caps."""
        return self.once(_caps)[cap_id]

    def subscription_channels(self) -> list[str]:
        """Return the channels of which each message spends a subscription."""
        rows = self.seeds["message_channels"]
        return list(rows.loc[rows["serves_by"].eq("subscription_message"), "message_channel"])

    def sms_hours(self) -> tuple[str, str]:
        """Return when the brand's gateway opens and closes; what it does not say is as the strictest has it."""
        rows = self.seeds["sms_gateways"].set_index("gateway")[["opens", "closes"]]
        named, strictest = rows.reindex([self.sms_gateway]).iloc[0], rows.loc["strictest"]
        said = named.where(named.notna(), strictest)
        return str(said["opens"]), str(said["closes"])

    @property
    def assumptions_hash(self) -> str:
        """16 hex digits over every seed row and setting that a number of the audience rests on."""
        digest = hashlib.sha256()
        for name in sorted(SEEDS):
            frame = self.seeds[name][[column for column in SEEDS[name] if column not in _OF_HOME]].astype(object)
            cells = frame.to_numpy(dtype=object).copy()
            cells[frame.isna().to_numpy()] = ""
            lines = sorted("\x1f".join(map(str, row)) for row in cells.tolist())
            digest.update("\x1e".join([name, *lines]).encode())
        digest.update(
            f"{self.gross_margin_rate}|{self.holdout_share}|{self.exploration_share}|{self.as_usual_share}|{self.horizon_days}".encode()
        )
        return digest.hexdigest()[:16]


def _settings(rules: Rules) -> dict[str, float]:
    # of two rows of one name the first holds
    rows = rules.seeds["recall_settings"].drop_duplicates("name")
    return dict(zip(rows["name"], rows["value"].astype(float), strict=True))


def _learning_settings(rules: Rules) -> dict[str, float]:
    rows = rules.seeds["learning_settings"]
    return dict(zip(rows["name"], rows["value"].astype(float), strict=True))


def _caps(rules: Rules) -> dict[str, int]:
    # of the channels of one cap the first holds
    rows = rules.seeds["contact_caps"].drop_duplicates("cap_id")
    return dict(zip(rows["cap_id"], rows["most"].astype(int), strict=True))
