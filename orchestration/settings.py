"""Settings of a home: read once, from the environment and ``siyu.toml``; an unknown key is an error."""

import datetime as dt
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, SecretStr, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from orchestration import clock
from orchestration.business_time import parse_business_date

CHECKOUT = Path(__file__).resolve().parent.parent


#: What the models can be run on; a night runs on the first (docs/spark.md).
ENGINES: Final = ("duckdb", "spark")
#: Set by siyu for its own runs: dates that are not over, or lie before the first that landed, can be run too.
EVERY_DATE: Final = "SIYU_EVERY_DATE"


class SettingsError(ValueError):
    """A setting, key or argument that is wrong before a byte is read (exit code 2)."""


def _listed(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def _folder(value: object) -> Path:
    try:
        return Path(str(value)).expanduser().resolve()
    except RuntimeError:
        raise ValueError(f"{value}: nobody of that name has a folder here") from None


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
#: What only those may do whom [rights] names for it (orchestration/rights.py says what each gives away).
Action = Literal["copy", "export", "tasks", "erase", "rekey", "backup"]
Share = Annotated[float, Field(ge=0, le=0.5)]


@dataclass(frozen=True, config={"extra": "forbid"})
class Recipient:
    """Who is entrusted with exported files (个人信息保护法 art. 21): for what, until when, and where they sit."""

    purpose: Annotated[str, Field(min_length=1)]
    until: dt.date
    in_mainland: bool


@dataclass(frozen=True)
class Settings:
    """Everything a run may be told, with the defaults a first run works with.

    Money is yuan here because people write it; ``_fen`` values are derived. Rates are shares of one.
    """

    home: Annotated[Path, BeforeValidator(_folder)] = CHECKOUT / ".siyu"
    engine: str = "duckdb"
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    memory_limit: str = "2GB"
    read_memory_mb: Annotated[int, Field(ge=64, le=65536)] = 1024
    read_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    partitions_start: str = "2009-01-01"
    cut_off_hour: Annotated[int, Field(ge=0, le=23)] = 6
    restate_days: Annotated[int, Field(ge=1, le=31)] = 7
    kpi_days: Annotated[int, Field(ge=7, le=400)] = 90
    horizon_days: Annotated[int, Field(ge=7, le=120)] = 28
    training_cut_offs: Annotated[int, Field(ge=4, le=60)] = 14
    retention_dates: Annotated[int, Field(ge=1, le=1000)] = 20
    reader_hours: Annotated[float, Field(ge=0, le=720)] = 24
    lock_wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    daily_budget_yuan: Annotated[int, Field(ge=0, le=1_000_000_000)] = 5000
    care_budget_yuan: Annotated[int, Field(ge=0, le=1_000_000_000)] = 200
    monthly_budget_yuan: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    gross_margin_rate: Annotated[float, Field(ge=0, le=1)] = 0.25
    holdout_share: Share = 0.05
    exploration_share: Share = 0.02
    as_usual_share: Share = 0.0
    token_key_file: str = ""
    vault_key_file: str = ""
    minimum_rows: Mapping[str, int] = Field(default_factory=dict)
    live_from: Mapping[str, str] = Field(default_factory=dict)
    done_markers: Names = ()
    staff_channels: Names = ("wecom", "call")
    profiling: Literal["consent", "unless_refused"] = "consent"
    wecom_by: Literal["tasks", "template"] = "tasks"
    brand_name: str = ""
    brand_link: str = ""
    scene_links: Mapping[str, str] = Field(default_factory=dict)
    coupon_liability_yuan: Annotated[int, Field(ge=0, le=1_000_000_000)] = 100_000
    stop_silent_channels: bool = False
    recipients: Mapping[str, Recipient] = Field(default_factory=dict)
    rights: Mapping[Action, tuple[str, ...]] = Field(default_factory=dict)
    sms_gateway: str = ""
    pull_urls: Mapping[str, str] = Field(default_factory=dict)
    pull_backoff_seconds: Annotated[float, Field(ge=0, le=60)] = 2
    page_token_file: str = ""
    page_viewer_token_file: str = ""
    page_hosts: Names = ()
    robot_url: SecretStr = SecretStr("")
    robot_kind: Literal["wecom", "dingtalk", "feishu"] = "wecom"
    robot_secret: SecretStr = SecretStr("")
    publish_postgres: SecretStr = SecretStr("")
    postgres_schema: str = "siyu"
    postgres_readers: Names = ()
    late_after_minutes: Annotated[int, Field(ge=30, le=1440)] = 90

    @property
    def landing(self) -> Path:
        """The folder that channels deliver to."""
        return self.home / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file; one writer at a time, never handed to readers."""
        return self.home / "warehouse.duckdb"

    @property
    def last_run(self) -> Path:
        """What the last run cost, and the nights before it."""
        return self.home / "last_run.json"

    @property
    def published(self) -> Path:
        """The folder downstream readers read: ``CURRENT`` and ``versions/``."""
        return self.home / "published"

    @property
    def quality_page(self) -> Path:
        """The page of every quality check of the last run."""
        return self.home / "reports" / "data_docs" / "index.html"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its runs."""
        return self.home / "dagster_home"

    def live_from_date(self, channel: str) -> dt.date | None:
        """Return the business date from which a channel's landings are live, or None: all is history."""
        text = self.live_from.get(channel)
        return parse_business_date(text) if text else None


_FIELDS: Final[dict[str, FieldInfo]] = vars(Settings)["__pydantic_fields__"]
_BOUNDS: Final = {
    name: [getattr(bound, end) for bound in field.metadata for end in ("ge", "le") if hasattr(bound, end)]
    for name, field in _FIELDS.items()
}
#: Tables of the file; a variable of the environment has no place for them.
_TABLES: Final = {"live_from", "minimum_rows", "recipients", "rights", "pull_urls", "scene_links"}
_KINDS: Final = {"int": "a whole number", "float": "a number", "tuple": "a list of names", "bool": "true or false"}


def _coerce(name: str, value: Any, origin: str) -> Any:
    field = _FIELDS[name]
    annotated: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        return TypeAdapter(annotated).validate_python(value)
    except ValidationError as error:
        what, place = error.errors()[0]["type"], error.errors()[0]["loc"]
    if field.annotation is SecretStr:
        raise SettingsError(f"{origin}: {name} is a text; what it holds is not repeated here")
    if name == "recipients" and place:
        raise SettingsError(
            f"{origin}: recipients.{'.'.join(map(str, place))}: a recipient has purpose (a text), until (a date, for"
            f" example 2027-06-30) and in_mainland (true or false), and nothing else"
        )
    if name == "rights" and place:
        raise SettingsError(
            f"{origin}: rights.{place[0]}: an action is one of {', '.join(get_args(Action))}, and says in a list who"
            ' may, for example copy = ["li"]'
        )
    if name in _TABLES:
        raise SettingsError(f"{origin}: {name} is a table, for example [{name}]; got {value!r}")
    if what.startswith(("greater", "less")):
        low, high = _BOUNDS[name]
        raise SettingsError(f"{origin}: {name} lies between {low:g} and {high:g}; got {value!r}")
    kind = _KINDS.get(what.split("_")[0], "a text")
    raise SettingsError(f"{origin}: {name} is {kind}; got {value!r}")


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
    try:
        home = _folder(environment.get("SIYU_HOME") or checkout / ".siyu")
    except ValueError as error:
        raise SettingsError(f"SIYU_HOME: {error}") from None
    for file in (checkout / "siyu.toml", home / "siyu.toml"):
        if file.is_dir():
            raise SettingsError(f"{file} is a folder, and the settings are a file: move the folder away")
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
        "SIYU_KEPT_UNDER",
        "SIYU_ONE_ID_KEY",
        "SIYU_FIRST_NAMES",
        EVERY_DATE,
        "SIYU_ERASED",
        clock.VARIABLE,
    }
    for variable, value in environment.items():
        if not variable.startswith("SIYU_") or variable in internal or value == "":
            continue
        key = variable.removeprefix("SIYU_").lower()
        if key not in _FIELDS or key in _TABLES:
            raise SettingsError(f"{variable}: unknown setting; known are {', '.join(sorted(_FIELDS))}")
        values[key] = _coerce(key, value, variable)
    if "SIYU_HOME" in environment or "home" not in values:
        values["home"] = home
    settings = Settings(**values)
    try:
        clock.check_home(settings.home)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    dates = {f"live_from.{channel}": text for channel, text in settings.live_from.items()}
    for name, text in {**dates, "partitions_start": settings.partitions_start}.items():
        try:
            parse_business_date(str(text))
        except ValueError as error:
            raise SettingsError(f"{name}: {error}") from None
    _check_engine(settings.engine)
    return settings


def require_duckdb(settings: Settings) -> None:
    """Refuse to run a night on another engine than the one that it is written for.

    Raises
    ------
    SettingsError
        The home's engine is another one; the message says what can be run on it.
    """
    if settings.engine != ENGINES[0]:
        raise SettingsError(
            f"engine {settings.engine!r} makes the models, not a night: landing, training and publishing run on duckdb;"
            " see docs/spark.md, and take engine out of siyu.toml and SIYU_ENGINE for this command"
        )


def _check_engine(engine: str) -> None:
    """Refuse an engine that there is not, and Spark where it cannot be started."""
    if engine not in ENGINES:
        raise SettingsError(f"engine {engine!r} is not known; there are {' and '.join(ENGINES)}")
    if engine == "spark":
        # Imported here: whoever runs on DuckDB needs to know nothing of Spark.
        from orchestration.spark.environment import NoSpark, require

        try:
            require()
        except NoSpark as error:
            raise SettingsError(str(error)) from None
