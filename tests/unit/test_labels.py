"""Every code that a person sees has its words, in the right language."""

import re

import duckdb
import pandas as pd
import pytest

from ml.recall import arms
from ml.recall.words import offer_words
from orchestration.labels import labels
from orchestration.seed_rows import SEEDS, read_seed

HAN = re.compile("[一-鿿]")
#: What a Chinese reader calls by its Latin name.
LATIN = {"App", "KOL", "KOC"}
#: The kinds of code that seeds of their own name, and where: every one has its words.
NAMED = {
    "purchase_stage": "purchase_stage_rules.purchase_stage",
    "aipl_stage": "aipl_windows.aipl_stage",
    "five_a_stage": "five_a_windows.five_a_stage",
    "need_state": "need_state_rules.need_state",
    "rfm_segment": "rfm_segments.rfm_segment",
    "matrix_cell": "matrix_cells.matrix_cell",
    "pyramid_tier": "pyramid_tiers.pyramid_tier",
    "member_level": "member_levels.level",
    "message_channel": "message_channels.message_channel",
    "policy": "recall_policies.policy_id",
    "audience_kind": "recall_policies.audience_kind",
    "objective": "recall_policies.objective",
    "consent_purpose": "recall_policies.consent_purpose",
    "scene": "message_templates.scene_id",
    "play": "plays.play_id",
    "signal": "signals.signal",
    "arm": "arms.arm",
    "band": "response_priors.band",
    "depth": "offers_catalogue.depth",
    "offer": "offers_catalogue.offer_id",
    "offer_kind": "offers_catalogue.kind",
    "model": "model_specs.model",
    "lead_step": "lead_steps.step",
    "lead_act": "lead_acts.act",
    "lead_status": "lead_statuses.status",
    "lead_play": "lead_plays.play",
    "decision_role": "decision_roles.role",
    "account_stage": "account_stages.stage",
    "task_status": "task_statuses.status",
    "channel": "channel_families.channel",
    "age_band": "age_bands.age_band",
    "super_user_role": "super_user_rules.super_user_role",
    "kpi": "kpis.kpi",
    "unit": "kpis.unit",
    "touch": "touch_types.touch",
    "wave": "channel_windows.wave",
    "exclusion": "profiling_exclusions.exclusion",
    "reason": "export_reasons.reason",
    "city_tier": "city_tiers.city_tier",
    "source_path": "source_paths.path",
    "approach": "source_paths.approach",
    "carrier": "carriers.carrier",
}


def seed(name):
    return [row for _, row in read_seed(SEEDS / f"{name}.csv").cells()]


@pytest.fixture
def shipped():
    with duckdb.connect() as empty:
        return labels(empty)


@pytest.mark.parametrize(("kind", "where"), NAMED.items())
def test_every_code_that_a_seed_names_has_its_words(shipped, kind, where):
    name, column = where.split(".")
    codes = {row[column] for row in seed(name) if row[column]}
    assert codes
    assert [code for code in sorted(codes) if (kind, code) not in shipped.words] == []


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("gender", "female male"),
        ("basis", "prior experiment_pooled experiment trained insufficient_history gates_refused"),
        ("verdict", "ok alarm too_few agrees disagrees"),
        ("purse", "incentive care none"),
        (
            "signal",
            "cart_left price_asked review_read store_visit booking question_open complaint_closed level_near",
        ),
        ("stop_if", "ordered refund_open complaint_open unsubscribed deleted_friend"),
        ("exclusion", "minor test staff profiling_refused profiling_never_asked"),
        ("arm", " ".join((*arms.ALL, "explore", "holdout_campaign"))),
        ("worth", "gmv koc both none"),
        ("identity_confidence", "high medium low"),
        ("frequency_journey_stage", "not_bought following bought in_group bought_again"),
        ("check_name", "srm placebo contamination a_against_a coverage predicted_over_realised learned_share"),
    ],
)
def test_every_code_that_the_code_names_has_its_words(shipped, kind, codes):
    assert [code for code in codes.split() if (kind, code) not in shipped.words] == []


def test_chinese_words_are_chinese_and_english_ones_are_not(shipped):
    assert [words for words in shipped.words.values() if not HAN.search(words[0]) and words[0] not in LATIN] == []
    assert [words for words in shipped.words.values() if HAN.search(words[1])] == []


def test_no_chinese_word_shows_a_code(shipped):
    assert [words for words in shipped.words.values() if "_" in words[0] + words[1]] == []


def test_a_code_without_words_is_shown_as_it_is_and_counted(shipped):
    assert shipped.zh("purchase_stage", "dormant") == "沉睡客"
    assert shipped.en("purchase_stage", "dormant") == "dormant"
    assert shipped.zh("policy", "brand_own") == "brand_own"
    assert shipped.en("policy", "brand_own") == "brand_own"
    assert dict(shipped.unknown) == {("policy", "brand_own"): 2}


def test_the_published_words_count_before_the_shipped_ones():
    with duckdb.connect() as version:
        version.execute("create view words as select 'gender' as kind, 'male' as code, '先生' as zh, 'gentleman' as en")
        read = labels(version)
    assert read.zh("gender", "male") == "先生"
    assert read.zh("gender", "female") == "female"


def test_a_figure_and_a_channel_are_called_as_their_own_seeds_call_them(shipped):
    assert {row["kpi"]: shipped.zh("kpi", row["kpi"]) for row in seed("kpis")} == {
        row["kpi"]: row["name_zh"] for row in seed("kpis")
    }


def test_an_offer_is_called_what_a_message_calls_it(shipped):
    numbers = dict.fromkeys(("pay_rate", "face_value_fen", "minimum_spend_fen"), "Float64")
    offers = pd.DataFrame(seed("offers_catalogue")).replace("", None).astype(numbers)
    offers["one_item"] = offers["one_item"].eq("true")
    said = dict(zip(offers["offer_id"], offer_words(offers), strict=True))
    assert [(o, shipped.zh("offer", o)) for o in said if said[o].removesuffix("券") not in shipped.zh("offer", o)] == []
