"""What dbt works out anew at each call, worked out once for a parse: which node stands where, and who reads whom.

A night calls dbt four times in one process and names some hundred paths. dbt compares each path with the file of every
node and all folders above it, and links and checks the whole graph at each call: of a small night's CPU seconds a third
(docs/decisions.md, 362).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from dbt.graph.selector_methods import MethodManager, MethodName, PathSelectorMethod
from dbt.task.build import BuildTask

_WILDCARDS: Final = frozenset("*?[")
_link: Final = BuildTask.compile_manifest
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


def _link_once(task: BuildTask) -> None:
    """Link the graph of a parse, or hand out that of an earlier call: only the parse goes into it."""

    def graph() -> Any:
        _link(task)
        return task.graph

    task.compiler.initialize()
    task.graph = _once("graph", task.manifest, graph)


def install() -> None:
    """Let dbt, in this process, use both."""
    MethodManager.SELECTOR_METHODS[MethodName.Path] = ListedPaths
    BuildTask.compile_manifest = _link_once
