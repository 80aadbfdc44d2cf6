"""What the checks found: frozen, without a value of any row, readable as JSON and as a table for people."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

GREAT_EXPECTATIONS: Final = "Great Expectations"
DBT: Final = "dbt"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One check's outcome: the number seen, its bound in words, and what to do when it lies outside.

    Attributes
    ----------
    gate
        Where it was asked: the stage, whose suite it stands in.
    name
        What holds when it passes.
    stage, table
        Which table is at fault when it does not.
    observed
        The number; None where there was none.
    low, high
        The bounds it has to lie within, both inclusive; None is open.
    passed
        The verdict of the library that asked, ``judge``.
    remedy
        What a person can do.
    is_comparison
        Whether the bound is about the change since what was published before.
    judge
        :data:`GREAT_EXPECTATIONS` or :data:`DBT`. A failed dbt test stops the run that builds the table, so that
        publish is not reached; what publish itself waits for is what Great Expectations says.
    """

    gate: str
    name: str
    stage: str
    table: str
    observed: float | None
    low: float | None
    high: float | None
    passed: bool
    remedy: str
    is_comparison: bool = False
    judge: str = GREAT_EXPECTATIONS

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Finding":
        """Return a finding as a results file holds it; KeyError where another release wrote the file."""
        return cls(**{field.name: said[field.name] for field in dataclasses.fields(cls)})

    @property
    def bound(self) -> str:
        """What the number has to be, in Chinese and English."""
        return bounds_in_words(self.low, self.high)

    @property
    def seen(self) -> str:
        """The number as a person reads it."""
        return number_in_words(self.observed)

    def sentence(self) -> str:
        """Return the failure in a line: table, check, count, remedy."""
        wanted = english(self.bound).removeprefix("exactly ")
        return f"{self.gate}: {self.table}: {self.name}: {self.seen} (wanted {wanted}). {self.remedy}"


@dataclasses.dataclass(frozen=True)
class Report:
    """The outcome of every check of one version or run."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether Great Expectations judged anything, and nothing lay outside its bounds."""
        judged = any(finding.judge == GREAT_EXPECTATIONS for finding in self.findings)
        return judged and not self.failures

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that hold a publish back, in order."""
        return tuple(one for one in self.findings if not one.passed and one.judge == GREAT_EXPECTATIONS)

    def to_json(self) -> str:
        """Return the report as the text of a results file."""
        content = {
            "version": self.subject,
            "passed": self.passed,
            "checks_run": len(self.findings),
            "failed": [
                {
                    "table": finding.table,
                    "name": finding.name,
                    "sentence": finding.sentence(),
                    "is_comparison": finding.is_comparison,
                }
                for finding in self.failures
            ],
            "findings": [{**dataclasses.asdict(one), "bound": one.bound} for one in self.findings],
        }
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def joined(report: Report, findings: Iterable[Finding]) -> Report:
    """Return a report with further findings after its own."""
    return Report(report.subject, (*report.findings, *findings))


def one_of_each(reports: Sequence[Iterable[Finding]]) -> list[Finding]:
    """Return one finding per check of several reports, oldest first: the newest, or the newest that failed."""
    shown: dict[tuple[str, str, str], Finding] = {}
    for report in reports:
        for finding in report:
            key = (finding.stage, finding.table, finding.name)
            if key not in shown or shown[key].passed or not finding.passed:
                shown[key] = finding
    return list(shown.values())


def by_table(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """Return the findings of each table by stage and name, sorted, what failed before what held."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: (one.stage, one.table, one.passed, one.name)):
        found.setdefault((finding.stage, finding.table), []).append(finding)
    return found


def markdown_table(findings: Iterable[Finding]) -> str:
    """Return the findings of a table as a table in Markdown, a line per check."""
    heads = ("", "check", "judge", "observed", "bound", "remedy")
    lines = [heads, tuple("---" for _ in heads)]
    for one in findings:
        name = f"{one.table}: {one.name}" if one.stage == "seeds" else one.name
        lines.append(("✓" if one.passed else "✗ FAILED", name, one.judge, one.seen, one.bound, one.remedy))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def bounds_in_words(low: float | None, high: float | None) -> str:
    """Return what a number has to be, in Chinese and English: ``0 到 0.2 之间 · 0 to 0.2``."""
    least, most = number_in_words(low), number_in_words(high)
    if low is None and high is None:
        return "任何数 · any number"
    if low is None:
        return f"至多 {most} · at most {most}"
    if high is None:
        return f"至少 {least} · at least {least}"
    return f"等于 {least} · exactly {least}" if low == high else f"{least} 到 {most} 之间 · {least} to {most}"


def english(bound: str) -> str:
    """Return the English half of a bound in words."""
    return bound.rpartition(" · ")[2]


def number_in_words(value: float | None) -> str:
    """Return a number as a person reads it, without needless decimals."""
    if value is None:
        return "—"
    if float(value).is_integer():
        return f"{value:,.0f}"
    return "< 0.0001" if 0 < value < 0.0001 else f"{value:,.4f}".rstrip("0")
