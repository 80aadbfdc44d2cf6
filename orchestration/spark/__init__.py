"""The models on Spark: its session, what is handed to it, and the Python stages as Spark runs them."""
