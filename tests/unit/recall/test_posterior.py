"""What recall believes of its effects: literal episodes, known worlds, and the same bytes whatever the order."""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml.recall.posterior import Posterior, cells_of, effects, learn, prior
from ml.recall.rules import MissingColumns
from ml.recall.tables import EFFECTS
from tests.unit.recall.episodes import CELLS, DATE, SETTINGS, episode, held, landed, world

BEFORE = prior(CELLS, SETTINGS)


def learned(*rows: dict[str, Any], **settings: float) -> Posterior:
    return learn(CELLS, pd.DataFrame(list(rows)), DATE, SETTINGS | settings)


def at(band: str, channel: str, depth: str) -> int:
    cell = pd.DataFrame([{"band": band, "message_channel": channel, "depth": depth}])
    return int(BEFORE.cell_of(cell)[0])


SMS = at("dormant", "sms", "none")


def test_an_effect_is_one_on_those_who_would_not_come_anyway():
    priors = pd.DataFrame([{"band": "lost", "message_channel": "sms", "depth": "none", "lift_p50": 0.03}])
    policies = pd.DataFrame({"band": ["lost", "lost"], "base_rate": [0.3, 0.5]})
    assert cells_of(priors, policies)["effect"].round(9).tolist() == [0.05]


def test_without_evidence_the_prior_stands_exactly():
    open_rows = [episode("a", is_closed=False), episode("b", as_of_date=DATE - dt.timedelta(days=1))]
    for found in (learned(episode("a", arm="holdout_global")), learned(*open_rows)):
        assert (found.mean == BEFORE.mean).all()
        assert (found.covariance == BEFORE.covariance).all()
        assert set(found.basis()) == {"prior"}
        assert found.effects_hash == BEFORE.effects_hash
    assert BEFORE.mean[SMS] == pytest.approx(0.9 * 0.018 / 0.8)
    # .6, .4, .3, .25 and .3 together are .864 of the row
    assert BEFORE.cells["prior_sd"][SMS] == pytest.approx(0.018 / 0.8 * np.sqrt(0.36 + 0.16 + 0.09 + 0.0625 + 0.09))


def test_two_cells_of_a_channel_have_more_in_common_than_two_of_nothing():
    effect = CELLS["effect"].to_numpy()
    relative = BEFORE.covariance / np.outer(effect, effect)
    assert relative[SMS, at("lost", "sms", "deep")] == pytest.approx(0.36 + 0.16)
    assert relative[SMS, at("lost", "wecom", "deep")] == pytest.approx(0.36)
    assert relative[SMS, at("dormant", "wecom", "none")] == pytest.approx(0.36 + 0.09 + 0.0625)


def test_episodes_that_end_after_the_date_do_not_enter():
    past = [episode("a", succeeded=True), held("b")]
    future = [episode("c", ends_on=DATE + dt.timedelta(days=1)), held("d", succeeded=True, is_closed=False)]
    assert learned(*past, *future).effects_hash == learned(*past).effects_hash
    assert learned(*past).effects_hash != BEFORE.effects_hash


def test_a_known_world_is_recovered_and_its_scale_is_the_first_thing_learned():
    found = learn(CELLS, world(30_000, effect=2.0), DATE, SETTINGS)
    total = effects(found, DATE).iloc[-1]
    truth = float((found.rows_sent * CELLS["effect"]).sum() / found.rows_sent.sum()) * 2.0
    assert found.is_converged
    assert total["posterior_mean"] == pytest.approx(truth, abs=2 * total["posterior_sd"])
    assert total["posterior_mean"] > 1.6 * total["prior_mean"]
    inside = np.abs(2.0 * CELLS["effect"] - found.mean) < 1.645 * np.sqrt(np.diag(found.covariance))
    assert inside.mean() > 0.8


def test_where_nothing_works_the_effects_shrink_to_nothing():
    total = effects(learn(CELLS, world(30_000, effect=0.0), DATE, SETTINGS), DATE).iloc[-1]
    assert abs(total["posterior_mean"]) < 0.25 * total["prior_mean"]
    assert total["posterior_sd"] < 0.25 * total["prior_sd"]


def test_who_comes_back_anyway_has_a_twentieth_of_the_lift_of_who_never_does():
    options = pd.DataFrame([episode("a", p0=0.95), episode("b", p0=0.0)])
    sure, never = BEFORE.factor(options)
    assert sure == pytest.approx(never / 20)


def test_coupons_speak_of_offers_alone_answers_of_wecom_alone_and_contacts_of_all():
    moved = dataclasses.replace(BEFORE, modifiers=np.array([0.2, 0.1, -0.3]))
    known = {"p0": 0.5, "coupon_taste": 0.6, "wecom_answers": 0.8, "contacts_28d": 5}
    options = pd.DataFrame([
        episode("a", **known),
        episode("b", **known, depth="deep"),
        episode("c", **(known | {"contacts_28d": 0}), message_channel="wecom", depth="deep"),
        episode("d", p0=0.5, depth="deep"),
    ])
    # 1 - .3 x 3 = .1; that and .2; 1 + .2 + .1 x 2; nothing known
    assert moved.factor(options).round(9).tolist() == [0.05, 0.15, 0.7, 0.5]


def test_an_option_that_the_seed_does_not_know_is_named():
    with pytest.raises(ValueError, match="response_priors has no row for .*pigeon"):
        BEFORE.cell_of(pd.DataFrame([episode("a", message_channel="pigeon")]))


def test_neither_the_order_of_the_rows_nor_the_threads_change_a_byte():
    rows = world(2_000, effect=1.0, contacts_28d=1, coupon_taste=0.6)
    shuffled = rows.sample(frac=1, random_state=3, ignore_index=True)
    found = []
    for threads, of in ((1, rows), (4, shuffled)):
        with threadpool_limits(limits=threads):
            one = learn(CELLS, of, DATE, SETTINGS)
            found.append([one.mean, one.covariance, one.modifiers, one.estimate, one.draws(), one.factor(rows)])
            assert one.is_converged
    for first, second in zip(*found, strict=True):
        assert first.tobytes() == second.tobytes()


def test_draws_have_the_mean_that_is_believed_and_its_spread():
    draws = BEFORE.draws(64)
    assert draws.shape == (64, len(CELLS))
    assert draws.mean(axis=0) == pytest.approx(BEFORE.mean)
    assert draws.std(axis=0)[SMS] == pytest.approx(np.sqrt(BEFORE.covariance[SMS, SMS]), rel=0.2)


def test_a_landed_experiment_without_a_control_teaches_nothing():
    alone = [landed(f"a{number}", succeeded=True) for number in range(50)]
    assert learned(*alone).effects_hash == BEFORE.effects_hash
    others = [landed(f"c{number}", arm="held_back", is_sent=False, experiment_id="autumn") for number in range(50)]
    assert learned(*alone, *others).effects_hash == BEFORE.effects_hash
    assert learned(*alone, *(row | {"experiment_id": "spring"} for row in others)).mean[SMS] > BEFORE.mean[SMS]


def test_a_landed_control_that_names_no_option_serves_every_option_of_its_experiment():
    arms = [
        landed(f"{depth}{number}", depth=depth, succeeded=number < 30, option_probability=0.25)
        for depth in ("none", "deep")
        for number in range(100)
    ]
    control = [
        landed(f"c{number}", arm="held_back", is_sent=False, succeeded=number < 10, message_channel=None, depth=None)
        for number in range(100)
    ]
    found = learned(*arms, *control)
    both = [SMS, at("dormant", "sms", "deep")]
    # .30 against .10 of the .9 who would not have come
    assert found.estimate[both].round(6).tolist() == [0.222222, 0.222222]
    ledger = effects(found, DATE)
    assert ledger.loc[both, "rows_held"].tolist() == [100, 100]
    pooled = ledger.set_index(["band", "message_channel", "depth"])["rows_held"]
    # The same hundred people stand beside both depths, and are a hundred people.
    assert [pooled[("dormant", "all", "all")], pooled[("all", "sms", "all")], pooled[("all", "all", "all")]] == [
        100
    ] * 3
    assert [pooled[("all", "all", "deep")], pooled[("all", "all", "light")], pooled[("lost", "all", "all")]] == [
        100,
        0,
        0,
    ]


def test_an_experiment_is_its_id_whichever_system_named_its_people():
    sent = [landed(f"a{number}", source="crm", succeeded=number < 30) for number in range(100)]
    control = [
        landed(f"c{number}", source="pos", arm="held_back", is_sent=False, succeeded=number < 10)
        for number in range(100)
    ]
    found = learned(*sent, *control)
    assert (found.rows_sent[SMS], found.held.of_cell[SMS]) == (100, 100)
    assert found.effects_hash == learned(*(row | {"source": "crm"} for row in (*sent, *control))).effects_hash


def test_a_pooled_row_of_which_nothing_was_sent_rests_on_what_the_others_taught():
    rows = world(20_000, effect=1.0)
    found = effects(learn(CELLS, rows[rows["band"] != "lost"], DATE, SETTINGS), DATE)
    told = found.set_index(["band", "message_channel", "depth"]).loc[
        [("lost", "all", "all"), ("dormant", "all", "all")]
    ]
    assert told["basis"].tolist() == ["experiment_pooled", "experiment"]
    assert told["rows_sent"].gt(0).tolist() == [False, True]


def test_people_at_risk_and_lost_people_of_one_landed_experiment_are_read_apart():
    # Half of those at risk come back and none of the lost, sent or not: nothing works.
    rows = [
        landed(f"{band}{arm}{number}", band=band, arm=arm, is_sent=arm == "treat", succeeded=comes and number % 2 == 0)
        for band, comes in (("at_risk", True), ("lost", False))
        for arm in ("treat", "held_back")
        for number in range(200)
    ]
    found, both = learned(*rows), [at("at_risk", "sms", "none"), at("lost", "sms", "none")]
    assert found.estimate[both].tolist() == [0.0, 0.0]
    assert (found.mean[both] < BEFORE.mean[both]).all()


def test_a_landed_lot_of_unequal_chances_is_weighed_by_them():
    # The dear came back at .8 and were sent nine times out of ten, the others at .2 and once in ten: nothing works.
    rows = [
        landed(
            f"{name}{side}{number}",
            arm="treat" if side == "sent" else "held_back",
            is_sent=side == "sent",
            held_back_probability=q,
            option_probability=1 - q,
            succeeded=number < rate * count,
        )
        for name, q, rate in (("dear", 0.1, 0.8), ("other", 0.9, 0.2))
        for side, count in (("sent", round(200 * (1 - q))), ("held", round(200 * q)))
        for number in range(count)
    ]
    assert learned(*rows).estimate[SMS] == pytest.approx(0.0, abs=1e-9)


def test_of_the_random_who_were_sent_nothing_only_the_control_learns():
    rows = [episode("a"), held("b"), episode("c", arm="random", is_sent=False, message_channel="nothing", depth=None)]
    found = learned(*rows)
    assert (found.rows_sent.sum(), found.held.of_cell.sum()) == (1, 1)
    assert found.effects_hash != learned(*rows[:2]).effects_hash


def test_a_contaminated_episode_counts_like_any_other():
    rows = [episode("a", succeeded=True), held("b")]
    assert learned(*(row | {"is_contaminated": True} for row in rows)).effects_hash == learned(*rows).effects_hash


def test_a_cell_rests_on_experiments_once_they_halved_its_doubt_and_on_the_prior_again_as_they_age():
    few = [*(episode(f"a{number}") for number in range(40)), *(held(f"b{number}") for number in range(40))]
    many = [
        *(episode(f"a{number}", succeeded=number < 3_600) for number in range(16_000)),
        *(held(f"b{number}", succeeded=number < 3_200) for number in range(16_000)),
    ]
    old = [row | {"ends_on": DATE - dt.timedelta(days=1_200)} for row in many]
    neighbour = at("dormant", "sms", "light")
    assert learned(*few).basis()[SMS] == "prior"
    assert learned(*many).basis()[[SMS, neighbour]].tolist() == ["experiment", "experiment_pooled"]
    assert set(learned(*old).basis()) == {"prior"}


def test_where_cells_lie_anyhow_the_prior_gives_way_to_a_rougher_one_and_else_it_stands():
    # Every other cell works three times as well as its row says, and the others put people off.
    smooth = learn(CELLS, world(12_000, effect=1.0), DATE, SETTINGS)
    rough = learn(CELLS, world(12_000, effect=np.where(np.arange(len(CELLS)) % 2, 3.0, -1.0)), DATE, SETTINGS)
    assert (smooth.spread, smooth.sd_cell) == (1.0, SETTINGS["sd_cell"])
    assert rough.spread * rough.sd_cell > SETTINGS["sd_cell"]
    assert np.sqrt(np.diag(rough.covariance)).sum() > np.sqrt(np.diag(smooth.covariance)).sum()
    assert rough.cells["prior_sd"].equals(BEFORE.cells["prior_sd"])


def test_the_ledger_has_a_row_per_cell_and_the_pooled_rows():
    found = effects(learned(episode("a", succeeded=True), episode("b"), held("c")), DATE)
    assert list(found) == list(EFFECTS)
    pooled = found[(found[["band", "message_channel", "depth"]] == "all").any(axis=1)]
    assert len(found) - len(pooled) == len(CELLS)
    assert len(pooled) == CELLS["band"].nunique() + CELLS["message_channel"].nunique() + CELLS["depth"].nunique() + 1
    row, total = found.iloc[SMS], found.iloc[-1]
    assert row[["band", "message_channel", "depth", "rows_sent", "rows_held"]].tolist() == [
        "dormant",
        "sms",
        "none",
        2,
        1,
    ]
    # (.3 + .3) / 2 of a half that came, less -.2 of the one held back, of .8 who would not have
    assert row["estimate"] == round((0.3 + 0.2) / 0.8, 6)
    assert row["estimate_se"] == round(np.sqrt(0.16 / 2 + 0.16) / 0.8, 6)
    told = ["rows_sent", "estimate", "posterior_mean"]
    assert total[told].tolist() == row[told].tolist()
    assert found.loc[found["rows_sent"] == 0, "estimate"].isna().all()
    assert set(found["as_of_date"]) == {DATE}


def test_frames_without_a_column_are_refused_by_name():
    with pytest.raises(MissingColumns, match="people.recall_episodes lacks p0"):
        learn(CELLS, pd.DataFrame([episode("a")]).drop(columns="p0"), DATE, SETTINGS)


def test_it_is_bayesian_linear_regression():
    """The same mean and covariance as normal equations over 200 rows, with every unknown in one dense matrix.

    Answers are as noisy as p0 and the effect together say: the prior's effect first, then the one that it gave.
    """
    rows = world(200, effect=1.0).assign(ends_on=[DATE - dt.timedelta(days=number % 90) for number in range(200)])
    found = learn(CELLS, rows, DATE, SETTINGS)
    bands = sorted(set(CELLS["band"]))
    size, p0, sent = len(CELLS), rows["p0"].to_numpy(), rows["is_sent"].to_numpy(float)
    age = 0.5 ** (np.arange(200) % 90 / 120)
    design = np.zeros((200, size + 2 * len(bands)))
    lifted = np.zeros((200, size))
    for number, row in enumerate(rows.to_dict("records")):
        band = bands.index(row["band"])
        lifted[number, at(row["band"], row["message_channel"], row["depth"])] = sent[number] * (1 - p0[number])
        design[number, size + band] = 1.0
    precision = np.zeros((design.shape[1],) * 2)
    precision[:size, :size] = np.linalg.inv(BEFORE.covariance)
    precision[size:, size:] = np.diag(
        [1 / SETTINGS["control_sd"] ** 2] * len(bands) + [1 / SETTINGS["control_slope_sd"] ** 2] * len(bands)
    )
    expected = np.concatenate([BEFORE.mean, np.zeros(2 * len(bands))])
    design[:, :size] = lifted
    mean = expected
    for _ in range(2):
        ordered = np.clip(p0 + lifted @ mean[:size], 0, 1)
        weight = age / np.maximum(ordered * (1 - ordered), SETTINGS["least_variance"])
        for band, name in enumerate(bands):
            same = (rows["band"] == name).to_numpy()
            middle = (weight * p0)[same].sum() / weight[same].sum()
            design[same, size + len(bands) + band] = p0[same] - middle
        covariance = np.linalg.inv(precision + design.T @ (design * weight[:, None]))
        mean = covariance @ (precision @ expected + design.T @ (weight * (rows["succeeded"].to_numpy(float) - p0)))
    assert found.mean == pytest.approx(mean[:size], rel=1e-6, abs=1e-9)
    assert found.covariance == pytest.approx(covariance[:size, :size], rel=1e-6, abs=1e-9)
