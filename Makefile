# Everything that one does with Darkroom, as one word each. `make` alone lists the words.

PYTHON := functions/venv/bin/python
STACK  := $(PYTHON) tools/stack.py
UV     := .local/uv/bin/uv

# Commands for the operator run beside a local stack; with PROJECT=… they mean that deployed project instead.
ifdef PROJECT
NO_EMULATOR := $(foreach name,FIRESTORE FIREBASE_AUTH CLOUD_TASKS STORAGE,-u $(name)_EMULATOR_HOST)
# Settings are checked as in a function, so the secret has to be there.
PEPPER := API_KEY_PEPPER="$${API_KEY_PEPPER:-$$(gcloud secrets versions access latest --secret=API_KEY_PEPPER --project=$(PROJECT))}"
OPERATE := $(PEPPER) env $(NO_EMULATOR) GOOGLE_CLOUD_PROJECT=$(PROJECT) GCLOUD_PROJECT=$(PROJECT) $(PYTHON) tools/operate.py
REPORT := $(OPERATE) report
else
OPERATE := $(STACK) attach -- $(PYTHON) tools/operate.py
# Of the demo data, beside the running stack; where none is up, beside a database of its own.
REPORT := $(STACK) beside --only firestore -- $(PYTHON) tools/operate.py report --seed
endif

# The local stack's clock, for run, demo, test, screenshots and export: NOW=2028-02-29T23:59:30Z. Only from the command line.
SET_CLOCK = $(if $(filter command,$(origin NOW)),--now "$(NOW)")

.DEFAULT_GOAL := help
.PHONY: help setup setup-browser run demo test test-days test-unit test-web screenshots bench report-benchmark simulate reliability check roles doors seed catalog sweep audit report resubscribe webhook-secret open-books grant-admin revoke-admin export docs requirements

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install all that the rest needs; quick when nothing changed
	@python3 tools/setup.py

setup-browser: ## the same, and a browser for the tests; where there is none, root on Debian gets Chromium installed
	@python3 tools/setup.py --with-browser

run: setup ## start the local stack, seeded, until Ctrl-C
	@$(STACK) up $(SET_CLOCK)

demo: setup ## show all of it: one generation per model, the ledger, the weekly report
	@$(STACK) exec $(SET_CLOCK) -- $(PYTHON) tools/demo.py

test: setup-browser test-web ## run all tests, on the local stack and in a browser
	@$(STACK) exec $(SET_CLOCK) -- $(PYTHON) tools/run_tests.py $(ARGS)

test-unit: setup test-web ## run the tests that need no server
	@$(PYTHON) -m pytest -m "not emulator and not stack" $(ARGS)

test-web: setup
	@npm test --prefix web --silent -- --passWithNoTests

test-days: setup-browser ## run the tests of the stack and the browser on seven weekdays and at four odd moments
	@$(PYTHON) tools/days.py $(ARGS)

screenshots: setup-browser ## picture every page, on a phone and on a desk, in light and dark; writes docs/screenshots
	@$(STACK) beside $(SET_CLOCK) --seed -- $(PYTHON) tools/screenshots.py $(ARGS)

bench: setup ## measure every operation beside its floor, and the cold start; writes docs/benchmarks
	@$(PYTHON) tools/bench.py $(ARGS)

report-benchmark: setup ## find planted anomalies, beside feraset-imagen's rules; writes docs/reports.md
	@$(PYTHON) tools/report_benchmark.py --write $(ARGS)

simulate: setup ## play SEEDS=1000 runs of the simulation
	@$(PYTHON) tools/simulate.py --seeds $(or $(SEEDS),1000) $(ARGS)

reliability: setup ## faults on the real stack; writes docs/reliability.md
	@$(PYTHON) tools/reliability.py $(ARGS)

check: setup ## lint, format, types, layers, the reference, known weaknesses; the same of the web
	@functions/venv/bin/ruff check .
	@functions/venv/bin/ruff format --check .
	@functions/venv/bin/mypy
	@PYTHONPATH=functions functions/venv/bin/lint-imports
	@npm run check --prefix web --silent
	@functions/venv/bin/bandit --quiet --configfile pyproject.toml --recursive functions tools
	@$(PYTHON) tools/lint_reference.py
	@$(PYTHON) tools/dependencies.py

roles: setup ## show the accounts and roles of PROJECT=…; ARGS=--apply makes them, ARGS=--check looks who may call
	@$(PYTHON) tools/roles.py --project $(or $(PROJECT),$(error say which: PROJECT=…)) $(ARGS)

doors: setup ## show what the doors of a deployed PROJECT=… see: SCHEDULES_URL and, with DARKROOM_KEY=…, TRUSTED_PROXIES
	@$(PYTHON) tools/doors.py --project $(or $(PROJECT),$(error say which: PROJECT=…)) $(ARGS)

seed: setup ## fill the database (of the running stack, or of PROJECT=…)
	@$(OPERATE) seed $(ARGS)

catalog: setup ## write the styles, colours and sizes, for a new PROJECT=…
	@$(OPERATE) catalog $(ARGS)

sweep: setup ## rescue what stopped, once
	@$(OPERATE) sweep $(ARGS)

audit: setup ## prove the books
	@$(OPERATE) audit $(ARGS)

report: setup ## the report of the last full week, as a page, a picture and JSON in .local/report
	@$(REPORT) $(ARGS)

resubscribe: setup ## reports by mail again for EMAIL=…, who unsubscribed
	@$(OPERATE) resubscribe --email $(if $(filter command,$(origin EMAIL)),"$(EMAIL)",$(error say who: EMAIL=<address>))

webhook-secret: setup ## show what checks the signature of the reports' webhook
	@$(OPERATE) webhook-secret

open-books: setup ## write opening entries for users older than the ledger
	@$(OPERATE) open-books $(ARGS)

# Only from the command line: every shell has a USER of its own.
WHOM = $(if $(filter command,$(origin USER)),"$(USER)",$(error say who: USER=<id or e-mail address>))

grant-admin: setup ## make USER=<id or e-mail> an admin (of the running stack, or of PROJECT=…)
	@$(OPERATE) grant-admin --user $(WHOM)

revoke-admin: setup ## make the admin USER=<id or e-mail> a user like others, signed out everywhere
	@$(OPERATE) revoke-admin --user $(WHOM)

export: setup ## write the seeded database to docs/firestore-export
	@CI=true $(STACK) exec $(SET_CLOCK) --seed -- node_modules/.bin/firebase emulators:export --project demo-darkroom \
		--only firestore --force docs/firestore-export

docs: setup ## write docs/openapi.json and docs/postman_collection.json
	@$(PYTHON) tools/generate_docs.py

# From inside its folder, so that no path of this machine stands in the file's head. ARGS="--upgrade" moves the pins.
COMPILE := pip compile --quiet --universal --generate-hashes --no-emit-index-url
requirements: setup ## compile all requirements anew, with hashes
	@cd functions && ../$(UV) $(COMPILE) --python-version 3.13 requirements.in -o requirements.txt $(ARGS)
	@cd functions && ../$(UV) $(COMPILE) --python-version 3.13 requirements-dev.in -o requirements-dev.txt $(ARGS)
	@cd tools && ../$(UV) $(COMPILE) --python-version 3.13 requirements.in -o requirements.txt $(ARGS)
	@cd tools && ../$(UV) $(COMPILE) --python-version 3.9 requirements-node.in -o requirements-node.txt $(ARGS)
	@cd tools && ../$(UV) $(COMPILE) --python-version 3.9 requirements-uv.in -o requirements-uv.txt $(ARGS)
