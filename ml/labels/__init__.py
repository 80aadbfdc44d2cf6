"""What a model is asked: its population, its label, and which cut-offs may teach and which may judge."""

from ml.labels.cut_offs import Split, rolling_split
from ml.labels.questions import ModelSpec, features_of, labelled_rows, model_specs, population

__all__ = ["ModelSpec", "Split", "features_of", "labelled_rows", "model_specs", "population", "rolling_split"]
