"""What share of the orders of a date's windows is lost with each channel (ml.attribution): it takes matrices."""

from ml.attribution import removal_effects


def model(dbt, session):
    dbt.config(materialized="table")
    return removal_effects(dbt.ref("attribution_steps").df())
