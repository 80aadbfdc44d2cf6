"""What dbt works out anew at each call, node or word, worked out once: where nodes stand, who reads whom, the macros.

A night calls dbt four times in one process and names some hundred paths. dbt compares each path with the file of every
node and all folders above it, and links and checks the whole graph at each call: of a small night's CPU seconds a third
(docs/decisions.md, 362). For every node it gathers its 650 macros twice, one by one, and it words every event for a log
that takes warnings alone.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, Final

import sqlparse
from agate import TypeTester  # type: ignore[import-untyped]
from dbt import compilation
from dbt.clients.jinja import MacroGenerator
from dbt.compilation import Linker
from dbt.context.configured import ConfiguredContext
from dbt.context.macro_resolver import TestMacroNamespace
from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
from dbt.context.manifest import ManifestContext
from dbt.graph.graph import Graph
from dbt.graph.selector_methods import MethodManager, MethodName, PathSelectorMethod
from dbt.task.build import BuildTask
from dbt.tracking import track_behavior_change_warn
from dbt_common.clients import agate_helper
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.logger import PRINT_EVENT_NAMES, _log_level_map, _Logger
from networkx import is_directed_acyclic_graph
from sqlparse.sql import Statement, Token
from sqlparse.tokens import Keyword, Other, Whitespace

from orchestration.dbt_templates import compile_once

_WILDCARDS: Final = frozenset("*?[")
#: Blank lines and comments, ``with``, and all that follows it.
_BEGINS_WITH: Final = re.compile(
    r"(?P<before>(?:\s|--[^\n]*\n|/\*(?:(?!\*/).)*\*/)*)(?P<with>with)(?P<space>\s+)(?!recursive\b|--|/\*)(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
#: What stands here in dbt itself.
OF_DBT: Final[dict[str, Callable[..., Any]]] = {
    "compile_manifest": BuildTask.compile_manifest,
    "find_cycles": Linker.find_cycles,
    "compile": MacroFuzzEnvironment.compile,
    "select_parents": Graph.select_parents,
    "say": BaseEvent.__init__,
    "parse": sqlparse.parse,
    "build_namespace": MacroNamespaceBuilder.build_namespace,
    "to_dict": ManifestContext.to_dict,
    "write_line": _Logger.write_line,
    "fire_event": EventManager.fire_event,
    "build_type_tester": agate_helper.build_type_tester,
}
#: Events that say how dbt gets on: nothing but a log or a listener takes them.
_SMALL_TALK: Final = frozenset({EventLevel.DEBUG, EventLevel.TEST, EventLevel.INFO})
#: What was found of the parse that was asked last. A parse is known by being the same object.
_found: Final[dict[str, tuple[Any, Any]]] = {}


def _once(what: str, parse: Any, find: Callable[[], Any]) -> Any:
    if what not in _found or _found[what][0] is not parse:
        _found[what] = parse, find()
    return _found[what][1]


def _places(parse: Any) -> dict[str, list[str]]:
    """Return the ids of all nodes by file, by the yml that describes them and by every folder above the file."""
    places: dict[str, list[str]] = defaultdict(list)
    for unique_id, node in PathSelectorMethod(parse, None, []).all_nodes(_Everything()):
        file, described = PurePosixPath(node.original_file_path), getattr(node, "patch_path", None)
        yml = [described.split("://")[1]] if described else []
        for place in {str(file), *map(str, file.parents), *yml}:
            places[place].append(unique_id)
    return dict(places)


class _Everything(set[Any]):
    def __contains__(self, _: object) -> bool:
        return True


class ListedPaths(PathSelectorMethod):
    """Finds what dbt's own method finds where a path has no wildcard; asks that one where it has."""

    def search(self, included_nodes: Any, selector: str) -> Iterator[Any]:
        """Yield the ids of the included nodes in a file or a folder, relative to the project."""
        if _WILDCARDS.intersection(selector):
            yield from super().search(included_nodes, selector)
            return
        listed = _once("places", self.manifest, lambda: _places(self.manifest)).get(str(PurePosixPath(selector)), ())
        yield from (one for one in listed if one in included_nodes)


def _link_once(task: Any) -> None:
    """Link the graph of a parse, or hand out that of an earlier call: only the parse goes into it."""

    def graph() -> Any:
        OF_DBT["compile_manifest"](task)
        return task.graph

    task.compiler.initialize()
    task.graph = _once("graph", task.manifest, graph)


def _find_cycles(linker: Any) -> Any:
    """Let dbt look for a circle among the nodes where there is one: it walks every edge for that."""
    return None if is_directed_acyclic_graph(linker.graph) else OF_DBT["find_cycles"](linker)


def _select_parents(graph: Graph, selected: set[Any], max_depth: int | None = None) -> set[Any]:
    """Return all ancestors of some nodes: walked up to once for each node, where dbt does for every model named."""
    if max_depth is not None:
        found: set[Any] = OF_DBT["select_parents"](graph, selected, max_depth)
        return found
    known: dict[Any, set[Any]] = graph.__dict__.setdefault("_ancestors", {})
    for node in selected:
        if node not in known:
            known[node] = OF_DBT["select_parents"](graph, {node})
    return set().union(*(known[node] for node in selected))


def _parse_flat(sql: str) -> Any:
    """Return the words of a query that begins with ``with``; of any other what sqlparse says, groups within groups.

    dbt looks for the first ``with`` outside all brackets, to put the queries of ephemeral models there: what comes
    after it is one word where it is one statement and no recursive one.
    """
    if (plain := _BEGINS_WITH.fullmatch(sql)) and ";" not in plain["rest"]:
        parts = (
            (Whitespace, plain["before"]),
            (Keyword, plain["with"]),
            (Whitespace, plain["space"]),
            (Other, plain["rest"]),
        )
        return (Statement([Token(*part) for part in parts if part[1]]),)  # type: ignore[no-untyped-call]
    flat = tuple(sqlparse.engine.FilterStack().run(sql))  # type: ignore[no-untyped-call]
    first = flat[0].token_first(skip_ws=True, skip_cm=True) if flat else None
    return flat if first is not None and first.normalized == "WITH" else OF_DBT["parse"](sql)


def _generator(macro: Any, ctx: dict[str, Any], builder: MacroNamespaceBuilder) -> MacroGenerator:
    """Return what ``MacroGenerator(macro, ctx, node, stack)`` does, for a quarter of it: a night makes a million."""
    made = MacroGenerator.__new__(MacroGenerator)
    made.__dict__ = {"context": ctx, "macro": macro, "node": builder.node, "stack": builder.thread_ctx}
    return made


def _gather(builder: MacroNamespaceBuilder, macros: dict[str, dict[str, Any]], ctx: dict[str, Any]) -> MacroNamespace:
    """Put the macros of each package where dbt puts them one by one."""
    for package, named in macros.items():
        made = {name: _generator(macro, ctx, builder) for name, macro in named.items()}
        if package in builder.internal_package_names:
            builder.internal_packages[package] = made
            continue
        builder.packages[package] = made
        if package == builder.search_package:
            builder.locals.update(made)
        elif package == builder.root_package:
            builder.globals.update(made)
    gathered: MacroNamespace = OF_DBT["build_namespace"](builder, {}, ctx)
    return gathered


@functools.cache
def _types(empty_is_null: bool) -> list[Any]:
    strings = ("null", "") if empty_is_null else ()
    found: list[Any] = OF_DBT["build_type_tester"]((), strings)._possible_types
    return found


def _type_tester(text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")) -> TypeTester:
    """Return dbt's judge of the types of an answer's columns; what it judges by is made once, a calendar among it."""
    types = _types(empty_is_null=bool(string_null_values))
    return TypeTester(force=dict.fromkeys(text_columns, types[-1]), types=types)


def by_name(namespace: MacroNamespace) -> dict[str, Any]:
    """Return the macros by name; where two have one name, that of the namespace asked first."""
    named: dict[str, Any] = {}
    for found in reversed(list(namespace._search_order())):
        named.update(found)
    return named


def _with_macros(context: Any) -> dict[str, Any]:
    if isinstance(context.namespace, TestMacroNamespace):
        said: dict[str, Any] = OF_DBT["to_dict"](context)
        return said
    # in its place, for every macro holds this dict and finds the others in it
    said = ConfiguredContext.to_dict(context)
    said.update(by_name(context.namespace))
    return said


def heard_by(*names: str) -> Callable[[Any], Any]:
    """Mark a listener to dbt's events as one that hears only some of them, by name."""

    def mark(listener: Any) -> Any:
        listener.hears = frozenset(names)
        return listener

    return mark


def _is_taken(logger: _Logger, name: str, level: EventLevel) -> bool:
    taker = logger._python_logger
    return taker is None or taker.isEnabledFor(_log_level_map[EventLevel.ERROR if name in PRINT_EVENT_NAMES else level])


def _write_if_taken(logger: _Logger, message: Any) -> None:
    if _is_taken(logger, message.info.name, EventLevel(message.info.level)):
        OF_DBT["write_line"](logger, message)


def _fire_if_taken(
    manager: EventManager,
    e: BaseEvent,
    level: EventLevel | None = None,
    node: Any = None,
    force_warn_or_error_handling: bool = False,
) -> None:
    """Let an event be worded where a log or a listener takes it."""
    name, said = type(e).__name__, level or e.level_tag()
    if (
        force_warn_or_error_handling
        or said not in _SMALL_TALK
        or any(name in getattr(one, "hears", (name,)) for one in manager.callbacks)
        or any(_is_taken(logger, name, said) for logger in manager.loggers)
    ):
        OF_DBT["fire_event"](manager, e, level, node, force_warn_or_error_handling)


def _say_later(event: BaseEvent, *words: Any, **named: Any) -> None:
    """Keep what an event is told; it becomes a message when somebody reads it, and of 20 events nobody reads 19."""
    vars(event)["_told"] = words, named


def _message(event: BaseEvent) -> Any:
    if "_message" not in vars(event):
        words, named = vars(event)["_told"]
        OF_DBT["say"](event, *words, **named)
    return vars(event)["_message"]


def _put_message(event: BaseEvent, message: Any) -> None:
    vars(event)["_message"] = message


def install() -> None:
    """Let dbt, in this process, use all of them."""
    MethodManager.SELECTOR_METHODS[MethodName.Path] = ListedPaths
    instead: list[tuple[Any, str, Any]] = [
        (BuildTask, "compile_manifest", _link_once),
        (Linker, "find_cycles", _find_cycles),
        (MacroFuzzEnvironment, "compile", compile_once(OF_DBT["compile"])),
        (MacroNamespaceBuilder, "build_namespace", _gather),
        (ManifestContext, "to_dict", _with_macros),
        (_Logger, "write_line", _write_if_taken),
        (EventManager, "fire_event", _fire_if_taken),
        (Graph, "select_parents", _select_parents),
        (compilation, "sqlparse", SimpleNamespace(**vars(sqlparse) | {"parse": _parse_flat})),
        (agate_helper, "build_type_tester", _type_tester),
        (BaseEvent, "__init__", _say_later),
        (BaseEvent, "pb_msg", property(_message, _put_message)),
    ]
    for owner, name, own in instead:
        setattr(owner, name, own)
    heard_by("BehaviorChangeEvent")(track_behavior_change_warn)
