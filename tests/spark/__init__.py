"""The models on Spark, held against DuckDB: ``make test-spark``. Without Spark's environment nothing of it runs."""
