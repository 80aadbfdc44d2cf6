"""Why two identifiers belong together: the shortest chain of links between them."""

from collections import deque

import pandas as pd

Node = tuple[str, str, str]


def shortest_chain(evidence: pd.DataFrame, start: Node, goal: Node) -> pd.DataFrame:
    """Return the links of the shortest chain between two identifiers, in order, or no rows where there is none.

    Parameters
    ----------
    evidence
        Table ``identity.links_evidence``: one row per link of a record (source, customer_id) with an identifier
        (id_type, id_scope, id_token), with its status, channel, file_id and line. Only links that join count.
    start, goal
        (id_type, id_scope, token); a source's record is ("customer_id", source, customer_id).

    Notes
    -----
    Breadth first; among chains of one length the first in the order of link strength, then of the evidence's keys.
    """
    joined = evidence[evidence["link_status"] == "joined"]
    order = ["link_strength", "source", "customer_id", "id_type", "id_scope", "id_token"]
    joined = joined.sort_values(order, ascending=[False] + [True] * 5, kind="stable")
    near: dict[Node, list[tuple[Node, int]]] = {}
    keys = zip(*(joined[name].tolist() for name in order[1:]), strict=True)
    for row, (source, customer_id, id_type, id_scope, token) in enumerate(keys):
        record, value = ("customer_id", source, customer_id), (id_type, id_scope, token)
        if record != value:
            near.setdefault(record, []).append((value, row))
            near.setdefault(value, []).append((record, row))
    came_by: dict[Node, tuple[Node, int] | None] = {start: None}
    waiting = deque([start] if start in near else [])
    while waiting and goal not in came_by:
        here = waiting.popleft()
        for there, row in near[here]:
            if there not in came_by:
                came_by[there] = (here, row)
                waiting.append(there)
    chain: list[int] = []
    step = came_by.get(goal)
    while step is not None:
        chain.append(step[1])
        step = came_by[step[0]]
    return joined.iloc[chain[::-1]].reset_index(drop=True)
