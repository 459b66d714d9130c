# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PYTHON=/path/to/python chooses the interpreter of .venv; ARGS is handed to the playbook, or to pytest in a stage.
.DEFAULT_GOAL := help
STAGES := lint units sanity importer engine integration engine-tests molecule
STAGES += faults ansible-test-units integration-venv report newer-engine engines bench coverage
.PHONY: help venv demo demo-down test test-all test-faults test-engines clean $(STAGES)

help:
	@echo 'make demo        run the worked example on this machine     ARGS="-e webapp_busybox_port=8000"'
	@echo 'make demo-down   remove what the example made'
	@echo 'make test        all set-up, then every check, with samples of what takes long'
	@echo 'make test-all    everything that a release needs'
	@echo 'make test-faults   every request of every change, broken in every way (two hours)'
	@echo 'make test-engines  what depends on the engine, on this machine'\''s own and on newer ones'
	@echo 'make STAGE       one of: $(STAGES)'
	@echo '                 ARGS="docker_topology" picks a case, ARGS="tests/engine/ports" a path, ARGS="-k port" what has it in its name'
	@echo '                 BUDGET=all tries everything instead of a sample'
	@echo 'make bench       ours beside community.docker and Compose, as ratios       ARGS="gap" picks one of start, many, gap, names, cost, memory'
	@echo 'make clean       remove what these commands left in the checkout'

venv:
	@tests/bin/setup dev

demo:
	@tests/bin/setup run
	@tests/bin/demo webapp_busybox $(ARGS)

demo-down:
	@tests/bin/setup run
	@tests/bin/demo webapp_busybox_teardown $(ARGS)

test: venv
	@.venv/bin/python tests/run.py

test-all: venv
	@.venv/bin/python tests/run.py --all

test-faults: venv
	@FAULTS=all .venv/bin/python tests/run.py faults -- $(ARGS)

test-engines: venv
	@.venv/bin/python tests/run.py engines -- $(ARGS)

$(STAGES): venv
	@.venv/bin/python tests/run.py $@ -- $(ARGS)

clean:
	rm -rf .build .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/output
	find . -name __pycache__ -prune -exec rm -rf {} +
