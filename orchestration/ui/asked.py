"""What is asked of the page, and why it is refused: rules over headers and a GraphQL text, without a server."""

import dataclasses
import json
from typing import Any, Final

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

from orchestration.ui.sessions import Role

GRAPHQL: Final = "/graphql"
_READS: Final = frozenset({"GET", "HEAD"})
#: Below these a page that does not come from us may neither show nor read anything of ours.
_FOREIGN: Final = frozenset({"cross-site", "same-site"})


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An HTTP status and a sentence for whoever asked."""

    status: int
    why: str


@dataclasses.dataclass(frozen=True)
class Asked:
    """A request or a websocket, as far as the rules look at it; ``headers`` keep every line by lower-case name."""

    method: str
    path: str
    query: str
    headers: dict[str, list[str]]
    is_websocket: bool = False

    def one(self, name: str) -> str | None:
        """Return a header that may be sent once; an empty text where it came twice, None where it did not come."""
        values = self.headers.get(name, [])
        return values[0] if len(values) == 1 else ("" if values else None)

    @property
    def is_graphql(self) -> bool:
        """Whether GraphQL answers here, however the path is written."""
        return "/" + "/".join(part for part in self.path.split("/") if part) == GRAPHQL

    @property
    def is_page(self) -> bool:
        """Whether a person's browser opens a page here."""
        return self.method == "GET" and not self.is_websocket and "text/html" in (self.one("accept") or "")


def refused_by_origin(asked: Asked, origins: dict[str, str]) -> Refusal | None:
    """Refuse what does not come from the page itself.

    Parameters
    ----------
    asked
        The request.
    origins
        Host names under which the page is served, with the origin of the page of each.
    """
    host = asked.one("host")
    if host not in origins:
        return Refusal(421, "this page is not served under that name; open it as siyu ui prints it")
    origin = asked.one("origin")
    if origin is not None and origin != origins[host]:
        return Refusal(403, "another page asked for this; open the page itself")
    if asked.is_websocket:
        return None if origin else Refusal(403, "a websocket opens from the page alone")
    if asked.method not in {*_READS, "POST"}:
        return Refusal(405, "the page takes GET and POST")
    site, mode = asked.one("sec-fetch-site"), asked.one("sec-fetch-mode")
    if site in _FOREIGN and not (asked.method == "GET" and mode == "navigate"):
        return Refusal(403, "another page asked for this; open the page itself")
    if asked.is_graphql and asked.method != "POST" and asked.query:
        return Refusal(405, "GraphQL is asked by POST")
    if asked.method == "POST" and asked.is_graphql:
        kind = (asked.one("content-type") or "").split(";")[0].strip().lower()
        if kind != "application/json":
            return Refusal(415, "GraphQL is asked in application/json")
    return None


def refused_change(asked: Asked, body: bytes, role: Role, is_token_shown: bool) -> Refusal | None:
    """Refuse a change that somebody may not make, or that does not come from the page.

    Parameters
    ----------
    asked
        A POST that :func:`refused_by_origin` let through.
    body
        What it sends.
    role
        Who asks.
    is_token_shown
        Whether the request itself carries a token, which no foreign page could make a browser send.
    """
    if asked.is_graphql and not changes(body):
        return None
    if role is Role.VIEWER:
        return Refusal(403, "viewers change nothing here")
    if asked.one("origin") is None and not is_token_shown:
        return Refusal(403, "changes are made from the page itself, or by a program that shows a token")
    return None


def changes(body: bytes) -> bool:
    """Return whether a GraphQL request may change something: one that cannot be read is taken to."""
    try:
        said: Any = json.loads(body)
        document = parse(said["query"])
    except (ValueError, TypeError, KeyError, GraphQLError, RecursionError):
        return True
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return any(node.operation is not OperationType.QUERY for node in operations)
