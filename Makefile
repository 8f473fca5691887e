# Snug's one Makefile.
#
#   make            builds build/bin/<program> from cgi-bin/<program>.c, and build/libsnug.a from lib/
#   make run        installs what is missing, builds, and serves: PORT= VAR= HOST= MESSAGES= DB= LIMITS= WAKEUPS=
#   make reload     puts the new build in the place of what serves on VAR, without losing a request
#   make demo       fills the site that runs on VAR with a small, lively example
#   make backup     keeps all of the site that runs on VAR (or of DB) in FILE=; make restore FILE= makes a site of it
#   make rerender   brings the messages of the site on VAR to the present way of formatting them
#   make test       runs every test; SAN=1 runs them on a build that checks its memory
#   make fuzz       feeds the parsers whatever a machine can think of, for SECONDS=120 in all
#   make prove      a crowd on a site that is broken in every way: MINUTES= SEED=
#   make valgrind   watches what messages does with memory while a crowd is there, for SECONDS=20
#   make screenshots writes pictures of every page to var/screenshots/
#   make bench      measures it beside its peers: a table and a chart in var/bench/
#   make lint       looks over C, templates and scripts
#   make install    copies what a server needs to DESTDIR and PREFIX

PORT    ?= 8080
VAR     ?= var
PREFIX  ?= /opt/snug
# Some shells export HOST as the machine's name: only one given to make itself opens the site to others.
ifneq ($(origin HOST),command line)
HOST    := 127.0.0.1
endif
export PORT VAR HOST MESSAGES DB LIMITS WAKEUPS SAN FILE MINUTES SEED

BUILD   := $(if $(filter-out 0,$(SAN)),build-san,build)
export BUILD

CC      := gcc
OPT     := -O2 -g
CFLAGS  := -std=gnu11 -D_GNU_SOURCE $(OPT) -pthread \
           -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Werror
DBFLAGS := $(shell pkg-config --cflags libmariadb 2>/dev/null || pkg-config --cflags mysqlclient 2>/dev/null)
DBLIBS  := $(shell pkg-config --libs libmariadb 2>/dev/null || pkg-config --libs mysqlclient 2>/dev/null)
# As the changes call it, so that it stands in one place.
VERSION := $(shell sed -n 's/^\#\# \([^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)
INCLUDE := -Ilib -I$(BUILD) -DSNUG_VERSION='"$(VERSION)"' -isystem /usr/include/ClearSilver $(DBFLAGS:-I%=-isystem %)
# The parser of Markdown comes into the programs: few hosts have it, and only one program uses it.
LDFLAGS :=
LDLIBS  := -Wl,-Bstatic -lcmark-gfm-extensions -lcmark-gfm -Wl,-Bdynamic \
           -lfcgi -lneo_cs -lneo_utl $(DBLIBS) -lcrypto -lz -lutf8proc
# A program carries only what it uses of lib/: half of what it would take in memory.
ifeq ($(BUILD),build)
CFLAGS  += -ffunction-sections -fdata-sections
LDFLAGS += -Wl,--gc-sections
endif
ifeq ($(BUILD),build-san)
CFLAGS  += -fsanitize=address,undefined -fno-omit-frame-pointer
endif
ifeq ($(BUILD),build-fuzz)
CC      := clang
CFLAGS  += -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
endif

PROGRAMS := $(patsubst cgi-bin/%.c,$(BUILD)/bin/%,$(wildcard cgi-bin/*.c))
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
BENCH    := $(addprefix $(BUILD)/bench/,load dbload trivial fanout format)
LIBRARY  := $(patsubst lib/%.c,$(BUILD)/lib/%.o,$(wildcard lib/*.c))
SOURCES  := $(wildcard lib/*.[ch] cgi-bin/*.[ch] cgi-bin/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] bench/*.[ch])

# The name under which browsers keep css/ and js/ for a year: it changes with their contents.
ASSETS   := $(shell cat $$(find css js -type f 2>/dev/null | LC_ALL=C sort) /dev/null | sha256sum | cut -c1-12)

all: $(PROGRAMS)

unit: $(UNITS)

$(BUILD)/bin/%: $(BUILD)/cgi-bin/%.o $(BUILD)/libsnug.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libsnug.a $(LDLIBS)

# A program of several files: the others lie in a folder of its name.
$(foreach folder,$(wildcard cgi-bin/*/),$(eval \
    $(BUILD)/bin/$(notdir $(folder:/=)): $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(folder)*.c))))
$(BUILD)/cgi-bin/admin.o: CHANGELOG.md

$(BUILD)/bin/files: LDLIBS += -lmagic
$(BUILD)/bin/preview: LDLIBS := -lgd

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libsnug.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libsnug.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

$(BUILD)/bench/load: $(addprefix $(BUILD)/bench/,answer.o stats.o rows.o reach.o)
$(BUILD)/bench/%: $(BUILD)/bench/%.o $(BUILD)/libsnug.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# Made anew, so that a file that left lib/ leaves the library too.
$(BUILD)/libsnug.a: $(LIBRARY)
	rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c Makefile | $(BUILD)/assets.h
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDE) -MMD -MP -c -o $@ $<

# Written only when it changes, so that nothing is compiled for nothing.
$(BUILD)/assets.h: FORCE
	@mkdir -p $(@D)
	@echo '#define SNUG_ASSETS "$(ASSETS)"' | cmp -s - $@ || echo '#define SNUG_ASSETS "$(ASSETS)"' > $@

# The short codes of js/emoji.js, as C takes them.
$(BUILD)/lib/emoji.o: $(BUILD)/emoji_table.h
$(BUILD)/emoji_table.h: js/emoji.js
	@mkdir -p $(@D)
	{ echo '#define EMOJI_TABLE \'; sed -n 's/^\([^ -~].*\)$$/"\1 " \\/p' $<; echo '""'; } > $@

# It ends with make, however make ends, and on Ctrl-C also where a script started it in the background.
run:
	@exec setpriv --pdeathsig TERM env --default-signal=INT deploy/run

deps:
	deploy/deps run

reload:
	@deploy/reload

demo:
	deploy/demo

backup:
	@deploy/deps run backup && deploy/backup save "$$FILE"

restore:
	@deploy/backup restore "$$FILE"

rerender: all
	SNUG_CONFIG=$(VAR)/run/snug.hdf $(BUILD)/bin/messages rerender

test:
	tests/run

prove:
	deploy/deps run prove
	@$(MAKE) -s all
	node tests/prove/run.mjs

screenshots:
	tests/run tests/screenshots.mjs

asan:
	$(MAKE) test SAN=1

fuzzers: $(FUZZERS)

fuzz:
	tests/fuzz/run $(or $(SECONDS),120)

valgrind:
	deploy/deps run valgrind
	tests/run tests/valgrind.mjs

bench:
	bench/run

bench-programs: $(BENCH)

lint:
	deploy/deps run lint
	tests/lint $(SOURCES) -- $(INCLUDE)

# What a server needs stands in one folder; nginx.conf and the units there name it by its path.
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/html $(DESTDIR)$(PREFIX)/deploy \
	    $(DESTDIR)$(PREFIX)/static/$(ASSETS)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(wildcard html/*) $(DESTDIR)$(PREFIX)/html
	cp -R css js $(DESTDIR)$(PREFIX)/static/$(ASSETS)
	sed -i 's|^ *//.*||' $(DESTDIR)$(PREFIX)/static/$(ASSETS)/js/*.js
	chmod -R u=rwX,go=rX $(DESTDIR)$(PREFIX)/static/$(ASSETS)
	ln -sfn $(ASSETS) $(DESTDIR)$(PREFIX)/static/0
	install -m 644 schema.sql LICENSE $(wildcard README.md CHANGELOG.md) $(DESTDIR)$(PREFIX)
	install -m 644 $(filter-out deploy/run deploy/reload deploy/deps deploy/demo,$(wildcard deploy/*)) $(DESTDIR)$(PREFIX)/deploy
	chmod 755 $(DESTDIR)$(PREFIX)/deploy/backup
	sed 's|/opt/snug|$(PREFIX)|g' nginx.conf > $(DESTDIR)$(PREFIX)/nginx.conf
	sed -i 's|/opt/snug|$(PREFIX)|g' $(DESTDIR)$(PREFIX)/deploy/*

clean:
	rm -rf build build-san build-fuzz node_modules

.PHONY: all unit run reload deps demo backup restore rerender test prove screenshots asan fuzz fuzzers valgrind bench bench-programs lint install clean FORCE
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
