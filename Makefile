SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

GO ?= go
LINT := $(GO) tool -modfile=tools/go.mod golangci-lint
# Packages that start no goroutine: the race detector finds nothing in them and makes
# them ten times slower. internal/layering_test.go holds them to it; what calls them
# from many goroutines is tested with the detector.
SERIAL := export geo ingest lineage mend roster topology
WEB_SOURCES := $(shell find web/src web/public web/scripts web/index.html web/*.ts web/*.json -type f 2>/dev/null)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-run build ## install what is missing, build, load the demo district when empty, and serve until Ctrl-C
	@exec bin/wangge serve --demo

build: web/dist/index.html ## build the web application and bin/wangge
	@$(GO) build -o bin/wangge ./cmd/wangge

dev: setup-run build web/node_modules/.stamp ## serve, and the web application from its sources on port 5173
	@trap 'kill 0' EXIT; bin/wangge serve --demo & cd web && npx vite

test: setup-test build ## every test: Go, with the race detector where goroutines are; web units; a real browser
	cd web && npm test
	cd web && npm run e2e
	@[ -d ../shared/testdata ] || echo "SKIPPED: the tests on shared real data (Bristol, Sheffield, New York): ../shared/testdata is absent"
	$(GO) test -timeout 14m $(SERIAL:%=./internal/%)
	$(GO) test -race -timeout 14m $$($(GO) list ./... | grep -vxF "$$(printf 'wangge/internal/%s\n' $(SERIAL))")

lint: web/node_modules/.stamp web/dist/.gitkeep ## golangci-lint, eslint, tsc; generated files are current
	$(LINT) run ./...
	cd web && npm run lint
	@cd web && npx --no-install openapi-typescript ../internal/httpapi/openapi.json -o node_modules/.types.gen.ts >/dev/null 2>&1 && \
	  cmp -s node_modules/.types.gen.ts src/api/types.gen.ts || { echo "web/src/api/types.gen.ts is not made from openapi.json: run make types" >&2; exit 1; }

check: lint test ## lint and test, as CI does

types: web/node_modules/.stamp ## write openapi.json from the code, and the web's types from it
	$(GO) test ./internal/httpapi -run '^TestOpenAPI$$' -update
	cd web && npm run types

bench: setup-run ## lookups, tiles and decisions beside tidwall/rtree + orb and PostGIS; start from SQL beside the edition file
	$(GO) test ./internal/gridindex -run '^$$' -bench . -benchtime 1s -count 1
	$(GO) test ./internal/tile ./internal/policy ./internal/httpapi -run '^$$' -bench . -benchtime 1s -count 1
	$(GO) test ./internal/live ./internal/editionfile -run '^$$' -bench . -benchtime 10x -count 1

fuzz: setup-run ## native fuzzing and the long oracle run, five minutes or FUZZ=10m each
	@for f in internal/geo:FuzzGate internal/geo:FuzzSnap internal/ingest:FuzzGeoJSON \
	    internal/ingest:FuzzShapefile internal/ingest:FuzzArchive internal/ingest:FuzzGeoPackage internal/ingest:FuzzKML internal/ingest:FuzzTable internal/ingest:FuzzWKB \
	    internal/locate:FuzzPosition internal/editionfile:FuzzDecode internal/worktime:FuzzParseLimit internal/photo:FuzzPicture; do \
	  $(GO) test ./$${f%:*} -run '^$$' -fuzz "^$${f#*:}$$" -fuzztime $${FUZZ:-5m} -fuzzminimizetime 10x; done
	WANGGE_ORACLE_POINTS=5000000 $(GO) test ./internal/gridindex -run Oracle -timeout 2h -v

accept: setup-test build ## the long fault and scale suites; figures go to docs/acceptance.md
	@deploy/accept

audit: web/node_modules/.stamp ## known vulnerabilities; needs the open internet
	$(GO) run golang.org/x/vuln/cmd/govulncheck@latest ./...
	cd web && npm audit --omit=dev

setup-run:
	@deploy/setup run

setup-test:
	@deploy/setup test

web/node_modules/.stamp: web/package-lock.json
	@deploy/setup node
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.stamp $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

.PHONY: help run build dev test lint check types bench fuzz accept audit setup-run setup-test
