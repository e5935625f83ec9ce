# Needs Python ≥ 3.11 and < 3.15 with venv, make and git; everything else comes from requirements.lock.
.PHONY: demo up down test check lock bench chaos
MAKEFLAGS += --no-print-directory
BIN := .venv/bin

demo: .venv/ready ## live the year of an industry day on real data
	@$(BIN)/python -m infra demo

up: .venv/ready ## the services apart, on this machine's PostgreSQL and RabbitMQ (DEMO=1: with the demonstration)
	@$(BIN)/python -m infra up $(if $(DEMO),--demo) $(if $(EACH),--each $(EACH))

down: .venv/ready ## stop what `make up` started
	@$(BIN)/python -m infra down

test: .venv/ready ## every test, on the embedded parts, in a real browser too
	@$(BIN)/python -m pytest -m "not storm"

check: .venv/ready ## format, lint, types, import rules, unit tests
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q -m unit

bench: .venv/ready ## figures, each beside its ceiling; QUICK=1 tries that it works
	@$(BIN)/python -m bench $(if $(QUICK),--quick)

chaos: .venv/ready ## the long storm: every part killed again and again, on both topologies
	@$(BIN)/python -m pytest -m storm
	@$(BIN)/python -m tests.chaos $(SEED)

lock: ## compile the hashed lock file from what each member depends on
	@sh infra/lock.sh

.venv/ready: requirements.lock
	@sh infra/virtual_environment.sh
