"""``siyu readers`` and ``siyu lineage``: what stands beside the folders for readers, and for who asks how it came."""

import sys

import typer

from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

readers_app = typer.Typer()


@readers_app.command(epilog="Example: siyu readers")
def readers() -> int:
    """Bring published/siyu.duckdb and Postgres to what is published, after either was behind."""
    settings = settings_of_home()
    from orchestration.publishing.readers import catch_up, check_readers
    from orchestration.publishing.versions import Store
    from orchestration.warehouse import HomeBusy, writer_lock

    check_readers(settings)
    if Store(settings.published).current() is None:
        say("siyu: nothing is published yet: run a date first: siyu daily YYYY-MM-DD", file=sys.stderr)
        return FAILED
    try:
        with writer_lock(settings, "readers"):
            problem = catch_up(settings, lambda line: say(f"siyu: {line}", flush=True))
    except HomeBusy as error:
        say(f"siyu: {error}", file=sys.stderr)
        return FAILED
    if problem:
        say(f"siyu: {problem}", file=sys.stderr)
        return FAILED
    where = "Postgres shows it too" if settings.publish_postgres.get_secret_value() else "no Postgres is named"
    say(f"siyu: {where}")
    return DONE


@readers_app.command(epilog="Example: siyu lineage")
def lineage() -> int:
    """Write dbt's page of every model, column and lineage, beside the quality page; it opens without a network."""
    settings = settings_of_home()
    from orchestration.lineage_page import write_lineage
    from orchestration.own_manifest import make_manifest

    make_manifest()
    say(f"siyu: {write_lineage(settings)}")
    return DONE
