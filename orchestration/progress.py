"""What a person at the terminal sees of a run: a line per step with its rows and seconds, and a sign of life."""

import resource
import threading
import time
from collections import Counter
from typing import Any, TextIO

import dagster as dg

from orchestration.screen import say

_ALIVE_EVERY_SECONDS = 5.0
#: A message of a step that begins with it is told at the terminal too.
TOLD = "siyu: "
#: Metadata of a materialization whose numbers are those of one date, and not of the whole run.
OF_DATE = "of_date"


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended (a dbt call is one)."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


class Progress:
    """Listens to a run's Dagster events and prints them, one line per step and stage."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._started: dict[str, float] = {}
        #: step -> table -> date, where the numbers are of one (say_by_date) -> rows
        self._rows: dict[str, dict[tuple[str, ...], dict[str, int]]] = {}
        self.failures: list[tuple[str, str]] = []
        self.skipped: list[str] = []
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self._cpu_at_start = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sign_of_life, daemon=True)

    def __enter__(self) -> "Progress":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _say(self, line: str) -> None:
        say(line, file=self._out, flush=True)

    def _sign_of_life(self) -> None:
        while not self._stop.wait(_ALIVE_EVERY_SECONDS):
            for step, since in list(self._started.items()):
                passed = time.monotonic() - since
                if passed >= _ALIVE_EVERY_SECONDS:
                    self._say(f"    … {step}: {len(self._rows.get(step, ()))} tables so far, {passed:.0f} s")

    def on_event(self, entry: dg.EventLogEntry) -> None:
        """Take one event of the run."""
        event = entry.dagster_event
        if event is None and entry.user_message.startswith(TOLD):
            self._say(f"  {entry.user_message.removeprefix(TOLD)}")
        if event is None or event.step_key is None:
            return
        step = event.step_key
        kind = event.event_type_value
        if kind == "STEP_START":
            self._started[step] = time.monotonic()
            self._cpu_at_start = cpu_seconds()
        elif kind == "ASSET_MATERIALIZATION":
            data: Any = event.event_specific_data
            metadata = data.materialization.metadata
            rows = metadata.get("rows") or metadata.get("dagster/row_count")
            table = tuple(data.materialization.asset_key.path)
            date = str(metadata[OF_DATE].value) if OF_DATE in metadata else ""
            of_table = self._rows.setdefault(step, {}).setdefault(table, {})
            of_table[date] = int(rows.value) if rows is not None else 0
        elif kind == "STEP_SKIPPED":
            self.skipped.append(step)
            self._say(f"  skipped {step.replace('__', '/', 1)}")
        elif kind in {"STEP_SUCCESS", "STEP_FAILURE"}:
            passed = time.monotonic() - self._started.pop(step, time.monotonic())
            self.seconds[step] = passed
            self.cpu_seconds[step] = cpu_seconds() - self._cpu_at_start
            self._say(self._line(step, kind, passed))
            if kind == "STEP_FAILURE":
                self.failures.append((step, _root_message(event)))

    def _line(self, step: str, kind: str, seconds: float) -> str:
        mark = {"STEP_SUCCESS": "done", "STEP_FAILURE": "FAILED"}[kind]
        found = self._rows.get(step, {})
        stages = Counter(table[0] for table in found)
        total = sum(rows for of_table in found.values() for rows in of_table.values())
        rows = f"{total:,} rows, " if total else ""
        tables = f" [{', '.join(f'{stage} {count}' for stage, count in stages.items())}]" if len(stages) > 1 else ""
        return f"  {mark:<7} {step.replace('__', '/', 1):<44} {rows}{seconds:.1f} s{tables}"


def _root_message(event: dg.DagsterEvent) -> str:
    """Return the message of the innermost error of a failed step: what was wrong, in its author's words."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is not None and error.cls_name == "DagsterExecutionInterruptedError":
        return "stopped from outside, as by Ctrl-C; run it again"
    return error.message.strip() if error is not None else "no message"
