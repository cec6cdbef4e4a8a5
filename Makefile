# Two commands matter: `make demo` shows a call, `make test` checks everything. Both install what they need and say what.
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help demo test bench soak install fmt header
help:
	@echo "make demo    build the command-line phone and place a call between two of them, on this machine (installs: pkg-config, libasound2-dev)"
	@echo "make test    check everything; installs peers and tools for it (tests/setup/test.sh lists them)"
	@echo "make bench   measure, and write BENCH.md"
	@echo "make install build, and install library, headers, command and manual: PREFIX=/usr/local DESTDIR= LIBDIR= FEATURES= PROFILE="
	@echo "make soak    fuzz each target for MINUTES=20, make 1000 calls, and write SOAK.md (TARGETS=\"sdp rtp\" takes only these)"
	@echo "make fmt     format the sources"
	@echo "make header  write include/microsip.h from the sources"

demo:
	@sh tests/setup/demo.sh
	@echo "building the command: once, and some minutes where the machine is busy"
	@sh tests/setup/timed.sh $(CARGO) build --locked --profile demo --quiet -p microsip-cli --no-default-features --features device
	@"$(TARGET)/demo/microsip" demo

test:
	@bash tests/run.sh

bench:
	@sh tests/setup/test.sh
	@python3 tests/bench/run.py

install:
	@PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DESTDIR="$(DESTDIR)" FEATURES="$(FEATURES)" PROFILE="$(PROFILE)" CARGO="$(CARGO)" sh ffi/clib/packaging/install.sh

soak:
	@bash tests/fuzz/soak.sh

fmt:
	@$(CARGO) fmt --all

header:
	@bash tests/setup/header.sh include/microsip.h
