"""What is worked out once for dbt is what dbt works out: paths, ancestors, templates, macros, what its log takes."""

import json
import shutil
from pathlib import PurePosixPath
from types import SimpleNamespace

import networkx
import pytest
import sqlparse
from dbt.cli.main import dbtRunner
from dbt.clients.jinja import MacroGenerator, MacroStack
from dbt.compilation import InjectedCTE, Linker, inject_ctes_into_sql
from dbt.context.configured import ConfiguredContext
from dbt.context.macros import MacroNamespaceBuilder
from dbt.graph.graph import Graph
from dbt.graph.selector_methods import PathSelectorMethod
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import get_environment
from dbt_common.events.types import Note

from orchestration import dbt_shortcuts, dbt_templates
from orchestration.dbt_calls import PROJECT
from orchestration.dbt_graph import nodes
from orchestration.dbt_shortcuts import ListedPaths


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parse")
    shutil.copy2(PROJECT / "target" / "partial_parse.msgpack", folder)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(folder)]
    return dbtRunner().invoke(["--quiet", "--log-level-file", "none", "--no-write-json", "parse", *where]).result


def _both(parse, path):
    everything = {*parse.nodes, *parse.sources, *parse.exposures, *parse.unit_tests}
    return [set(method(parse, None, []).search(everything, path)) for method in (ListedPaths, PathSelectorMethod)]


def test_a_path_of_the_project_is_what_dbt_says_it_is(parse, monkeypatch):
    monkeypatch.chdir(PROJECT)
    files = [PurePosixPath(node["original_file_path"]) for node in nodes().values()]
    folders = sorted({folder for file in files for folder in file.parents} - {PurePosixPath()})
    one, described = "models/people/profile/owners.sql", "models/people/profile/_profile.yml"
    assert len(folders) > 20
    for path in [*map(str, folders), one, described, "models/people/", "models/peop*", "models/nowhere"]:
        found, of_dbt = _both(parse, path)
        assert (path, found) == (path, of_dbt)
    assert _both(parse, one)[0] >= {"model.siyu.owners"}
    assert _both(parse, "models/nowhere")[0] == set()


def test_only_what_may_be_selected_is_found(parse):
    found = set(ListedPaths(parse, None, []).search({"model.siyu.owners"}, "models/people/profile"))
    assert found == {"model.siyu.owners"}


def _namespace(parse, gather, search_package, context=None):
    builder = MacroNamespaceBuilder("siyu", search_package, MacroStack(), ["dbt_duckdb", "dbt"])
    return gather(builder, parse.get_macros_by_package(), {} if context is None else context)


def _by_name(namespace):
    return {
        name: {inner: one.macro.unique_id for inner, one in macro.items()}
        if isinstance(macro, dict)
        else macro.macro.unique_id
        for name, macro in namespace.items()
    }


@pytest.mark.parametrize("package", ["siyu", "dbt", "dbt_duckdb"])
def test_a_node_reads_the_macros_that_dbt_gives_it(parse, package):
    of_dbt = _namespace(parse, dbt_shortcuts.OF_DBT["build_namespace"], package)
    ours = _namespace(parse, dbt_shortcuts._gather, package)
    assert _by_name(ours) == _by_name(of_dbt)
    for whose, name in (("siyu", "dates_of"), ("dbt", "statement"), (None, "dates_of"), (None, "statement")):
        assert ours.get_from_package(whose, name).macro is of_dbt.get_from_package(whose, name).macro
    assert dbt_shortcuts.by_name(ours) == dict(ours.items())


def test_a_macro_finds_the_others_in_the_context_that_it_is_handed_out_in(parse):
    """What is handed out holds every macro, and every macro holds it: the next one is called from there."""

    class Node(ConfiguredContext):
        def __init__(self):
            super().__init__(SimpleNamespace(project_name="siyu", cli_vars={}, to_target_dict=dict))
            self.namespace = _namespace(parse, dbt_shortcuts._gather, "siyu", self._ctx)

    handed_out = dbt_shortcuts._with_macros(Node())
    assert handed_out["statement"].context is handed_out["siyu"]["dates_of"].context is handed_out
    assert {"statement", "dates_of", "env_var"} <= set(handed_out)


def test_a_log_of_warnings_holds_the_warning_and_no_small_talk_and_a_listener_hears_its_own(tmp_path):
    """A model that selects nothing is warned of; everything else that dbt says on the way is small talk."""
    heard, all_heard = [], []
    listener = dbt_shortcuts.heard_by("MainReportVersion")(lambda event: heard.append(event.info.name))
    dbt_shortcuts.install()
    shutil.copy2(PROJECT / "target" / "partial_parse.msgpack", tmp_path)
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(tmp_path)]
    quiet = ["--no-write-json", "--log-level", "none", "--log-level-file", "warn", "--log-path", str(tmp_path)]
    command = [*quiet, "list", "--select", "path:models/nowhere", *where]
    dbtRunner(callbacks=[listener]).invoke(command)
    said = (tmp_path / "dbt.log").read_text(encoding="utf-8").splitlines()
    assert any("does not match any enabled nodes" in line for line in said)
    assert [line for line in said if "[info " in line or "[debug" in line] == []
    assert heard[0] == "MainReportVersion"
    assert len(heard) == 1 + sum("[warn " in line for line in said)  # a warning reaches every listener
    dbtRunner(callbacks=[lambda event: all_heard.append(event.info.name)]).invoke(command)
    assert len(set(all_heard)) > len(set(heard)) + 5


@pytest.fixture(scope="module")
def linked(parse):
    linker = Linker()
    linker.link_graph(parse)
    return linker


def test_every_nodes_ancestors_are_those_that_dbt_finds(linked):
    ours, of_dbt = Graph(linked.graph), Graph(linked.graph)
    for node in linked.graph:
        found = dbt_shortcuts._select_parents(ours, {node})
        assert (node, found) == (node, dbt_shortcuts.OF_DBT["select_parents"](of_dbt, {node}))
    two = {"model.siyu.owners", "model.siyu.friendships"}
    assert dbt_shortcuts._select_parents(ours, two) == dbt_shortcuts.OF_DBT["select_parents"](of_dbt, two)
    nearest = dbt_shortcuts._select_parents(ours, two, 1)
    assert nearest == {parent for node in two for parent in linked.graph.predecessors(node)}


def test_models_that_read_one_another_in_a_circle_are_named(linked):
    assert dbt_shortcuts._find_cycles(linked) is None
    circle = Linker()
    circle.graph = networkx.DiGraph([("model.siyu.a", "model.siyu.b"), ("model.siyu.b", "model.siyu.a")])
    assert dbt_shortcuts._find_cycles(circle) == "model.siyu.a --> model.siyu.b"


def test_an_event_says_what_it_was_told_when_it_is_read():
    dbt_shortcuts.install()
    event = Note(msg="three orders")
    assert "_message" not in vars(event)
    assert event.msg == event.message() == "three orders" and event.to_dict() == {"msg": "three orders"}
    event.msg = "four"
    assert event.pb_msg.msg == "four"


def test_the_python_kept_of_a_template_is_the_one_that_jinja_writes(parse):
    environment = get_environment()
    kept = json.loads(dbt_templates.KEPT.read_text(encoding="utf-8"))
    macros = {one.macro_sql for one in parse.macros.values()}
    models = {one.raw_code for one in parse.nodes.values() if one.resource_type == "model" and one.language == "sql"}
    for text in macros | models:
        assert dbt_templates.key_of("MacroFuzzEnvironment", text) in kept, text[:200]
    for text in sorted(macros | models)[::25]:
        written = dbt_shortcuts.OF_DBT["compile"](environment, text, raw=True)
        assert kept[dbt_templates.key_of("MacroFuzzEnvironment", text)] == written


def test_a_template_that_is_not_kept_is_translated_and_one_of_other_libraries_is_not_taken(monkeypatch):
    asked = []

    def of_jinja(environment, source, **options):
        asked.append(source)
        return dbt_shortcuts.OF_DBT["compile"](environment, source, **options)

    compile_template = dbt_templates.compile_once(of_jinja)
    environment, text = get_environment(), "select {{ 1 + 1 }} -- said in no model"
    for _ in range(2):
        template = environment.template_class.from_code(environment, compile_template(environment, text), {})
        assert template.render({}) == "select 2 -- said in no model"
    assert asked == [text]
    before = dbt_templates.key_of("MacroFuzzEnvironment", text)
    monkeypatch.setattr(dbt_templates, "_BY", ("jinja2 4.0", "dbt-common 9"))
    assert dbt_templates.key_of("MacroFuzzEnvironment", text) != before


@pytest.mark.parametrize(
    "sql",
    [
        "with buyers as (select 1 as n) select n from buyers",
        "-- who bought\n/* with care */ WITH buyers as (with a as (select 1 n) select n from a)\nselect n from buyers",
        "with recursive days as (select 1 as n union all select n + 1 from days where n < 3) select n from days",
        "select n from (with buyers as (select 1 as n) select n from buyers) as inner_one",
        "\n\n  with\n-- of each buyer\nbuyers as (select 1 as n) select n from buyers\n",
        "with a as (select ';' as mark) select mark from a",
        "/* a */ with a as (select 1 as n) select n from a;",
        "with_a as (select 1)",
        "-- no with at all\nselect 'with' as word, 1 as n",
        "(select 1 as n)",
    ],
)
def test_an_ephemeral_parent_is_put_where_dbt_puts_it(sql, monkeypatch):
    parents = [InjectedCTE(id="model.siyu.a", sql=" __dbt__cte__a as (select 1)")]
    put = []
    for parse_sql in (dbt_shortcuts.OF_DBT["parse"], dbt_shortcuts._parse_flat):
        monkeypatch.setattr(
            dbt_shortcuts.compilation,
            "sqlparse",
            SimpleNamespace(sql=sqlparse.sql, tokens=sqlparse.tokens, parse=parse_sql),
        )
        put.append(inject_ctes_into_sql(sql, parents))
    assert put[0] == put[1] and "__dbt__cte__a" in put[0]


@pytest.mark.parametrize("text_columns", [None, set(), {"word", "day"}])
def test_an_answer_has_the_types_that_dbt_gives_it(text_columns, monkeypatch):
    rows = [["null", 1, "1.50", "2026-03-10", "2026-03-10 09:00:00", "true"], ["", 2, None, None, None, "false"]]
    names = ["word", "n", "money", "day", "at", "is_new"]
    told = []
    for of in (dbt_shortcuts.OF_DBT["build_type_tester"], dbt_shortcuts._type_tester):
        monkeypatch.setattr(agate_helper, "build_type_tester", of)
        table = agate_helper.table_from_rows(rows, names, text_columns)
        told.append(([type(kind).__name__ for kind in table.column_types], [tuple(row) for row in table.rows]))
    assert told[0] == told[1]


def test_a_macro_is_handed_out_as_dbt_makes_it(parse):
    macro = next(iter(parse.macros.values()))
    builder = SimpleNamespace(node="a node", thread_ctx="a stack")
    mine = dbt_shortcuts._generator(macro, {"a": 1}, builder)
    assert vars(mine) == vars(MacroGenerator(macro, {"a": 1}, "a node", "a stack"))
