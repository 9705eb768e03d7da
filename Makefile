# `make` alone prints this help.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
PYTHON ?= python3
export PORT ?= 8000
export HELPCENTER_DATA ?= var
# Material announces its end of life on every build: decisions/0002 says what our way out is.
export NO_MKDOCS_2_WARNING := 1
# The tests start Python hundreds of times: what is compiled once is kept, whatever the machine prefers.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
SITE_SOURCES := mkdocs.yml $(shell find docs overrides widget -type f -not -name '*.pyc' 2>/dev/null)

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

##@ See it
run: .venv/run.stamp site/built.stamp ## serve the help centre with demo data (PORT, HELPCENTER_DATA)
	@$(BIN)/widget demo

docs: site/built.stamp ## build the site

##@ Prove it
check: format-check lint types imports audit test screens-fresh translations-shown ## everything that decides a change

test: .venv/dev.stamp site/built.stamp ## all tests; installs what they need
	@scripts/browser
	@scripts/provider
	@scripts/proxy
	@# Only what Playwright itself could not do on a starved machine is tried again; what a test asserts never is.
	$(BIN)/pytest -n auto --dist loadfile --reruns 2 --only-rerun '^(Timeout)?Error: (Page|Frame|Locator|Timeout)\b'

bench: .venv/dev.stamp site/built.stamp ## measured comparisons, as a table (BENCH="page server" for some)
	@scripts/browser
	@scripts/provider
	$(BIN)/python -m bench $(BENCH)

drill: .venv/dev.stamp site/built.stamp ## what no crash, outage or clock may do, as a table (half an hour; DRILL="kills power" for some)
	$(BIN)/python -m drills $(DRILL)

audit: .venv/dev.stamp ## known faults in what is locked
	@scripts/audit $(BIN)/python

sbom: .venv/dev.stamp ## the bill of materials of a release (CycloneDX)
	@scripts/sbom

##@ Work on it
setup: .venv/dev.stamp ## the environment, with what development needs

fmt: .venv/dev.stamp ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check: .venv/dev.stamp
	$(BIN)/ruff format --check .

lint: .venv/dev.stamp
	$(BIN)/ruff check .

types: .venv/dev.stamp
	$(BIN)/mypy

imports: .venv/dev.stamp
	$(BIN)/lint-imports

screens: .venv/dev.stamp site/built.stamp ## take the articles' pictures of the widget anew
	@scripts/browser
	$(BIN)/python -m tests.browser.screens

screens-fresh: .venv/dev.stamp
	@$(BIN)/python -m widget.helpcentre.screens

translations: .venv/dev.stamp ## which translations are not current; REVIEWED="en/cancel …" marks some as reviewed
	@$(BIN)/python -m widget.helpcentre.translations $(REVIEWED)

translations-shown: .venv/dev.stamp
	@$(BIN)/python -m widget.helpcentre.translations || true

screenshot: .venv/dev.stamp site/built.stamp ## take the README's picture anew
	@scripts/browser
	$(BIN)/python -m tests.browser.screenshot

permalinks: .venv/dev.stamp ## add the addresses of new articles and sections to docs/published.txt
	@$(BIN)/python -m widget.helpcentre.permalinks docs

lock: ## renew the lock files (needs uv)
	uv pip compile --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --group release -o requirements-release.lock

clean: ## remove what was built and installed, keep the data
	rm -rf .venv site site.new site.old

.venv/run.stamp: requirements.lock pyproject.toml
	scripts/environment requirements.lock
	touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml
	scripts/environment requirements-dev.lock
	touch $@ .venv/run.stamp

site/built.stamp: $(SITE_SOURCES) .venv/figures | .venv/run.stamp
	@rm -rf site.new site.old
	$(BIN)/mkdocs build --strict --site-dir site.new
	@touch site.new/built.stamp
	@# What is served while it is built stays whole: the folders change places at the end.
	@if [ -e site ]; then mv site site.old; fi && mv site.new site && rm -rf site.old

# The articles show the policy and the price book in force, and lead to the service's address: on the day that another
# version is in force, or for another address (HELPCENTER_SERVICE, SITE_URL), they are built anew.
.venv/figures: always | .venv/run.stamp
	@$(BIN)/python -m widget.helpcentre.build_day >$@.now
	@cmp -s $@.now $@ || cp $@.now $@

.PHONY: always permalinks translations translations-shown screens screens-fresh help run docs check test bench drill audit sbom setup fmt format-check lint types imports screenshot lock clean
