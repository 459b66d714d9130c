# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PYTHON=/path/to/python chooses the interpreter of .venv; ARGS is handed to the playbook or to the tool of one stage.
.DEFAULT_GOAL := help
STAGES := lint units sanity importer report engine differential integration integration-system-python molecule faults
STAGES += coverage concurrency bench fidelity conflicts members ports secrets newer-engine engines
.PHONY: help venv demo demo-down test test-faults test-engines clean $(STAGES)

help:
	@echo 'make demo        run the worked example on this machine     ARGS="-e webapp_busybox_port=8000"'
	@echo 'make demo-down   remove what the example made'
	@echo 'make test        all set-up, then every check'
	@echo 'make test-faults   every request of every change, broken in every way (two hours)'
	@echo 'make test-engines  what depends on the engine, on this machine'\''s own and on newer ones'
	@echo 'make STAGE       one of: $(STAGES)'
	@echo '                 ARGS="docker_topology" picks an integration target, and so on'
	@echo 'make bench       ours beside others, as ratios       ARGS="gap" picks from gap, names, start, cost, many, memory'
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

test-faults: venv
	@FAULTS=all .venv/bin/python tests/run.py faults -- $(ARGS)

test-engines: venv
	@.venv/bin/python tests/run.py engines -- $(ARGS)

$(STAGES): venv
	@.venv/bin/python tests/run.py $@ -- $(ARGS)

clean:
	rm -rf .build .venv .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/output
	find . -name __pycache__ -prune -exec rm -rf {} +
