#!/usr/bin/env bash
# The checks of `make test`, in the order in which they fail fastest. With `lint`, only those that run nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(dirname "${PYTHON:-.venv/bin/python}")

# A line every few seconds while a step runs, so that nobody wonders whether it hangs.
tick() {
    while sleep "$1" > /dev/null; do echo "   $((SECONDS - started)) s"; done
}

step() {
    started=$SECONDS
    echo "== $2"
    tick "$1" &
    local ticking=$! result=0
    shift 2
    "$@" || result=$?
    kill $ticking
    wait $ticking 2> /dev/null || true
    echo "   done in $((SECONDS - started)) s"
    return $result
}

# Two at once, for mypy keeps one core alone; both say what they found.
types_and_sql() {
    local result=0
    "$bin/mypy" &
    local types=$!
    "$bin/sqlfluff" lint --processes 2 --disable-progress-bar dbt_project || result=$?
    wait $types || result=$?
    return $result
}

step 5 "ruff: style and docstrings" "$bin/ruff" check --quiet .
step 5 "ruff: format" "$bin/ruff" format --quiet --check .
step 5 "import-linter: direction" "$bin/lint-imports" --no-cache
step 5 "mypy: strict, and beside it sqlfluff: SQL" types_and_sql
[ "${1:-}" = lint ] && exit 0
step 20 "pytest: facts about the business, dbt unit tests, journeys" "$bin/python" -m pytest
