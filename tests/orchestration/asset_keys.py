"""Prints the asset keys of the project, one a line: python -m tests.orchestration.asset_keys."""

from orchestration.definitions import definitions

if __name__ == "__main__":
    graph = definitions.resolve_asset_graph()
    keys = (key for key in graph.get_all_asset_keys() if graph.get(key).is_materializable)
    print("\n".join(sorted(key.to_user_string() for key in keys)))
