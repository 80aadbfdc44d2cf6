"""dbt's ``path:`` selection, asked of one list of files instead of walking all nodes for each path.

A night names some two hundred paths. dbt compares each of them with the file of every node and with all folders above
it, twice a call: of a small night's CPU seconds a fifth (docs/decisions.md, 362).
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from dbt.graph.selector_methods import MethodName, PathSelectorMethod

_WILDCARDS: Final = frozenset("*?[")
#: The manifest that was asked last, and its nodes by file, by the yml that describes them and by every folder above.
_last: list[tuple[Any, dict[str, list[str]]]] = []


class ListedPaths(PathSelectorMethod):
    """Finds what dbt's own method finds where a path has no wildcard; asks that one where it has."""

    def search(self, included_nodes: Any, selector: str) -> Iterator[Any]:
        """Yield the ids of the included nodes in a file or a folder, relative to the project."""
        if _WILDCARDS.intersection(selector):
            yield from super().search(included_nodes, selector)
            return
        yield from (one for one in self._listed().get(str(PurePosixPath(selector)), ()) if one in included_nodes)

    def _listed(self) -> dict[str, list[str]]:
        if not _last or _last[0][0] is not self.manifest:
            places: dict[str, list[str]] = defaultdict(list)
            for unique_id, node in self.all_nodes(_Everything()):
                file = PurePosixPath(node.original_file_path)
                described = getattr(node, "patch_path", None)
                yml = [described.split("://")[1]] if described else []
                for place in {str(file), *map(str, file.parents), *yml}:
                    places[place].append(unique_id)
            _last[:] = [(self.manifest, dict(places))]
        return _last[0][1]


class _Everything(set[Any]):
    def __contains__(self, _: object) -> bool:
        return True


def install(methods: dict[Any, Any]) -> None:
    """Let dbt's selector use it."""
    methods[MethodName.Path] = ListedPaths
