"""dbt's command line in a process that lives for one call, started as ``siyu-dbt``."""

import gc

from dbt.cli.main import cli


def main() -> None:
    """Run dbt with the arguments given, without the cycle collector.

    The collector walks dbt's manifest again and again and frees next to nothing: it took a tenth of a call's CPU, and
    without it the call's memory was the same (docs/decisions.md, 59). The process ends with the call.
    """
    gc.disable()
    cli()
