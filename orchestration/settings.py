"""Settings of a home: read once, from the environment and ``siyu.toml``; an unknown key is an error."""

import dataclasses
import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.business_time import parse_business_date

CHECKOUT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting, key or argument that is wrong before a byte is read (exit code 2)."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything a run may be told, with the defaults a first run works with.

    Money is yuan here because people write it; ``_fen`` values are derived. Rates are shares of one.
    """

    home: Path = CHECKOUT / ".siyu"
    engine: str = "duckdb"
    threads: int = 2
    memory_limit: str = "2GB"
    partitions_start: str = "2009-01-01"
    cut_off_hour: int = 6
    restate_days: int = 7
    kpi_days: int = 90
    horizon_days: int = 28
    training_cut_offs: int = 14
    retention_dates: int = 20
    lock_wait_seconds: int = 60
    daily_budget_yuan: int = 5000
    gross_margin_rate: float = 0.25
    holdout_share: float = 0.05
    exploration_share: float = 0.10
    token_key_file: str = ""
    vault_key_file: str = ""
    minimum_rows: Mapping[str, int] = dataclasses.field(default_factory=dict)
    live_from: Mapping[str, str] = dataclasses.field(default_factory=dict)
    done_markers: tuple[str, ...] = ()
    staff_channels: tuple[str, ...] = ("wecom", "call")

    @property
    def landing(self) -> Path:
        """The folder that channels deliver to."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file; one writer at a time, never handed to readers."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The folder downstream readers read: ``CURRENT`` and ``versions/``."""
        return self.home / "published"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its runs."""
        return self.home / "dagster_home"

    def live_from_date(self, channel: str) -> dt.date | None:
        """Return the business date from which a channel's landings are live, or None: all is history."""
        text = self.live_from.get(channel)
        return parse_business_date(text) if text else None


_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "threads": (1, 64),
    "cut_off_hour": (0, 23),
    "restate_days": (1, 31),
    "kpi_days": (7, 400),
    "horizon_days": (7, 120),
    "training_cut_offs": (4, 60),
    "retention_dates": (1, 1000),
    "lock_wait_seconds": (0, 3600),
    "daily_budget_yuan": (0, 1e9),
    "gross_margin_rate": (0.0, 1.0),
    "holdout_share": (0.0, 0.5),
    "exploration_share": (0.0, 0.5),
}


def _coerce(name: str, value: Any, origin: str) -> Any:
    default = _FIELDS[name].default
    if name == "home":
        return Path(str(value)).expanduser().resolve()
    if name in {"live_from", "minimum_rows"}:
        if not isinstance(value, Mapping):
            raise SettingsError(f"{origin}: {name} is a table, for example [{name}]; got {value!r}")
        return dict(value)
    if name in {"done_markers", "staff_channels"}:
        return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    try:
        if isinstance(default, int):
            coerced: int | float = int(value)
        elif isinstance(default, float):
            coerced = float(value)
        else:
            return str(value)
    except (TypeError, ValueError):
        raise SettingsError(f"{origin}: {name} is a number; got {value!r}") from None
    low, high = _BOUNDS.get(name, (float("-inf"), float("inf")))
    if not low <= coerced <= high:
        raise SettingsError(f"{origin}: {name} lies between {low:g} and {high:g}; got {value!r}")
    return coerced


def load_settings(environment: Mapping[str, str] | None = None, checkout: Path = CHECKOUT) -> Settings:
    """Return the settings of this process.

    Parameters
    ----------
    environment
        Variables named ``SIYU_<SETTING>``; the process's own when omitted.
    checkout
        Folder whose ``siyu.toml`` is read when the home has none.

    Raises
    ------
    SettingsError
        An unknown key, a value of the wrong kind or outside its bounds; the message names where it stands.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    home = Path(environment.get("SIYU_HOME") or checkout / ".siyu").expanduser().resolve()
    for file in (checkout / "siyu.toml", home / "siyu.toml"):
        if file.is_file():
            try:
                content = tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise SettingsError(f"{file}: not TOML: {error}") from None
            for key, value in content.items():
                if key not in _FIELDS:
                    raise SettingsError(f"{file}: unknown setting {key!r}; known are {', '.join(sorted(_FIELDS))}")
                values[key] = _coerce(key, value, str(file))
    internal = {
        "SIYU_WAREHOUSE",
        "SIYU_WAREHOUSE_THREADS",
        "SIYU_WAREHOUSE_MEMORY",
        "SIYU_RUN_DATES",
        "SIYU_ONE_ID_KEY",
    }
    for variable, value in environment.items():
        if not variable.startswith("SIYU_") or variable in internal or value == "":
            continue
        key = variable.removeprefix("SIYU_").lower()
        if key not in _FIELDS or key in {"live_from", "minimum_rows"}:
            raise SettingsError(f"{variable}: unknown setting; known are {', '.join(sorted(_FIELDS))}")
        values[key] = _coerce(key, value, variable)
    if "SIYU_HOME" in environment or "home" not in values:
        values["home"] = home
    settings = Settings(**values)
    for channel, text in settings.live_from.items():
        try:
            parse_business_date(str(text))
        except ValueError as error:
            raise SettingsError(f"live_from.{channel}: {error}") from None
    if settings.engine != "duckdb":
        raise SettingsError(f"engine {settings.engine!r} is not known; this release runs on duckdb")
    return settings
