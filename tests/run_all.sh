#!/usr/bin/env bash
# The checks of `make test`, in the order in which they fail fastest. With `lint`, only those that run nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(dirname "${PYTHON:-.venv/bin/python}")

step() {
    local started=$SECONDS
    echo "== $1"
    shift
    "$@"
    echo "   $((SECONDS - started)) s"
}

step "ruff: style and docstrings" "$bin/ruff" check --quiet .
step "ruff: format" "$bin/ruff" format --quiet --check .
step "import-linter: direction" "$bin/lint-imports" --no-cache
step "mypy: strict" "$bin/mypy"
step "sqlfluff: SQL" "$bin/sqlfluff" lint --processes 2 --disable-progress-bar dbt_project
[ "${1:-}" = lint ] && exit 0
step "pytest: facts about the business, dbt unit tests, journeys" "$bin/python" -m pytest
