"""What the checks of a door found: frozen, without a value of any row, readable as JSON."""

import dataclasses
import json
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class Finding:
    """One check's outcome: the number seen, its bounds, and what to do when it lies outside."""

    door: str
    name: str
    table: str
    observed: float | None
    low: float | None
    high: float | None
    passed: bool
    remedy: str
    is_comparison: bool = False

    def sentence(self) -> str:
        """Return the failure in a line: table, check, count, remedy."""
        bounds = f"{_number(self.low)} to {_number(self.high)}" if self.low != self.high else _number(self.low)
        return f"{self.door}: {self.table}: {self.name}: {_number(self.observed)} (wanted {bounds}). {self.remedy}"


@dataclasses.dataclass(frozen=True)
class Report:
    """The outcome of every check of one version or run."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether there were checks and every one of them passed."""
        return bool(self.findings) and all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that did not pass, in order."""
        return tuple(finding for finding in self.findings if not finding.passed)

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
            "findings": [dataclasses.asdict(finding) for finding in self.findings],
        }
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def merged(subject: str, reports: Iterable[Report]) -> Report:
    """Return one report about ``subject`` with the findings of several."""
    return Report(subject, tuple(finding for report in reports for finding in report.findings))


def _number(value: float | None) -> str:
    if value is None:
        return "open"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4f}"
