# Everything starts here. Each target sets up .venv from requirements.lock the first time and skips that afterwards.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: spark-setup test-spark run test mornings ui daily backfill bench lint mutants oracle worlds faults setup manifest

run: setup
	@$(BIN)/siyu run $(if $(WORLD),--world "$(WORLD)") $(if $(BRAND),--brand "$(BRAND)")
	@$(BIN)/python -m benchmarks.thirty_customers --check

test: setup manifest
	@PYTHON=$(BIN)/python bash tests/run_all.sh

# A demo that was run goes on, a morning at a time: export, answers, landing, night.
mornings: setup
	@$(BIN)/python -m demo.mornings $(or $(N),1)

ui: setup
	@$(BIN)/siyu ui

daily: setup
	@$(BIN)/siyu daily "$(AS_OF)"

backfill: setup
	@$(BIN)/siyu backfill "$(FROM)" "$(TO)"

bench: setup manifest
	@$(BIN)/python -m benchmarks

# Both halves say their verdict, whatever the first one's is.
mutants: setup manifest
	@result=0; \
	$(BIN)/python -m tests.mutants $(COUNT) $(SEED) || result=1; \
	$(BIN)/python -m tests.mutants --python $(COUNT) $(SEED) || result=1; \
	exit $$result

oracle: setup manifest
	@$(BIN)/python -m tests.oracle --seeds $(or $(SEEDS),1-10)

worlds: setup manifest
	@$(BIN)/python -m tests.consent_worlds --worlds $(or $(WORLDS),1000) --seed $(or $(SEED),1)

# Goes on where it was interrupted: each trial leaves a file in .siyu/faults.
faults: setup manifest
	@$(BIN)/python -m tests.faults $(if $(ONLY),--only $(ONLY)) $(if $(COUNT),--count $(COUNT)) $(if $(MINUTES),--minutes $(MINUTES))

lint: setup
	@PYTHON=$(BIN)/python bash tests/run_all.sh lint

# A line every five seconds for as long as the recipe's shell lives; started by the recipe that says what it does.
TICK = started=$$(date +%s); ( while sleep 5 >/dev/null; do echo "       $$(( $$(date +%s) - started )) s"; done ) & tick=$$!; trap 'kill $$tick' EXIT

setup: $(VENV)/.installed

# Hash-locked, and compiled when first imported, as a third of it ever is; the checkout itself is installed editable so that Dagster's code location finds its siblings.
$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "setup: virtual environment and hash-locked requirements (once, about a minute and a half)"
	@$(TICK); \
	$(PYTHON) -m venv $(VENV) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary :all: -r requirements.lock && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
	touch $@ && echo "setup: done in $$(( $$(date +%s) - started )) s"

# Spark's environment stands beside the other: the same locked packages and six more, of which pyspark is built here.
SPARK_VENV := .venv-spark

spark-setup: $(SPARK_VENV)/.installed

$(SPARK_VENV)/.installed: requirements-spark.lock pyproject.toml
	@echo "spark-setup: virtual environment of the models on Spark (once, about four minutes; needs Java 17)"
	@$(TICK); \
	$(PYTHON) -m venv $(SPARK_VENV) && \
	$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary pyspark -r requirements-spark.lock && \
	$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . && \
	touch $@ && echo "spark-setup: done in $$(( $$(date +%s) - started )) s"

test-spark: spark-setup
	@$(SPARK_VENV)/bin/python -m orchestration.own_manifest
	@$(SPARK_VENV)/bin/python -m tests.spark $(if $(ONLY),--only $(ONLY)) $(if $(KEPT),--home $(KEPT))

# Made only where it is missing or older than what it is read from; siyu asks for it by itself.
manifest: setup
	@$(BIN)/python -m orchestration.own_manifest
