"""The Spark session that dbt's target ``spark`` and the Python stages share, and what it has to be told."""

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orchestration.spark.environment import require

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: What the models rest on, on any cluster: instants are UTC without a zone, and what cannot be cast fails.
SQL: Final[Mapping[str, str]] = {
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    # dbt names no format, and Hive's own text tables would be the default of a session with Hive in it
    "spark.sql.sources.default": "parquet",
}
#: A machine of one's own: small brands have small shuffles, and nobody looks at a page.
_LOCAL: Final[Mapping[str, str]] = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.catalogImplementation": "in-memory",
    # hundreds of small plans, each run once: to compile them well costs more than to run them
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def start(warehouse: Path, master: str = "local[2]", memory: str = "2g") -> "SparkSession":
    """Return a session on this machine whose tables lie below a folder; dbt takes the same one.

    Parameters
    ----------
    warehouse
        Where its tables are written.
    master
        Spark's name of where it runs.
    memory
        The heap of the one Java process.

    Raises
    ------
    NoSpark
        This environment cannot start it.
    """
    require()
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # its Python workers are of this environment, whichever python3 comes first on the PATH
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("siyu")
    told = {**SQL, **_LOCAL, "spark.driver.memory": memory, "spark.sql.warehouse.dir": str(warehouse)}
    for name, value in told.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    # of a query that is refused, Spark's Python prints its whole plan as one line; the error says where it stands
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    return session
