"""``siyu try`` and ``siyu quarantine``: what a file would become, and what was set aside and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration import clock
from orchestration.cli_shared import DONE, FAILED, settings_of_home
from orchestration.screen import say

if TYPE_CHECKING:
    from orchestration.channels.engine.trying import Trial

files_app = typer.Typer()
quarantine_app = typer.Typer()
files_app.add_typer(quarantine_app, name="quarantine")
channel_app = typer.Typer(help="Channels of your own.", no_args_is_help=True)
files_app.add_typer(channel_app, name="channel")


@files_app.command("try", epilog="Examples: siyu try orders.csv; siyu try orders.csv --mapping orders.landing.toml")
def try_one(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="Any file you have: orders.csv.")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Read it by this mapping, data set or file of mappings: --mapping shopify/orders, standard/orders or"
            " orders.landing.toml.",
        ),
    ] = None,
) -> int:
    """Say what one file would become: nothing is kept, contact values are masked; no home is needed.

    Where the home has a landing.toml, its mappings count too.
    """
    import difflib

    from orchestration.channels.engine.guard import Guard
    from orchestration.channels.engine.mappings import mappings
    from orchestration.channels.engine.reasons import BrokenFile
    from orchestration.channels.engine.registry import channels
    from orchestration.channels.engine.trying import try_file
    from orchestration.cli_shared import settings_here

    settings = settings_here()
    known = mappings(settings.home)
    name = mapping
    if mapping is not None and mapping.endswith(".toml"):
        from orchestration.channels.engine.mappings import of_file

        own = of_file(Path(mapping))
        known |= own
        name = next(iter(own))
    places = {f"{channel.name}/{dataset.name}" for channel in channels().values() for dataset in channel.datasets}
    if name is not None and name not in known and name not in places:
        near = difflib.get_close_matches(name, [*known, *places], 3, 0.5)
        nearest = f"; nearest: {', '.join(near)}" if near else ""
        raise typer.BadParameter(
            f"no mapping is called {name!r}{nearest}; there are {', '.join(sorted(known))}", param_hint="NAME"
        )
    try:
        with Guard(settings) as guard:
            trial = try_file(file, known, name, clock.now().replace(microsecond=0), guard)
    except BrokenFile as broken:
        say(f"{file.name} cannot be read: {broken}")
        return FAILED
    _say(trial, file, is_named=mapping is not None)
    return DONE if trial.chosen and trial.loaded else FAILED


@files_app.command("check", epilog="Example: siyu --home /srv/brand check")
def check_all() -> int:
    """Say what every file in landing/ would become, before a run; nothing is written."""
    from orchestration.channels.engine.checking import check_landing
    from orchestration.channels.engine.guard import Guard
    from orchestration.channels.engine.mappings import mappings

    settings = settings_of_home()
    code, count = DONE, 0
    now = clock.now().replace(microsecond=0)
    with Guard(settings) as guard:
        for checked in check_landing(settings.landing, mappings(settings.home), now, guard):
            count += 1
            say(f"{checked.place}  {checked.said}")
            for remedy in checked.remedies:
                code = FAILED
                say(f"    {remedy}")
            for warning in checked.warnings:
                say(f"    warning: {warning}")
    if not count:
        say(f"no file lies in {settings.landing}")
    return code


def _say(trial: "Trial", file: Path, is_named: bool) -> None:
    from orchestration.channels.engine.mapping_draft import draft, shipped_text, write_draft
    from orchestration.channels.engine.mappings import MappedDataset
    from orchestration.channels.engine.trying import skipped, with_header

    chosen = trial.chosen
    if chosen is None:
        near = ", ".join(f"{each.place} ({each.known} headers)" for each in trial.candidates[:3]) or "nothing known"
        say(f"{file.name} is of no data set and no mapping; the nearest: {near}")
        _say_rows("as it stands", trial.before)
        text = draft(f"{_folder(file)}/orders", trial.headers, trial.words, file.name, trial.rows_at)
        _say_written(write_draft(text, Path.cwd(), file.name), file)
        return
    what = "the mapping" if isinstance(chosen.dataset, MappedDataset) else "the data set"
    seen, where = ("is read as", "its folder is") if is_named else ("looks like", "put it into")
    say(f"{file.name} {seen} {what} {chosen.place}; {where} landing/{chosen.place}/")
    if isinstance(chosen.dataset, MappedDataset):
        said = chosen.dataset
        if said.about:
            say(f"  {said.about}")
        if not said.verified and not said.is_own:
            say("  UNVERIFIED: no file of this kind could be read when the mapping was written; look closely.")
    others = [each.place for each in trial.candidates if each.is_whole and each.place != chosen.place][:3]
    if others and not is_named:
        say(f"  it could also be {', '.join(others)}: siyu try {file.name} --mapping {others[0]}")
    say("\nhow each column is read")
    for header, column, how in trial.reads:
        say(f"  {header}  ->  {column}  ({how})")
    if trial.unread:
        say(f"  not read: {', '.join(trial.unread)}")
    _say_rows("before", trial.before)
    for table, rows in trial.after.items():
        _say_rows(f"after: {table}", rows)
    part = "the first " if trial.is_part else ""
    say(f"\nof {part}{trial.records:,} records {trial.loaded:,} would load{skipped(trial)}")
    for column, reason, count, line, remedy in trial.aside:
        what = (
            f"{count:,} set aside" if count else "the file is set aside" if reason != "undeclared_refusal" else "open"
        )
        where = f" {with_header(trial, column)}" if column else ""
        place = f", first in line {line}" if line else ""
        say(f"  {what}: {reason}{where}{place}\n    {remedy}")
    for warning, count in sorted(trial.warnings.items()):
        what, _, said = warning.partition(" ")
        say(f"  warning: {said}" if what == "absent_header" else f"  warning: {warning} {count:,}")
    if isinstance(chosen.dataset, MappedDataset) and not chosen.dataset.is_own and (text := shipped_text(chosen.place)):
        _say_written(write_draft(text, Path.cwd(), file.name), file)


def _folder(file: Path) -> str:
    kept = "".join(letter for letter in file.stem.lower() if letter.isascii() and letter.isalnum())
    return kept or "shop"


def _say_rows(title: str, rows: list[dict[str, str]]) -> None:
    if rows:
        say(f"\n{title}")
        for row in rows:
            say("  " + "  ".join(f"{name}={value}" for name, value in row.items()))


def _say_written(path: Path | None, file: Path) -> None:
    if path is None:
        say(f"\na mapping to begin with is there already and was left: {Path(file.name).stem}.landing.toml")
    else:
        say(f"\na mapping to begin with: {path.name}; try it with siyu try {file.name} --mapping {path.name}")


@channel_app.callback()
def channel() -> None:
    """Begin a channel of your own."""


@channel_app.command("new", epilog="Example: siyu channel new spa_booking")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters and underscores: spa_booking.")],
) -> int:
    """Write the files of a new channel, to be corrected: declaration, SQL with lines, refunds and ids, and tests."""
    from orchestration.channels.new_channel import new_channel

    for file in new_channel(name):
        say(f"wrote {file}")
    say(
        f"\nnext: write your headers and words into the first, then see it read: siyu try FILE --mapping {name}/orders"
        f"\n      make manifest; python -m pytest -n0 tests/unit/platforms/test_{name}.py"
        f"\n      the unit tests of its SQL alone: python -m tests.warehouse.empty_home {name}"
        "\n      python -m tests.orchestration.asset_keys > tests/orchestration/asset_keys.txt"
        f"\n      put files into landing/{name}/orders, lines and refunds, and run: siyu daily YYYY-MM-DD"
    )
    return DONE


@quarantine_app.callback(invoke_without_command=True, epilog="Example: siyu quarantine")
def quarantine(context: typer.Context) -> int:
    """List what was set aside, explain a file, or accept one as it is."""
    if context.invoked_subcommand:
        return DONE
    return _list_quarantine()


@quarantine_app.command("list", epilog="Example: siyu quarantine list")
def list_quarantine() -> int:
    """List what was set aside by file and reason."""
    return _list_quarantine()


@quarantine_app.command("explain", epilog="Example: siyu quarantine explain standard/orders/may.csv")
def explain_file(
    file: Annotated[
        str,
        typer.Argument(metavar="CHANNEL/DATASET/FILE", help="As siyu quarantine lists it: standard/orders/may.csv."),
    ],
) -> int:
    """Say line by line what was set aside of a file, what became empty, and what to do."""
    settings = settings_of_home()
    from orchestration.quarantine import explained

    lines = explained(settings, file)
    say("\n".join(lines) if lines else f"nothing of {file} is set aside; siyu quarantine lists what is")
    return DONE if lines else FAILED


@quarantine_app.command(
    epilog='Example: siyu quarantine accept standard/orders/may.csv --reason "the new shop sells cars"'
)
def accept(
    file: Annotated[
        str,
        typer.Argument(metavar="CHANNEL/DATASET/FILE", help="As siyu quarantine lists it: standard/orders/may.csv."),
    ],
    reason: Annotated[
        str, typer.Option(metavar="WHY", help='Who looked and what was found; kept: --reason "Lin rang the sender".')
    ],
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who accepts; the user of the system by default: --by Lin.")
    ] = None,
) -> int:
    """Take a file whose amounts are of another size as it is: the next run reads it."""
    settings = settings_of_home()
    from orchestration.quarantine import accept_whole

    say(accept_whole(settings, file, reason, by, clock.now()))
    return DONE


def _list_quarantine() -> int:
    settings = settings_of_home()
    from orchestration.quarantine import listed

    rows = listed(settings)
    for place, reason, column, count in rows:
        say(f"{place}  {reason}{f' ({column})' if column else ''}  {count}")
    if not rows:
        say("nothing is set aside")
    return DONE
