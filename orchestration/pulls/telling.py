"""``siyu pull`` for people: what was fetched, what stopped it, and which pulls there are."""

import datetime as dt
import os
import sys

from orchestration.channels.engine.keys import check_keys
from orchestration.home import check_writable
from orchestration.pulls.book import ends
from orchestration.pulls.calls import PullError
from orchestration.pulls.catalogue import PULLS, missing
from orchestration.pulls.running import book_of, run_pull
from orchestration.pulls.window import in_shanghai
from orchestration.screen import say
from orchestration.settings import Settings

DONE, FAILED = 0, 1


def pull_once(settings: Settings, name: str, start: dt.datetime | None, end: dt.datetime | None) -> int:
    """Pull once and say what came of it; return the exit code."""
    check_writable(settings)
    if name in PULLS and not missing(PULLS[name], os.environ):
        # A home is one from its keys on: what lands beside them is its own.
        check_keys(settings)
    try:
        done = run_pull(settings, name, start, end, lambda line: say(f"siyu: {line}", file=sys.stderr, flush=True))
    except PullError as error:
        say(f"siyu: {error}", file=sys.stderr)
        say("siyu: what had landed stays, and the next pull goes on from there", file=sys.stderr)
        return FAILED
    pull = PULLS[name]
    asked = f" of {in_shanghai(done.window.start)} to {in_shanghai(done.window.end)}" if done.window else ""
    say(f"siyu: {name}{asked}: records {done.records:,}, pages {done.pages:,}, calls {done.calls:,}")
    if done.retries or done.refreshes:
        say(f"  asked again {done.retries:,} times; new tokens: {done.refreshes:,}")
    folder = settings.landing / pull.channel / pull.dataset
    say(f"  new: {done.new_records:,}, landed in {folder}" if done.new_pages else "  nothing new: no file landed")
    return DONE


def list_pulls(settings: Settings) -> int:
    """Say which pulls there are, which credentials each lacks and when it last ended; return the exit code."""
    ended = ends(book_of(settings))
    for name, pull in PULLS.items():
        lacking = missing(pull, os.environ)
        say(f"{name}  {pull.about}")
        if lacking:
            say(f"  not set: {', '.join(lacking)}")
        else:
            _, at = ended.get(name, (None, ""))
            say(f"  last ended {in_shanghai(dt.datetime.fromisoformat(at))}" if at else "  never pulled")
    return DONE
