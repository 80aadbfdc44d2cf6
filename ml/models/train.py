"""One model of one training date: judged by rolling origin, gated, refitted on every closed cut-off, kept."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.features.matrix import Vector, check_features, feature_matrix
from ml.labels.cut_offs import Split, rolling_split
from ml.labels.questions import ModelSpec, features_of, labelled_rows
from ml.models import boosted
from ml.models.artefacts import code_hash, keep_model, read_card, to_json
from ml.models.calibration import Calibration
from ml.models.card_words import card_words
from ml.models.judge import Verdict, judge
from ml.models.measures import cluster_weights
from ml.models.model_candidates import (
    BGNBD_COLUMNS,
    Fitted,
    fit_candidate,
    labels_of,
    names_of_candidates,
    weights_of,
)

BOOTSTRAP_SEED = 20170101
#: What a card holds where there was too little to judge by; the report reads the same keys of every card.
_NOT_JUDGED: dict[str, Any] = {
    "metrics": {}, "paired_auc": {}, "gates": [], "lift": [], "calibration": [], "test": {"rows": 0, "base_rate": None},
    "lacking": [], "gates_that_refused": {}, "not_converged": [], "no_number": [],
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
    features = features_of(spec, features)
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
    digest.update(job.rows["weight"].to_numpy(dtype=np.float64).tobytes())
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
        return _keep_prior_line(job, rows, models, {**card, "lacking": lacking})
    teaching, judging = (
        rows[rows["as_of_date"].isin(dates)].reset_index(drop=True) for dates in (split.train, split.test)
    )
    buyers = job.buyers[job.buyers["as_of_date"] == split.train[-1]]
    fitted = [
        fit_candidate(name, teaching, buyers, job.features, job.spec) for name in names_of_candidates(buyers, job.spec)
    ]
    card["not_converged"] = [one.name for one in fitted if not one.converged]
    said = {
        one.name: one.predictions(judging, job.features, job.spec, job.horizon_days) for one in fitted if one.converged
    }
    card["no_number"] = [name for name, vectors in said.items() if not np.isfinite(vectors).all()]
    predictions = {name: vectors for name, vectors in said.items() if name not in card["no_number"]}
    if not predictions:
        return _keep_prior_line(job, rows, models, {**card, "lacking": [{"what": "judged", "found": 0, "needed": 1}]})
    verdict = _verdict(job, judging, predictions)
    card.update(_judged(verdict, judging))
    champion = next(one for one in fitted if one.name == verdict.champion)
    return _keep_champion(job, rows, champion, models, card)


def _organic_rows(job: TrainingJob) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the people who were left alone in the window, where the model asks what they do by themselves.

    Never the others in their place, however few are left alone: their orders hold what the contacts brought.
    """
    if not job.spec.is_organic:
        return job.rows, {"asked": False}
    alone = job.rows[~job.rows["contacted"]].reset_index(drop=True)
    share = round(len(alone) / len(job.rows), 4) if len(job.rows) else 0.0
    drawn = int(alone["drawn"].sum())
    told = "left alone, by lot and otherwise" if drawn else "not contacted"
    return alone, {"asked": True, "trained_on": told, "share_of_rows": share, "left_alone_by_lot": drawn}


def _what_is_lacking(rows: pd.DataFrame, split: Split, thresholds: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return what there is too little of, each with how many there are and how many are needed."""
    lacking: list[dict[str, Any]] = []
    needed = int(thresholds["closed_cut_offs_minimum"])
    if len(split.closed) < needed or not split.train:
        lacking.append({"what": "cut_offs", "found": len(split.closed), "needed": needed})
    for name, dates in (("train", split.train), ("test", split.test)):
        labels = rows.loc[rows["as_of_date"].isin(dates), "label"]
        rarer, needed = min(int(labels.sum()), int((1 - labels).sum())), int(thresholds[f"{name}_positives_minimum"])
        if rarer < needed:
            lacking.append({"what": name, "found": rarer, "needed": needed})
    return lacking


def _verdict(job: TrainingJob, judging: pd.DataFrame, predictions: Mapping[str, list[Vector]]) -> Verdict:
    numbers = np.unique(judging["as_of_date"].astype(str), return_inverse=True)[1]
    weights = cluster_weights(judging["one_id"].tolist(), int(job.thresholds["bootstrap_resamples"]), BOOTSTRAP_SEED)
    return judge(labels_of(judging), numbers, predictions, weights * weights_of(judging), job.thresholds)


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
    said = verdict.judged
    return {
        "basis": "trained" if verdict.passed else "gates_refused",
        "champion": verdict.champion,
        "fallback": verdict.fallback,
        "gates_passed": verdict.passed,
        "test": {"rows": len(judging), "base_rate": round(float(judging["label"].mean()), 6)},
        "metrics": verdict.metrics,
        "paired_auc": verdict.paired_auc,
        "gates": [dataclasses.asdict(gate) for gate in said.gates],
        "gates_that_refused": {
            name: [dataclasses.asdict(gate) for gate in one.gates if not gate.passed]
            for name, one in verdict.candidates.items()
            if one.failed
        },
        "scaling": {**dataclasses.asdict(said.scaling), **said.scaling_check},
        "lift": [{key: row[key] for key in ("decile", "customers", "lift")} for row in verdict.deciles],
        "calibration": [{key: row[key] for key in ("decile", "predicted", "observed")} for row in verdict.deciles],
        "seeds": {"lightgbm": list(boosted.SEEDS), "bootstrap": BOOTSTRAP_SEED},
        "parameters": {"lightgbm": {**boosted.PARAMETERS, "trees": boosted.TREES}},
    }


def _keep_prior_line(job: TrainingJob, rows: pd.DataFrame, models: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Keep the recency line, drawn to its prior, and say that there was not enough to judge anything by."""
    line = fit_candidate("recency", rows, job.buyers, job.features, job.spec)
    if not line.converged:
        line = fit_candidate("recency", rows.head(0), job.buyers, job.features, job.spec)
    card = {**card, "basis": "insufficient_history", "champion": "recency", "fallback": True, "gates_passed": False}
    card["scaling"] = dataclasses.asdict(Calibration())
    return _kept(job, rows, line, models, card)


def _keep_champion(
    job: TrainingJob, rows: pd.DataFrame, judged: Fitted, models: Path, card: dict[str, Any]
) -> dict[str, Any]:
    """Refit the champion, settings unchanged, on every closed cut-off; if it comes to no end the judged fit stands."""
    buyers = job.buyers[job.buyers["as_of_date"] == rows["as_of_date"].max()]
    again = fit_candidate(judged.name, rows, buyers, job.features, job.spec, boosted.SEEDS[:1])
    return _kept(job, rows, again if again.converged else judged, models, {**card, "refitted": again.converged})


def _kept(job: TrainingJob, rows: pd.DataFrame, fitted: Fitted, models: Path, card: dict[str, Any]) -> dict[str, Any]:
    name, content, columns = fitted.kept(job.features, job.spec, job.horizon_days)
    rate = float(np.average(rows["label"], weights=weights_of(rows))) if len(rows) else job.spec.prior_rate
    card = {**card, "features": columns, "base_rate": round(rate, 6)}
    card.update(card_words(card))
    kept = keep_model(models, job.spec.model, str(card["model_id"]), name, content, card)
    return {**kept, "trained_now": True}
