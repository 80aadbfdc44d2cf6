"""From a frame of features to the matrix a model reads; no identifier may be a feature."""

from ml.features.matrix import IdentifierAsFeature, MissingFeatures, check_features, feature_matrix

__all__ = ["IdentifierAsFeature", "MissingFeatures", "check_features", "feature_matrix"]
