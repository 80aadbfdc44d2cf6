"""What a kept model says of each row: its log-odds, feature by feature."""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.features.matrix import Matrix, Vector, feature_matrix
from ml.models.artefacts import ModelRefused, checked_file
from ml.models.bgnbd import BgNbd
from ml.models.calibration import Calibration
from ml.models.linear import LinearModel, log_odds, sigmoid

_REMEDY = "delete the model's folder and run again"
_CHECKOUT = Path(__file__).resolve().parent.parent.parent


@dataclasses.dataclass(frozen=True)
class Terms:
    """Log-odds of the rows of one population, as the sum of a level and one term per feature (before calibration)."""

    features: tuple[str, ...]
    contributions: Matrix
    level: Vector

    def probabilities(self, calibration: Calibration) -> Vector:
        """Return the calibrated probability of every row."""
        return calibration.apply(sigmoid(self.level + self.contributions.sum(axis=1)))


def model_terms(models: Path, asked: Sequence[tuple[dict[str, Any], pd.DataFrame]], threads: int = 1) -> list[Terms]:
    """Return the terms of several (card, rows) pairs, in their order.

    Linear models and BG/NBD are plain JSON, read here; all LightGBM models of the call are scored by one child
    process, because importing it costs 1.7 CPU seconds.

    Raises
    ------
    ModelRefused
        A kept file is missing, differs from its card or could not be read.
    """
    found: dict[int, Terms] = {}
    boosted: list[tuple[int, Path, dict[str, Any], Matrix]] = []
    for number, (card, rows) in enumerate(asked):
        file = checked_file(models, card)
        matrix = feature_matrix(rows, card["features"])
        if file.suffix == ".txt":
            boosted.append((number, file, card, matrix))
            continue
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["form"] == "bgnbd":
            found[number] = _of_bgnbd(kept, matrix)
            continue
        linear = LinearModel.from_json(kept)
        level = np.full(len(rows), linear.intercept)
        found[number] = Terms(linear.features, linear.contributions(matrix), level)
    if boosted:
        found.update(_in_child(boosted, threads))
    return [found[number] for number in range(len(asked))]


def _of_bgnbd(kept: dict[str, Any], matrix: Matrix) -> Terms:
    """Return what BG/NBD says: a level a row and no terms, since it is no sum; its reasons are what is asked first."""
    x, last, age = matrix.T
    silent = BgNbd.from_json(kept).probability_no_order(x, last, age, float(kept["horizon_days"]))
    level = log_odds(silent if kept["positive"] == "no_order" else 1.0 - silent)
    return Terms((), np.empty((len(matrix), 0)), level)


def _in_child(asked: Sequence[tuple[int, Path, dict[str, Any], Matrix]], threads: int) -> dict[int, Terms]:
    with tempfile.TemporaryDirectory(prefix="siyu-scores-") as name:
        folder = Path(name)
        jobs = []
        for number, file, card, matrix in asked:
            np.save(folder / f"{number}.in.npy", matrix, allow_pickle=False)
            files = {"model": str(file), "matrix": f"{number}.in.npy", "output": f"{number}.out.npy"}
            jobs.append({**files, "sha256": card["sha256"], "threads": threads})
        (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_CHECKOUT), os.environ.get("PYTHONPATH", "")])}
        done = subprocess.run(
            [sys.executable, "-m", "ml.scores.lightgbm_process", name],
            env=environment,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            listed = ", ".join(str(file) for _, file, _, _ in asked)
            raise ModelRefused(f"scoring {listed} ended with {done.returncode}: {_last_line(done.stderr)}; {_REMEDY}")
        terms = {}
        for number, file, card, matrix in asked:
            # LightGBM's last column is the level that the terms are measured from.
            output = np.load(folder / f"{number}.out.npy", allow_pickle=False)
            if output.shape != (len(matrix), matrix.shape[1] + 1) or not np.isfinite(output).all():
                raise ModelRefused(f"{file} gave {output.shape} terms that are no scores; {_REMEDY}")
            terms[number] = Terms(tuple(card["features"]), output[:, :-1], output[:, -1])
        return terms


def _last_line(stderr: bytes) -> str:
    """Return the child's last words; a damaged model's message may hold bytes that are no text."""
    lines = stderr.decode("ascii", errors="replace").replace("\ufffd", "?").strip().splitlines()
    return lines[-1] if lines else "no message"
