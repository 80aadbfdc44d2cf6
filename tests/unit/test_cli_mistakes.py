"""What people type wrong: each mistake ends in one sentence that says what to do, and changes nothing."""

import re

import pytest

from tests.unit.cli_places import lay, run, tree

WRONG_USE = [
    # the words of the command
    ("siyu", "siyu: Missing command; see: siyu --help"),
    ("siyu dayly 2026-03-08", "siyu: No such command 'dayly'. Did you mean 'daily'?"),
    ("siyu --hom brand status", "siyu: No such option: --hom (Possible options: --home, --now)"),
    ("siyu --home", "siyu: Option '--home' requires an argument"),
    ("siyu --home '' daily 2026-03-08", "'--home': it is empty: name a folder, for example --home /srv/brand"),
    ("siyu daily 2026-03-08 --home brand", "siyu: --home stands before the command: siyu --home PATH COMMAND"),
    ("siyu --home brand daily", "siyu: Missing argument 'AS_OF'; see: siyu daily --help"),
    ("siyu --home brand daily ''", "'' is not a business date; write it as YYYY-MM-DD, for example 2017-11-30"),
    ("siyu --home brand daily soon", "'soon' is not a business date"),
    ("siyu --home brand daily 2026-3-8", "'2026-3-8' is not a business date"),
    ("siyu --home brand daily 2026-02-30", "'2026-02-30' is not a business date"),
    ("siyu --home brand daily 20260308", "'20260308' is not a business date"),
    ("siyu --home brand daily 2026-03-08 2026-03-09", "siyu: Got unexpected extra argument(s) (2026-03-09)"),
    ("siyu --home brand backfill 2026-03-08", "siyu: Missing argument 'TO'; see: siyu backfill --help"),
    ("siyu --home brand backfill 2026-03-10 2026-03-08", "FROM 2026-03-10 lies after TO 2026-03-08"),
    ("siyu --home brand daily 2001-01-01", "2001-01-01 lies before partitions_start 2009-01-01; set it in siyu.toml"),
    ("siyu --home brand daily 9999-12-31", "siyu: 9999-12-31 is still to come: today is 2"),
    ("siyu --home brand backfill 2026-03-01 9999-12-31", "siyu: 9999-12-31 is still to come: today is 2"),
    ("siyu --home brand ui --port 99999", "'--port': Input should be less than or equal to 65535"),
    ("siyu --home brand ui --port many", "'--port': Input should be a valid integer"),
    ("siyu --home brand ui --port PORT", "cannot be used (Address already in use); choose another: siyu ui --port"),
    ("siyu --home published explain", "siyu: Missing argument 'ID [ID]'"),
    ("siyu --home published explain C1 C2 C3", "'ID [ID]': one ID or two, not 3"),
    ("siyu --home published refusals acept x", "siyu: No such command 'acept'. Did you mean 'accept'?"),
    ("siyu --home published refusals accept a/b/c.csv", "siyu: Missing option '--reason'"),
    ("siyu refusals accept a/b/c.csv --line three --reason mail", "'--line': Input should be a valid integer"),
    ("siyu status --jsn", "siyu: No such option: --jsn (Possible options: --json)"),
    ("siyu --home published export --all --out out", "siyu: Missing option '--recipient'"),
    ("siyu --home published export --all --recipient a", "siyu: Missing option '--out'"),
    ("siyu --home published export --recipient a --out out", "'--channel': name --channel CHANNEL, or --all"),
    ("siyu --home published export --all --channel sms --recipient a --out out", "name --channel CHANNEL, or --all"),
    ("siyu --home published export --channel smss --recipient a --out out", "'smss' is none of sms, call, wecom"),
    ("siyu --home published export --all --list all --recipient a --out out", "'all' is none of audience, general"),
    ("siyu --home published export --all --recipient 'a b' --out out", "'a b': use letters, digits, - and _, for"),
    (
        "siyu --home published stop --channel sms --all --reason x",
        "one of --policy, --channel, --staff, --store and --all",
    ),
    ("siyu --home published stop --channel sms", "'--reason': who looks at the stop tomorrow has to know why"),
    ("siyu --home published stop --chanel sms", "siyu: No such option: --chanel"),
    ("siyu --home published resume", "name what to resume: --policy, --channel, --staff, --store or --all"),
    ("siyu --home published withdraw", "siyu: Missing argument 'EXPORT'"),
    ("siyu --home published withdraw x", "'--reason': it is kept with the rows that are taken back"),
    ("siyu --home brakes stop --channel sms --reason x", "brakes.jsonl, line 1: no stop can be read there"),
    ("siyu --home brakes stop", "brakes.jsonl, line 1: no stop can be read there"),
    ("siyu --home another run --world w.toml", "siyu: the world w.toml cannot be read: No such file or directory"),
    # the home
    ("siyu --home brnd export --all --recipient a --out out", "siyu: there is no home"),
    ("siyu --home brnd stop", "siyu: there is no home"),
    ("siyu --home brnd guard", "siyu: there is no home"),
    ("siyu --home brnd withdraw x --reason y", "siyu: there is no home"),
    ("siyu --home brnd daily 2026-03-08", "name yours with --home or SIYU_HOME, or begin a new one with: mkdir -p"),
    ("SIYU_HOME=brnd siyu daily 2026-03-08", "siyu: there is no home"),
    ("siyu --home brnd status", "siyu: there is no home"),
    ("siyu --home brnd ui", "siyu: there is no home"),
    ("siyu --home brnd rollback", "siyu: there is no home"),
    ("siyu --home brnd audit verify", "siyu: there is no home"),
    ("siyu --home published audit verfy", "siyu: No such command 'verfy'. Did you mean 'verify'?"),
    ("siyu --home brand backfill 2026-03-08 2026-03-09 --unfinished", "siyu: No such option: --unfinished"),
    ("siyu --home '~nobody-at-all/brand' status", "~nobody-at-all/brand: nobody of that name has a folder here"),
    ("siyu --home a_file daily 2026-03-08", "a_file is a file, and a home is a folder"),
    ("siyu --home /proc/nope daily 2026-03-08", "siyu: there is no home /proc/nope"),
    ("siyu --home empty daily 2026-03-08", "empty is no home: it has no folder landing/"),
    ("siyu --home crowded daily 2026-03-08", "more than landing/ lies in it, first 'notes.txt'"),
    ("siyu --home in_the_way daily 2026-03-08", "dagster_home is a file where a home has a folder; move it away"),
    ("siyu --home published run", "is another brand's home (it holds 'last_run.json'), and the demo runs in a home of"),
    ("siyu --home demo_elsewhere run", "is not empty (it holds 'thesis.tex'), and the demo runs in a home of its own"),
    ("siyu --home brand run", "holds 1 file(s) the demo did not write"),
    ("siyu --home /proc/nope run", "the demo's home /proc/nope cannot be written"),
    # settings, keys and rules
    ("SIYU_BUGDET=5 siyu --home brand daily 2026-03-08", "SIYU_BUGDET: unknown setting; known are"),
    ("SIYU_CUT_OFF_HOUR=26 siyu --home brand status", "SIYU_CUT_OFF_HOUR: cut_off_hour lies between 0 and 23"),
    ("SIYU_HOLDOUT_SHARE=0.6 siyu --home brand status", "holdout_share lies between 0 and 0.5"),
    (
        "SIYU_PARTITIONS_START=soon siyu --home brand daily 2026-03-08",
        "partitions_start: 'soon' is not a business date",
    ),
    ("siyu --home misspelt status", "siyu.toml: unknown setting 'bugdet'; known are"),
    ("siyu --home not_toml status", "siyu.toml: not TOML"),
    ("siyu --home nobodys status", "live_from names the channel 'poz', which nobody declares; known: standard, pos"),
    ("SIYU_TOKEN_KEY_FILE=no.key siyu --home brand daily 2026-03-08", "make it with: openssl rand -hex 32 > no.key"),
    ("siyu --home own_rules daily 2026-03-08", "word.csv: there is no seed 'word'; rename it to one of"),
]
FAILED = [
    ("siyu --home brand export --all --recipient a --out out", "nothing is published in"),
    ("siyu --home brand guard", "run a date first: siyu daily DATE"),
    ("siyu --home brand withdraw x --reason y", "nothing is published in"),
    (
        "siyu --home published stop --channel smss --reason x",
        "there is no channel 'smss', so stopping it stops nothing",
    ),
    ("siyu --home published stop --policy lost --reason x", "there is no policy 'lost', so stopping it stops nothing"),
    ("siyu --home published resume --channel sms", "channel sms is not stopped; stopped is: nothing"),
    ("siyu --home brand status", "nothing is published: deliver files to landing/, then run a date: siyu daily"),
    ("siyu --home brand explain C1", "no identity evidence in"),
    ("siyu --home published rollback", "siyu: no version before 2026-03-08-0123456789abcdef is kept in"),
    ("siyu --home published rollback 2026-01-01-nope", "version '2026-01-01-nope' is not in"),
    ("siyu --home published rollback --accept why", "siyu: --accept releases a blocked version by name"),
    ("siyu --home published refusals accept a/b/c.csv --reason mail", "a/b/c.csv is no open refusal; open are: none"),
    ("siyu --home lost status", "point it to a version that is kept: siyu rollback VERSION"),
    ("siyu --home lost digest", "point it to a version that is kept: siyu rollback VERSION"),
    ("siyu --home lost why p_1", "point it to a version that is kept: siyu rollback VERSION"),
    ("siyu --home published audit verify", "audit.jsonl and audit.head are gone, though something was published"),
    ("siyu --home torn status", "unread_refusals.parquet cannot be read (Invalid Input Error"),
    ("siyu --home torn refusals", "unread_refusals.parquet cannot be read"),
    ("siyu --home torn_run status", "last_run.json cannot be read"),
    ("siyu --home torn explain C1", "the next run writes it anew: siyu daily YYYY-MM-DD"),
    ("SIYU_LOCK_WAIT_SECONDS=0 siyu --home busy rollback", "busy is being written by process"),
]


@pytest.fixture
def places(tmp_path, monkeypatch):
    lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("line", "sentence"), WRONG_USE)
def test_wrong_use_ends_with_two_and_a_sentence_and_changes_nothing(line, sentence, places, monkeypatch, capsys):
    before = tree(places)
    code = run(line, monkeypatch)
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert sentence in said.err
    assert re.fullmatch(r"siyu: [^\n]+\n", said.err)
    assert tree(places) == before


@pytest.mark.parametrize(("line", "sentence"), FAILED)
def test_what_cannot_be_done_ends_with_one_and_a_sentence(line, sentence, places, monkeypatch, capsys):
    code = run(line, monkeypatch)
    said = capsys.readouterr()
    assert code == 1
    assert sentence in said.out + said.err


@pytest.mark.parametrize("line", [line for line, _ in FAILED if "--home brand" in line])
def test_a_folder_that_becomes_a_home_is_left_as_it_is(line, places, monkeypatch, capsys):
    before = tree(places)
    assert run(line, monkeypatch) == 1
    assert tree(places) == before
