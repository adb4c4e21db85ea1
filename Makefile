# The front door. `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup dev run test test-faults test-tflite check bench models clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.trial ## make ./.venv with what running needs
dev: .venv/.dev

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Passerby needs Python 3.11 to 3.13; $(PYTHON) is $$($(PYTHON) -V). Say PYTHON=python3.12, or: sudo apt install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv module here: sudo apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.trial: .venv/.python setup.cfg
	@echo 'installing what running needs into ./.venv' >&2
	@$(BIN)/pip install --quiet --editable '.[trial]' >&2
	@touch $@

.venv/.dev: .venv/.trial
	@echo 'installing what testing needs into ./.venv' >&2
	@$(BIN)/pip install --quiet --editable '.[trial,dev]' >&2
	@touch $@

run: setup ## the simulated store, all sensors, 10x; ARGS='--seed 3 --fault wifi@60s'; or CAMERA=file:clip.mp4 MODELS=folder; JSON=1
	@$(BIN)/passerby try --config $(or $(CONFIG),examples/$(if $(CAMERA),clip,store).toml) \
	  $(if $(CAMERA),--camera '$(CAMERA)') $(if $(MODELS),--models '$(MODELS)') $(if $(SPEED),--speed $(SPEED)) \
	  $(if $(JSON),--json) $(ARGS)

test: dev ## every test that this machine can run
	$(BIN)/python -m pytest $(ARGS)

# The fallback runtime exists for Python 3.11 and numpy 1 only, so it has an environment of its own.
test-tflite: .venv-tflite/.made ## the interpreter's tests on the fallback runtime (needs python3.11)
	.venv-tflite/bin/python -m pytest tests/inference $(ARGS)

.venv-tflite/.made:
	python3.11 -m venv .venv-tflite
	.venv-tflite/bin/pip install --quiet 'tflite-runtime==2.14.0' 'numpy<2' 'opencv-python-headless>=4.10,<5' 'click>=8.1,<9' 'rich>=13.9' 'imageio-ffmpeg>=0.5' pytest pytest-asyncio pytest-timeout
	@touch $@

deb: dev ## the Debian package into dist/; ARGS="--arch arm64 --release trixie" for others
	$(BIN)/python -m image.deb $(ARGS)

deb-trial: dev ## every package in dist/ (or PACKAGES=...) in a clean root of its Debian, from installation to purge; root
	$(BIN)/python -m tests.image $(or $(PACKAGES),dist/*.deb)

.PHONY: deb deb-trial sbom schema rig test-rig test-arm test-boot rig-shell rig-clean
rig: dev ## build the virtual hardware of tests/rig (cached)
	$(BIN)/python -m tests.rig build

test-rig: dev ## the tests that need hardware, on virtual hardware; ARGS goes to pytest
	$(BIN)/python -m tests.rig test $(ARGS)

test-arm: dev ## what takes minutes on the emulated arm64: both Pythons, the whole clip
	$(BIN)/python -m tests.rig outside -m minutes tests/rig $(ARGS)

test-boot: dev ## a box from power on to its first report, twice, and its slot called good; PASSERBY_BOOTS=5 for more
	$(BIN)/python -m tests.rig outside -m minutes tests/image $(ARGS)

rig-shell: dev ## a root shell beside the virtual hardware
	$(BIN)/python -m tests.rig shell

rig-clean: ## forget what the rig has built
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/passerby/rig"

bench: dev ## every measurement, or NAME=wire, as JSON
	@for name in $(or $(NAME),$$($(BIN)/python -m bench --list)); do $(BIN)/python -m bench $$name --json $(ARGS); done

models: setup ## install the models (FROM=folder on a machine without a network)
	$(BIN)/passerby models install $(if $(FROM),--from '$(FROM)')

test-faults: dev ## the long fault injection, with its table (root for disks and power)
	$(BIN)/python -m pytest -m "faults or table" tests/mqtt/faults tests/e2e $(ARGS)

check: dev ## format, lint, types, import contracts, licences, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mqtt.schema schema --check
	$(BIN)/python -m image.sbom
	$(BIN)/python -m image.audit

sbom: dev ## what a box's environment is made of (CycloneDX), and its licences
	$(BIN)/python -m image.sbom --out dist/sbom.cdx.json

schema: dev ## write schema/ anew from the event types
	$(BIN)/python -m mqtt.schema schema

clean: ## remove what was built here
	rm -rf .venv .venv-tflite build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
