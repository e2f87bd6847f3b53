# Values on make's command line are text. Make would expand them when it exports them, and again in a recipe, where the
# shell would expand them once more. So they are exported as typed, and recipes read them from the environment.
$(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))
# These count only if they are typed: a shell may have variables of the same names. Where versions may be deleted, one
# that was written before make, as in KEEP=50 make deploy, is refused rather than ignored.
$(foreach name,KEEP STACK,$(if $(filter environment,$(origin $(name))),$(if $(filter deploy prune-versions,\
  $(MAKECMDGOALS)),$(error photo-credits: write $(name)=… after make and not before it))))
$(foreach name,EMAIL ENV ID KEEP ONE STACK,$(if $(filter override,$(origin $(name))),,$(eval override $(name) :=)))

JAVA_HOME := $(shell build/find-jdk)
export JAVA_HOME

# The SAM CLI wants a region and somebody's name, and sam local asks again and again whose account that is. Nothing of
# this calls AWS.
OFFLINE := AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none \
  AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 AWS_MAX_ATTEMPTS=1 SAM_CLI_TELEMETRY=0

.PHONY: help run test fix test-browser test-template test-localstack test-kill screenshots sam-invoke simulate fuzz \
  fuzz-photos mutants mutants-math bench bench-cold bench-peer bench-photos audit erase grant adjust close-event \
  reconcile erasures \
  package deploy prune-versions sam checkov \
  schemathesis chromium email jdk

# Lists each target that has a comment of two number signs, under the comments with an at sign.
help:
	@awk -F ':.*## ' '/^#@ / { print substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' \
	  Makefile

#@ Every day
run: jdk ## the whole system on http://localhost:8080; PORT=0 for any free port
	@exec build/quick local dev.photocredits.local.Main

test: jdk $(if $(ONE),,target/template.json) ## format check, analysis, all tests; or only ONE=Class, ONE=Class#method
	@if [ -n "$$ONE" ]; then exec build/test-one; else exec build/maven verify; fi

fix: jdk ## formats the code
	@build/maven spotless:apply

#@ More tests
test-browser: jdk chromium ## the page in a headless Chromium; SCREENSHOTS=folder keeps pictures of it
	@build/quick test checks '-Dtest=*BrowserIT' "-Dphotocredits.screenshots=$$SCREENSHOTS"

# W2001: the transform has put in what the parameter said, so that nothing refers to it any more.
# W3011: as in template.yaml's Metadata, which a list here takes the place of.
TEMPLATES := target/template.json template-operations.yaml template-page.yaml
test-template: sam checkov target/template.json ## checks the templates with the SAM CLI, cfn-lint and checkov
	@$(OFFLINE) .venv/sam/bin/sam validate
	@$(OFFLINE) .venv/sam/bin/sam validate --lint
	@.venv/sam/bin/cfn-lint --ignore-checks W2001 W3011 -- $(TEMPLATES)
	@.venv/checkov/bin/checkov --config-file build/checkov.yaml $(addprefix --file ,$(TEMPLATES))
	@echo "cfn-lint and checkov find nothing in $(TEMPLATES)"

# The last version of LocalStack that asks for no token. It lets anybody read a bucket, so one test is left out.
LOCALSTACK_TESTS := DynamoDbLedgerTest,UncertainTableTest,S3ImageStoreTest,RoundTest
test-localstack: jdk ## the storage tests on LocalStack, in Docker; LOCALSTACK_IMAGE=… for another image
	@docker info >/dev/null 2>&1 || { \
	  echo "photo-credits: make test-localstack needs Docker, and none answers: start it, or set DOCKER_HOST." >&2; \
	  exit 1; }
	@build/quick test checks "-Dphotocredits.localstack=$${LOCALSTACK_IMAGE:-localstack/localstack:4.14.0}" \
	  '-Dtest=$(LOCALSTACK_TESTS),!S3ImageStoreTest#an_address_without_signature_is_refused'

test-kill: jdk ## kills the whole system 20 times under load, and audits the data after each kill
	@build/quick test checks -Dtest=KillTest -Dphotocredits.kills=20

simulate: jdk ## faults in every order for SECONDS=60, from SEED=n on; KIND=handlers, SCHEDULES=n
	@exec build/quick checks dev.photocredits.simulator.Simulator \
	  "kind=$$KIND" "seconds=$$SECONDS" "seed=$$SEED" "schedules=$$SCHEDULES"

# 10,000 requests; the answers' log lines go to target/fuzz.log.
fuzz: schemathesis jdk ## sends requests generated from openapi.yaml to a local run; SEED=n repeats them
	@exec build/fuzz

fuzz-photos: jdk ## reads and strips 10^6 damaged files of each image format; SEED=n repeats them; FILES=n for fewer
	@exec build/quick checks dev.photocredits.photos.PhotoFuzzer "seed=$$SEED" "files=$$FILES"

mutants: jdk ## removes each guard of the money paths in turn, prints which test fails; ONLY=word,word
	@exec build/quick checks dev.photocredits.checks.mutants.Mutants "only=$$ONLY"

mutants-math: jdk ## changes a sum, sign or bound of credits at a time, prints which change no test notices
	@exec build/mutants-math

# Where there is no Docker, the same zips run under the emulator that the SAM CLI carries, as they do in make test.
sam-invoke: sam jdk target/zips ## sam build, and sam local invoke for each of events/
	@if docker info >/dev/null 2>&1; then \
	  $(OFFLINE) .venv/sam/bin/sam build && $(OFFLINE) build/quick test checks -Dtest=SamLocalIT; \
	else \
	  echo "There is no Docker here: the functions run under Lambda's emulator."; \
	  build/quick test checks -Dtest=EmulatorTest; \
	fi

# Photos make large PNGs; 96 colours are enough for a screenshot.
screenshots: export SCREENSHOTS := docs/images
screenshots: test-browser ## retakes the screenshots in docs/images
	@command -v pngquant >/dev/null || apt-get install -y -qq pngquant
	@pngquant --force --nofs --skip-if-larger --ext .png 96 docs/images/*.png || [ $$? = 98 ]

#@ Measuring; docs/performance.md has the figures
bench: jdk ## the API under load
	@exec build/quick checks dev.photocredits.checks.bench.Bench

COLD_BENCH := dev.photocredits.checks.bench.cold.ColdBench
bench-cold: jdk target/zips ## starts each function as Lambda does, ROUNDS=7 times, on Linux; ONLY=credits,health
	@exec build/quick checks $(COLD_BENCH) "rounds=$$ROUNDS" "only=$$ONLY"

bench-photos: jdk ## what the largest photos take of time and memory
	@exec build/quick checks dev.photocredits.functions.generation.PhotoBench

PEER := checks/peers/quarkus
bench-peer: jdk target/zips $(PEER)/target/function.zip ## the balance read beside Quarkus, ROUNDS=7 times
	@exec build/quick checks $(COLD_BENCH) "rounds=$$ROUNDS" only=credits quarkus=$(PEER)/target/function.zip

$(PEER)/target/function.zip: $(shell find $(PEER) -name target -prune -o -print) | jdk
	@build/maven package --file $(PEER)/pom.xml
	@touch $@

#@ Accounts: those in DATA_DIR, or of a running system by AWS_ENDPOINT_URL_DYNAMODB (and AWS_ENDPOINT_URL_S3 to erase)
audit: jdk ## compares every account with its transactions, and fails if one differs
	@exec build/quick local dev.photocredits.local.AuditCommand

erase: email jdk ## erases the user EMAIL=…; CONFIRM=yes if they still have credits
	@exec build/quick local dev.photocredits.local.EraseCommand

erasures: jdk ## lists erasures that have not ended; CONFIRM=yes goes on with each
	@exec build/quick local dev.photocredits.local.ErasuresCommand

# A shell in a container has no USER.
grant: email jdk ## grants EMAIL=… CREDITS=n for REASON=… until EXPIRES=2027-01-31; ACTOR=… AGAIN=1 CONFIRM=yes
	@export USER="$${USER:-$$(id -un)}"; exec build/quick local dev.photocredits.local.GrantCommand

adjust: email jdk ## moves the balance of EMAIL=… by CREDITS=±n for REASON=…; ACTOR=… is you; ID=… repeats one
	@export USER="$${USER:-$$(id -un)}"; exec build/quick local dev.photocredits.local.AdjustCommand

# With STRIPE_SECRET_KEY or SECRET_ID, and with the stage in ENVIRONMENT.
reconcile: jdk ## grants and reverses what Stripe has SINCE=2026-09-01 and the table has not
	@exec build/quick local dev.photocredits.local.ReconcileCommand

close-event: jdk ## lists Stripe's unsettled events; ID=evt_…,evt_… closes them for REASON=…; ACTOR=… is you
	@export USER="$${USER:-$$(id -un)}"; exec build/quick local dev.photocredits.local.CloseEventCommand

#@ Deploying
package: target/zips ## builds each function's zip and prints their sizes
	@for zip in functions/*/target/*-function.zip; do \
	  wc -c < "$$zip" | awk -v zip="$$zip" '{ printf "%6.2f MB  %s\n", $$1 / 1e6, zip }'; done

deploy: jdk ## sam build, sam deploy and prune-versions, for ENV=default or prod; the first time with questions
	@build/deploy

prune-versions: sam ## deletes old versions of functions, but not the newest KEEP=5; STACK=… for another stack
	@.venv/sam/bin/python build/python/prune_versions.py "$${ENV:-default}" "$${KEEP:-5}" "$$STACK"

# Every function's zip, by one run of Maven.
target/zips: $(shell find pom.xml build/lambda-zip.xml common functions \
  -name target -prune -o \( -type f -o -path '*/src*' \) -print) | jdk
	@build/maven package -DskipTests -Dspotless.check.skip -pl '!local,!checks'
	@mkdir -p target && touch $@

# sam build calls this for each function: what is in its zip goes to where SAM wants it.
$(shell sed -n 's/^  \([A-Z][a-z]*Function\):.*/build-\1/p' template.yaml): build-%Function: target/zips
	@zip=$$PWD/$$(echo functions/$*/target/$*-function.zip | tr A-Z a-z); cd "$$ARTIFACTS_DIR" && \
	  "$$JAVA_HOME"/bin/jar --extract --file "$$zip"

# What CloudFormation makes of the template; tests read it, too.
target/template.json: template.yaml build/python/transform.py build/python/sam.txt | sam
	@mkdir -p target
	@$(OFFLINE) .venv/sam/bin/python build/python/transform.py $< > $@.part && mv $@.part $@

# With a font like those of other systems: Debian's default would be in no reader's screenshots.
CHROMIUM := chromium chromium-driver fonts-inter
chromium:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit; \
	[ "$$(id -u)" = 0 ] || { \
	  echo "photo-credits: the page's tests need Chromium: apt-get install $(CHROMIUM)" >&2; exit 1; }; \
	echo "Installing $(CHROMIUM), once." && \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(CHROMIUM) >/dev/null

sam checkov schemathesis:
	@build/python-tool $@

email:
	@[ -n "$$EMAIL" ] || { \
	  echo "photo-credits: EMAIL is missing; name the user, as in EMAIL=ada@example.com." >&2; exit 1; }

jdk:
	@[ -n "$$JAVA_HOME" ]
