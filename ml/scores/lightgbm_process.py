"""Scores LightGBM text models in a process of its own: a damaged text model aborts the process that reads it.

Run as ``python -m ml.scores.lightgbm_process FOLDER``; FOLDER holds the matrices and ``jobs.json`` (model, sha256,
matrix, output, threads).
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np


def main(folder: Path) -> int:
    """Score every job of a folder; 3 when a model is not the one its card describes."""
    import lightgbm

    for job in json.loads((folder / "jobs.json").read_text(encoding="utf-8")):
        content = Path(job["model"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != job["sha256"]:
            sys.stderr.write(f"{job['model']}: sha256 differs from its card\n")
            return 3
        booster = lightgbm.Booster(model_str=content.decode())
        matrix = np.load(folder / job["matrix"], allow_pickle=False)
        # A row's prediction does not depend on the others, so threads cannot change a byte here.
        contributions = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=job["threads"]))
        np.save(folder / job["output"], contributions, allow_pickle=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
