"""One model of one training date: judged by rolling origin, gated, refitted on every closed cut-off, kept."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.features.matrix import check_features, feature_matrix
from ml.labels.cut_offs import Split, rolling_split
from ml.labels.questions import ModelSpec, labelled_rows
from ml.models import boosted
from ml.models.artefacts import code_hash, keep_model, read_card, to_json
from ml.models.calibration import Calibration
from ml.models.card_words import card_words
from ml.models.judge import Verdict, judge
from ml.models.measures import cluster_weights
from ml.models.model_candidates import BGNBD_COLUMNS, Fitted, fit_candidates, fit_linear, labels_of

BOOTSTRAP_SEED = 20170101
#: What a card holds where there was too little to judge by; the report reads the same keys of every card.
_NOT_JUDGED: dict[str, Any] = {
    "metrics": {}, "paired_auc": {}, "gates": [], "lift": [], "calibration": [], "test": {"rows": 0, "base_rate": None},
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class TrainingJob:
    """What one model of one training date is made from; frames hold the closed cut-offs only."""

    spec: ModelSpec
    training_date: dt.date
    horizon_days: int
    features: tuple[str, ...]
    thresholds: Mapping[str, float]
    rows: pd.DataFrame
    buyers: pd.DataFrame


def training_job(
    spec: ModelSpec,
    training_date: dt.date,
    cut_offs: Sequence[dt.date],
    snapshots: pd.DataFrame,
    labels: pd.DataFrame,
    features: Sequence[str],
    thresholds: Mapping[str, float],
    horizon_days: int,
) -> TrainingJob:
    """Select a model's labelled rows from the snapshots of its closed cut-offs."""
    check_features(features, snapshots)
    chosen = snapshots[snapshots["as_of_date"].isin(list(cut_offs))]
    buyers = chosen.loc[
        chosen[BGNBD_COLUMNS[2]].notna() & ~chosen["is_excluded"], ["as_of_date", "one_id", *BGNBD_COLUMNS]
    ]
    return TrainingJob(
        spec=spec,
        training_date=training_date,
        horizon_days=horizon_days,
        features=tuple(features),
        thresholds=thresholds,
        rows=labelled_rows(chosen, labels, spec, horizon_days),
        buyers=buyers.sort_values(["as_of_date", "one_id"], ignore_index=True),
    )


def model_id(job: TrainingJob) -> str:
    """Return the id of a model: a hash of its question, training date, code, settings and data."""
    digest = hashlib.sha256()
    settings = {"horizon_days": job.horizon_days, "features": job.features, "thresholds": dict(job.thresholds)}
    question = {**dataclasses.asdict(job.spec), "trained_on": job.training_date.isoformat(), **settings}
    digest.update(to_json(question).encode())
    digest.update(code_hash().encode())
    keys = job.rows["as_of_date"].astype(str) + "|" + job.rows["one_id"].astype(str)
    digest.update("\n".join(keys.tolist()).encode())
    digest.update(job.rows[["label", "contacted"]].to_numpy(dtype=np.int8).tobytes())
    digest.update(feature_matrix(job.rows, job.features).tobytes())
    digest.update(job.buyers.loc[:, list(BGNBD_COLUMNS)].to_numpy(dtype=np.float64).tobytes())
    return f"{job.spec.model}-{job.training_date:%Y%m%d}-{digest.hexdigest()[:12]}"


def train(job: TrainingJob, models: Path) -> dict[str, Any]:
    """Return the card of the job's model; it is trained only if no model of its id is kept under ``models``."""
    identity = model_id(job)
    kept = read_card(models, job.spec.model, identity)
    if kept is not None:
        return {**kept, "trained_now": False}
    rows, organic = _organic_rows(job)
    split = rolling_split(sorted(set(rows["as_of_date"])), job.horizon_days, int(job.thresholds["test_cut_offs"]))
    lacking = _what_is_lacking(rows, split, job.thresholds)
    card: dict[str, Any] = {
        "model": job.spec.model,
        "model_id": identity,
        "training_date": job.training_date.isoformat(),
        "horizon_days": job.horizon_days,
        "question": dataclasses.asdict(job.spec),
        "organic": organic,
        "cut_offs": {name: [date.isoformat() for date in getattr(split, name)] for name in ("train", "purged", "test")},
        "data": _data_window(rows, job.horizon_days),
        "code_sha256": code_hash(),
        **_NOT_JUDGED,
    }
    if lacking:
        return _keep_baseline(job, rows, models, {**card, "refused": lacking})
    teaching, judging = (
        rows[rows["as_of_date"].isin(dates)].reset_index(drop=True) for dates in (split.train, split.test)
    )
    buyers = job.buyers[job.buyers["as_of_date"] == split.train[-1]]
    fitted = fit_candidates(teaching, buyers, job.features, job.spec)
    candidates = {one.name: one for one in fitted if one.converged}
    card["not_converged"] = [one.name for one in fitted if not one.converged]
    if missing := {"recency", "rfm_logit", "logit"} - set(candidates):
        return _keep_baseline(
            job, rows, models, {**card, "refused": [f"{', '.join(sorted(missing))} did not converge"]}
        )
    verdict, refused = _verdict(job, judging, candidates)
    card.update(_judged(verdict, judging))
    if not verdict.passed:
        return _keep_baseline(job, rows, models, {**card, "refused": [*refused, _refusal(verdict)]})
    card.update(
        basis="trained", champion=verdict.champion, fallback=verdict.fallback, refused=refused, gates_passed=True
    )
    return {**_keep_champion(job, rows, verdict, models, card), "trained_now": True}


def _organic_rows(job: TrainingJob) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the people nobody contacted in the window, where the model asks for them and there are enough."""
    if not job.spec.is_organic:
        return job.rows, {"asked": False}
    alone = job.rows[~job.rows["contacted"]]
    minimum = int(job.thresholds["organic_positives_minimum"])
    rarer = min(int(alone["label"].sum()), int((1 - alone["label"]).sum()))
    share = round(len(alone) / len(job.rows), 4) if len(job.rows) else 0.0
    if rarer >= minimum:
        return alone.reset_index(drop=True), {"asked": True, "trained_on": "not contacted", "share_of_rows": share}
    why = f"{rarer} of the rarer label among people not contacted, {minimum} needed: contacts are inside this baseline"
    return job.rows, {"asked": True, "trained_on": "everybody", "share_of_rows": share, "why": why}


def _what_is_lacking(rows: pd.DataFrame, split: Split, thresholds: Mapping[str, float]) -> list[str]:
    lacking = []
    if len(split.closed) < thresholds["closed_cut_offs_minimum"] or not split.train:
        lacking.append(f"{len(split.closed)} closed cut-offs, {thresholds['closed_cut_offs_minimum']:.0f} needed")
    for name, dates in (("train", split.train), ("test", split.test)):
        labels = rows.loc[rows["as_of_date"].isin(dates), "label"]
        rarer = min(int(labels.sum()), int((1 - labels).sum()))
        if rarer < thresholds[f"{name}_positives_minimum"]:
            lacking.append(
                f"{rarer} of the rarer label to {name} on, {thresholds[f'{name}_positives_minimum']:.0f} needed"
            )
    return lacking


def _verdict(job: TrainingJob, judging: pd.DataFrame, candidates: Mapping[str, Fitted]) -> tuple[Verdict, list[str]]:
    """Judge the champion and, where its gates refuse it, the three-feature logit."""
    predictions = {
        name: one.predictions(judging, job.features, job.spec, job.horizon_days) for name, one in candidates.items()
    }
    numbers = np.unique(judging["as_of_date"].astype(str), return_inverse=True)[1]
    weights = cluster_weights(judging["one_id"].tolist(), int(job.thresholds["bootstrap_resamples"]), BOOTSTRAP_SEED)
    verdict = judge(labels_of(judging), numbers, predictions, weights, job.thresholds)
    if verdict.passed or verdict.champion == "rfm_logit":
        return verdict, []
    second = judge(labels_of(judging), numbers, predictions, weights, job.thresholds, champion="rfm_logit")
    return (second, [_refusal(verdict)]) if second.passed else (verdict, [])


def _refusal(verdict: Verdict) -> str:
    failed = [f"{gate.gate} ({gate.value:.4f} against {gate.threshold:g})" for gate in verdict.gates if not gate.passed]
    return f"{verdict.champion} refused by gate {', '.join(failed)}"


def _data_window(rows: pd.DataFrame, horizon_days: int) -> dict[str, Any]:
    if not len(rows):
        return {"rows": 0, "customers": 0, "positives": 0}
    last = max(rows["as_of_date"])
    return {
        "rows": len(rows),
        "customers": int(rows["one_id"].nunique()),
        "positives": int(rows["label"].sum()),
        "first_cut_off": min(rows["as_of_date"]).isoformat(),
        "last_cut_off": last.isoformat(),
        "last_label_date": (last + dt.timedelta(days=horizon_days)).isoformat(),
    }


def _judged(verdict: Verdict, judging: pd.DataFrame) -> dict[str, Any]:
    return {
        "test": {"rows": len(judging), "base_rate": round(float(judging["label"].mean()), 6)},
        "metrics": verdict.metrics,
        "paired_auc": verdict.paired_auc,
        "judged_champion": verdict.champion,
        "gates": [dataclasses.asdict(gate) for gate in verdict.gates],
        "scaling": {**dataclasses.asdict(verdict.scaling), **verdict.scaling_check},
        "lift": [{key: row[key] for key in ("decile", "customers", "lift")} for row in verdict.deciles],
        "calibration": [{key: row[key] for key in ("decile", "predicted", "observed")} for row in verdict.deciles],
        "seeds": {"lightgbm": list(boosted.SEEDS), "bootstrap": BOOTSTRAP_SEED},
        "parameters": {"lightgbm": {**boosted.PARAMETERS, "trees": boosted.TREES}},
    }


def _keep_baseline(job: TrainingJob, rows: pd.DataFrame, models: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Keep the recency line, drawn to its prior, and say that there was not enough to judge anything better."""
    baseline = fit_linear("recency", rows, job.features, job.spec)
    card = {**card, "basis": "insufficient_history", "champion": "recency", "fallback": True, "gates_passed": False}
    card["scaling"] = dataclasses.asdict(Calibration())
    card["features"] = list(baseline.features)
    card["base_rate"] = round(float(rows["label"].mean()), 6) if len(rows) else job.spec.prior_rate
    card.update(card_words(card))
    kept = keep_model(models, job.spec.model, str(card["model_id"]), "model.json", to_json(baseline.to_json()), card)
    return {**kept, "trained_now": True}


def _keep_champion(
    job: TrainingJob, rows: pd.DataFrame, verdict: Verdict, models: Path, card: dict[str, Any]
) -> dict[str, Any]:
    """Refit the champion, settings unchanged, on every closed cut-off, and keep it."""
    card["base_rate"] = round(float(rows["label"].mean()), 6)
    card.update(card_words(card))
    if verdict.champion == "lightgbm":
        card["features"] = list(job.features)
        matrix = feature_matrix(rows, job.features)
        content = boosted.fit_boosted(matrix, labels_of(rows), job.features, boosted.SEEDS[:1])[0]
        return keep_model(models, job.spec.model, str(card["model_id"]), "model.txt", content, card)
    linear = fit_linear(verdict.champion, rows, job.features, job.spec)
    card["features"] = list(linear.features)
    return keep_model(models, job.spec.model, str(card["model_id"]), "model.json", to_json(linear.to_json()), card)
