# The commands of a working day. `make` alone builds; `make run` opens the lab; `make test` is the whole check.
PREFIX ?= /usr/local
PYTHON ?= python3
ROUNDS ?= 5
THREADS ?= 1

# What the Swift toolchain uses but its archive does not contain: shared libraries, a linker, C headers, and Git with root
# certificates to fetch Swift packages.
TOOLCHAIN = libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2 binutils libc6-dev libstdc++-12-dev git ca-certificates
PACKAGES = $(TOOLCHAIN) libjpeg62-turbo-dev libncurses-dev libopenblas-dev libpng-dev libsqlite3-dev libzip-dev zlib1g-dev pkg-config dataset-fashion-mnist tmux parallel python3-venv
# Both MPI libraries of Debian, for training on several machines.
MPI = libopenmpi-dev openmpi-bin libmpich-dev mpich
# What the tests of docs/cluster.md start for themselves. Not installed by 'make': packages of servers may start them.
CLUSTER = munge openssh-server slurm-client slurmctld slurmd
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
SWIFT = swift
TEST = $(SWIFT) test -c release --scratch-path .build-test
BINARY = .build/release/dualab

# Otherwise a crash on a terminal waits 30 seconds for a key that starts a debugger.
export SWIFT_BACKTRACE = interactive=no

.PHONY: build run mpi deps deps-cluster deps-mpi tensorboard test smoke lint format bench compare compare-attack install install-files dist picture clean

# The Swift runtime is linked in, so that the program starts where no Swift toolchain is. Libraries of Debian are looked for
# next to the program first: 'make dist' puts them there.
# With DUALAB_MPI=1 also what training under mpirun needs.
WITH_MPI = $(filter-out 0,$(DUALAB_MPI))
build: deps $(if $(WITH_MPI),mpi)
	$(SWIFT) build -c release --product dualab --static-swift-stdlib \
	  -Xlinker --disable-new-dtags -Xlinker -rpath -Xlinker '$$ORIGIN/../lib/dualab'
	$(if $(WITH_MPI),cp .build-mpi/*.so .build/release/)

run: build
	$(BINARY)

# What calls MPI, for each of the libraries: opened by the program where the library's mpirun started it.
mpi: deps-mpi .build-mpi/libdualab-openmpi.so .build-mpi/libdualab-mpich.so

.build-mpi/libdualab-%.so: Sources/CMPI/library/MPI.c Sources/CMPI/include/CMPI.h
	mkdir -p .build-mpi
	OMPI_CC=clang MPICH_CC=clang mpicc.$* -std=gnu11 -O2 -Wall -Wextra -fPIC -shared -o $@ $<

# Debian packages; apt is asked only when one is missing.
deps: WANTED = $(PACKAGES)
deps-cluster: WANTED = $(CLUSTER)
deps-mpi: WANTED = $(MPI)
deps deps-cluster deps-mpi:
	@missing=$$(for package in $(WANTED); do \
	  dpkg -s $$package 2>/dev/null | grep -q '^Status: install ok installed' || echo $$package; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y --no-install-recommends $$missing; \
	fi

# The real TensorBoard, which a test reads an exported run with. Without what only its web server needs.
TENSORBOARD = .build-test/tensorboard
tensorboard: $(TENSORBOARD)/installed

$(TENSORBOARD)/installed: Tests/requirements.txt | deps
	rm -rf $(TENSORBOARD)
	$(PYTHON) -m venv $(TENSORBOARD)
	$(TENSORBOARD)/bin/python3 -m pip install --quiet --disable-pip-version-check --no-deps -r Tests/requirements.txt
	touch $@

# A few seconds of the quickest suites, so that a broken build does not cost a full run.
smoke: deps
	$(TEST) --filter 'EventsTests|EngineTests'

# The numerics on the kernels of lesser CPUs, which this one can run too (the bits of a process are those of one variant, so
# each has a process of its own); the long evaluations; everything else in this process; and last what starts programs and
# terminals and waits for them, which tests that compute would hold up, and after it what starts several that compute.
PROGRAMS = CommandTests|TerminalTests
SEVERAL = MPITests|MPISessionTests
NUMERICS = NetworksTests|ObjectivesTests|StepsOracleTests
test: smoke tensorboard
	@for mpi in openmpi mpich; do \
	  if command -v mpicc.$$mpi > /dev/null; then \
	    $(MAKE) --no-print-directory .build-mpi/libdualab-$$mpi.so && cp .build-mpi/libdualab-$$mpi.so .build-test/release/ \
	      || exit 1; \
	  else echo "no mpicc.$$mpi: training under its mpirun is not tested; 'make deps-mpi' installs it"; fi; done
	DUALAB_CPU=portable $(TEST) --skip-build --filter '$(NUMERICS)'
	DUALAB_CPU=avx2 $(TEST) --skip-build --filter '$(NUMERICS)'
	$(TEST) --skip-build --filter AttacksTests
	$(TEST) --skip-build --skip 'AttacksTests|$(PROGRAMS)'
	$(TEST) --skip-build --filter '$(PROGRAMS)' --skip '$(SEVERAL)'
	$(TEST) --skip-build --filter '$(SEVERAL)'

lint:
	$(SWIFT) format lint --strict -r Sources Tests Package.swift
	.ci/check-sources
	.ci/check-imports

format:
	$(SWIFT) format -i -r Sources Tests Package.swift

# The picture of the README: the default run, as the lab shows it after 130 steps.
picture: build
	rm -rf .build/picture
	$(BINARY) train --preset false-robustness --steps 130 --out .build/picture --quiet
	$(BINARY) replay .build/picture --frame 130 --size 110x36 --format svg --symbols braille > docs/lab.svg

# The full training step, timed on this machine; OpenBLAS without a forced core.
bench: build
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BINARY) bench

# The same in turn with PyTorch: needs a Python that has torch, such as 'make compare PYTHON=~/venv/bin/python3'.
compare: build
	$(PYTHON) Benchmarks/compare.py $(BINARY) --rounds $(ROUNDS) --threads $(THREADS)

# Standard AutoAttack in turn with PyTorch, at equal verdicts; takes minutes.
compare-attack: build
	$(PYTHON) Benchmarks/compare_attack.py $(BINARY) --rounds $(ROUNDS) --threads $(THREADS)

install: build install-files

# What calls MPI is installed with DUALAB_MPI=1, as it is built. That of an earlier installation is of another build, and
# goes in any case.
install-files:
	install -d $(DESTDIR)$(PREFIX)/bin $(addprefix $(DESTDIR)$(PREFIX)/share/dualab/,presets suites themes)
	install -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/dualab
	rm -f $(foreach mpi,openmpi mpich,$(DESTDIR)$(PREFIX)/lib/dualab/libdualab-$(mpi).so)
	$(if $(WITH_MPI),install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/dualab .build-mpi/*.so)
	install -m 644 presets/*.yaml $(DESTDIR)$(PREFIX)/share/dualab/presets
	install -m 644 suites/*.yaml $(DESTDIR)$(PREFIX)/share/dualab/suites
	install -m 644 themes/*.yaml $(DESTDIR)$(PREFIX)/share/dualab/themes

# A tarball for another Debian or Ubuntu with glibc $(GLIBC) or later: the program, its presets, suites and themes, and the
# libraries that other releases have in other versions.
DIST = dualab-$(shell sed -n 's/.*static let version = "dualab \(.*\)"/\1/p' Sources/Commands/DualabCommand.swift)-linux-$(shell uname -m)
GLIBC = $(shell ldd --version | sed -n '1s/.* //p')
dist: build
	rm -rf .build/dist
	$(MAKE) --no-print-directory install-files DESTDIR=.build/dist/ PREFIX=$(DIST)
	install -d .build/dist/$(DIST)/lib/dualab
	ldd $(BINARY) | awk '$$3 ~ /^\// { print $$3 }' | grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv)\.so' \
	  | xargs -I{} cp -L {} .build/dist/$(DIST)/lib/dualab
	cp README.md LICENSE .build/dist/$(DIST)
	tar -C .build/dist -czf $(DIST).tar.gz $(DIST)
	@echo "$(DIST).tar.gz: unpack it anywhere and run bin/dualab; needs glibc $(GLIBC) or later"

clean:
	rm -rf .build .build-mpi .build-test
