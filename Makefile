# Martlet: `make help` lists the verbs.

SHELL      := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS  += --no-print-directory

SWIFT      ?= swift
PREFIX     ?= /usr/local
DESTDIR    ?=
STATIC     := -c release --static-swift-stdlib
PYTHON     := .venv/bin/python

.PHONY: build release demo test unit acceptance check bench fmt size docs install uninstall setup clean help
.DEFAULT_GOAL := build

build: setup ## Debug build; bin/ gets the executables and their links
	$(SWIFT) build
	$(SWIFT) build $(STATIC) --product martlet-shim
	$(SWIFT) build $(STATIC) --product hello
	scripts/fill-bin.sh debug

release: setup ## Optimised build, static against the Swift library; fills bin/
	$(SWIFT) build $(STATIC)
	scripts/fill-bin.sh release

demo: release ## Everything from nothing: an engine of its own, images, containers, and nothing left behind
	scripts/demo.sh

test: build ## Unit tests, then the acceptance tests against bin/ (root)
	scripts/test.sh unit acceptance

unit: setup ## Unit tests only; FILTER=Name narrows them
	scripts/test.sh unit

acceptance: build ## Acceptance tests only; K=expression narrows them
	scripts/test.sh acceptance

check: build ## Format, imports and layers, documents, linkage; warnings are errors
	$(SWIFT) format lint --strict --parallel -r Package.swift Sources Tests
	$(PYTHON) scripts/check-walls.py
	scripts/check-linkage.sh
	$(PYTHON) scripts/make-docs.py --links

bench: release ## Measures this engine beside crun, runc, docker.io and podman where installed; ARGS="-n 5 --only run"
	$(PYTHON) Benchmarks/bench.py $(ARGS)

fmt: ## Formats Package.swift, Sources and Tests in place
	$(SWIFT) format format --in-place --parallel -r Package.swift Sources Tests

size: release ## Sizes and libraries of the products
	scripts/check-linkage.sh --sizes

docs: build ## Writes docs/cli.md and completion/ from the client's own help, and checks every link between the documents
	$(PYTHON) scripts/make-docs.py
	for shell in bash fish zsh; do bin/martlet completion $$shell >completion/docker.$$shell; done

install: ## Installs what bin/ holds: PREFIX=/usr/local DESTDIR= (run make release first)
	PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh install

uninstall: ## Removes what install put there
	PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh uninstall

setup: ## Installs the Debian and Python packages that are missing
	scripts/setup.sh

clean: ## Removes what was built
	rm -rf .build bin

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
