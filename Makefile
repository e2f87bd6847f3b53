# Treats values on make's command line as plain text. Otherwise make would expand them when it exports them and again in
# a recipe, and the shell would expand them once more. They are exported as typed, and recipes read them from the
# environment.
$(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))
# These variables count only on make's command line, because a shell may have variables with the same names. Targets
# that delete versions fail if KEEP or STACK stands before make, as in KEEP=50 make deploy, instead of ignoring it.
$(foreach name,KEEP STACK,$(if $(filter environment,$(origin $(name))),$(if $(filter deploy prune-versions,\
  $(MAKECMDGOALS)),$(error photo-credits: write $(name)=… after make, not before it))))
$(foreach name,EMAIL ENV FUNCTION ID KEEP ONE STACK VERSION,$(if $(filter override,$(origin $(name))),,\
  $(eval override $(name) :=)))

# The AWS CLI and our own programs prefer AWS_REGION; the SAM CLI and boto3 read only AWS_DEFAULT_REGION.
ifneq ($(value AWS_REGION),)
export AWS_DEFAULT_REGION := $(value AWS_REGION)
endif

JAVA_HOME := $(shell build/find-jdk)
export JAVA_HOME

# The SAM CLI requires a region and credentials, and sam local keeps asking STS for the account. With these settings
# nothing calls AWS.
OFFLINE := AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none \
  AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 AWS_MAX_ATTEMPTS=1 SAM_CLI_TELEMETRY=0

.PHONY: help run test fix test-browser test-template test-localstack test-kill screenshots sam-invoke simulate fuzz \
  fuzz-photos mutants mutants-math bench bench-cold bench-peer bench-photos audit digest erase grant adjust \
  close-event reconcile erasures rebind \
  package sbom cost deploy prune-versions rollback sam checkov \
  schemathesis chromium email jdk

# Lists every target that has a ## comment, under the headings, which are #@ comments.
help:
	@awk -F ':.*## ' '/^#@ / { print substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' \
	  Makefile

#@ Everyday commands
run: jdk ## run the whole system on http://localhost:8080; PORT=0 picks a free port
	@exec build/quick local dev.photocredits.local.Main

test: jdk ## check format, analyse, run all tests; or only ONE=Class or ONE=Class#method
	@if [ -n "$$ONE" ]; then exec build/test-one; else exec build/maven verify -T 1.5C; fi

fix: jdk ## format the code and the page
	@build/maven spotless:apply
	@build/quick system-tests dev.photocredits.systemtests.page.Prettier

#@ More tests
test-browser: jdk chromium ## test the page in headless Chromium; SCREENSHOTS=folder saves screenshots
	@build/quick test system-tests '-Dtest=*BrowserIT' "-Dphotocredits.screenshots=$$SCREENSHOTS"

# W2001: the transform has replaced references to parameters by their values, so some parameters have no reference left.
# W3011, W1030: ignored by template.yaml's Metadata as well, but a list here replaces that one.
TEMPLATES := target/template.json template-operations.yaml template-page.yaml template-edge.yaml
test-template: sam checkov target/template.json ## check the templates with the SAM CLI, cfn-lint and checkov
	@$(OFFLINE) .venv/sam/bin/sam validate
	@$(OFFLINE) .venv/sam/bin/sam validate --lint
	@.venv/sam/bin/cfn-lint --ignore-checks W1030 W2001 W3011 -- $(TEMPLATES)
	@.venv/checkov/bin/checkov --config-file build/checkov.yaml $(addprefix --file ,$(TEMPLATES))
	@echo "cfn-lint and checkov found no problems in $(TEMPLATES)"

# The last version of LocalStack that requires no token. It allows unsigned reads of a bucket, so one test is excluded.
LOCALSTACK_TESTS := DynamoDbLedgerTest,UncertainTableTest,S3ImageStoreTest,CustomerJourneyTest
test-localstack: jdk ## run the storage tests on LocalStack, in Docker; LOCALSTACK_IMAGE=… sets the image
	@docker info >/dev/null 2>&1 || { \
	  echo "photo-credits: make test-localstack needs Docker, which does not respond: start it, or set DOCKER_HOST." >&2; \
	  exit 1; }
	@build/quick test common/dynamodb,common/s3,system-tests \
	  "-Dphotocredits.localstack=$${LOCALSTACK_IMAGE:-localstack/localstack:4.14.0}" \
	  '-Dtest=$(LOCALSTACK_TESTS),!S3ImageStoreTest#a_url_without_a_signature_is_refused'

test-kill: jdk ## kill the whole system 20 times under load, and audit the data after each kill
	@build/quick test system-tests -Dtest=KillTest -Dphotocredits.kills=20

simulate: jdk ## simulate faults in random order for SECONDS=60, from SEED=n on; KIND=handlers, SCHEDULES=n
	@exec build/quick simulator dev.photocredits.simulator.Simulator \
	  "kind=$$KIND" "seconds=$$SECONDS" "seed=$$SEED" "schedules=$$SCHEDULES"

# Sends about 10,000 requests. The log of the local run goes to target/fuzz.log.
fuzz: schemathesis jdk ## send requests generated from openapi.yaml to a local run; SEED=n repeats them
	@exec build/fuzz

fuzz-photos: jdk ## read and strip 10^6 damaged files of each image format; SEED=n repeats them; FILES=n
	@exec build/quick system-tests dev.photocredits.photos.PhotoFuzzer "seed=$$SEED" "files=$$FILES"

mutants: jdk ## remove each guard of the money paths in turn, print which test fails; ONLY=word,word
	@exec build/quick bench dev.photocredits.mutants.Mutants "only=$$ONLY"

mutants-math: jdk ## mutate the arithmetic of credits, and print the mutations that no test detects
	@exec build/mutants-math

# Without Docker, the same zips run under the Lambda emulator that the SAM CLI contains, as they do in make test.
sam-invoke: sam jdk target/zips ## sam build, and sam local invoke for each file in events/
	@if docker info >/dev/null 2>&1; then \
	  $(OFFLINE) .venv/sam/bin/sam build && $(OFFLINE) build/quick test system-tests -Dtest=SamLocalIT; \
	else \
	  echo "Docker is not available; the functions run under the Lambda emulator."; \
	  build/quick test system-tests -Dtest=LambdaEmulatorTest; \
	fi

# PNGs with photos are large; 96 colours are enough for a screenshot.
screenshots: export SCREENSHOTS := docs/images
screenshots: test-browser ## retake the screenshots in docs/images
	@command -v pngquant >/dev/null || apt-get install -y -qq pngquant
	@pngquant --force --nofs --skip-if-larger --ext .png 96 docs/images/*.png || [ $$? = 98 ]

#@ Benchmarks; results are in docs/performance.md
bench: jdk ## measure the API under load
	@exec build/quick bench dev.photocredits.bench.Bench

COLD_BENCH := dev.photocredits.bench.cold.ColdBench
bench-cold: jdk target/zips ## cold-start each function as Lambda does, ROUNDS=7 times (Linux only); ONLY=credits,health
	@exec build/quick bench $(COLD_BENCH) "rounds=$$ROUNDS" "only=$$ONLY"

bench-photos: jdk ## measure the time and memory that the largest photos take
	@exec build/quick bench dev.photocredits.functions.generation.PhotoBench

PEER := bench/peers/quarkus
bench-peer: jdk target/zips $(PEER)/target/function.zip ## compare the balance read with one on Quarkus, ROUNDS=7 times
	@exec build/quick bench $(COLD_BENCH) "rounds=$$ROUNDS" only=credits quarkus=$(PEER)/target/function.zip

$(PEER)/target/function.zip: $(shell find $(PEER) -name target -prune -o -print) | jdk
	@build/maven package --file $(PEER)/pom.xml
	@touch $@

# These targets pass their variables as options of the operators' command line. A variable that is not set is no option.
OPERATOR := exec build/quick local dev.photocredits.local.OperatorCommand
YES = $$([ "$$CONFIRM" != yes ] || echo --yes)
# USER may be unset in a container.
BY_USER = export USER="$${USER:-$$(id -un)}"

#@ Accounts in DATA_DIR, or of a running system by AWS_ENDPOINT_URL_DYNAMODB (and AWS_ENDPOINT_URL_S3 for erasures)
audit: jdk ## compare every account with its transactions, and fail if one differs
	@$(OPERATOR) audit

digest: email jdk ## print the digest of EMAIL=…, which is its user in log lines
	@$(OPERATOR) digest "--email=$$EMAIL"

erase: email jdk ## erase the user EMAIL=…; CONFIRM=yes asks no question
	@$(OPERATOR) erase "--email=$$EMAIL" $(YES)

erasures: jdk ## list unfinished erasures; CONFIRM=yes continues each
	@$(OPERATOR) erasures $(YES)

grant: email jdk ## grant EMAIL=… CREDITS=n for REASON=… until EXPIRES=2027-01-31; ACTOR=… AGAIN=1 CONFIRM=yes
	@$(BY_USER); $(OPERATOR) grant "--email=$$EMAIL" $${CREDITS:+"--credits=$$CREDITS"} \
	  $${REASON:+"--reason=$$REASON"} $${EXPIRES:+"--expires=$$EXPIRES"} $${ACTOR:+"--actor=$$ACTOR"} \
	  $$([ "$$AGAIN" != 1 ] || echo --again) $(YES)

adjust: email jdk ## adjust the balance of EMAIL=… by CREDITS=±n for REASON=…; ACTOR=… is you; ID=… repeats one
	@$(BY_USER); $(OPERATOR) adjust "--email=$$EMAIL" $${CREDITS:+"--credits=$$CREDITS"} \
	  $${REASON:+"--reason=$$REASON"} $${ACTOR:+"--actor=$$ACTOR"} $${ID:+"--id=$$ID"}

# Reads STRIPE_SECRET_KEY or SECRET_ID, and the stage from ENVIRONMENT.
reconcile: jdk ## apply Stripe's payments and refunds SINCE=2026-09-01 that the table lacks
	@$(OPERATOR) reconcile $${SINCE:+"--since=$$SINCE"}

rebind: email jdk ## bind EMAIL=… to ISSUER=… SUBJECT=…, or to the next sign-in by CLEAR=1, for REASON=…
	@$(BY_USER); $(OPERATOR) rebind "--email=$$EMAIL" $${ISSUER:+"--issuer=$$ISSUER"} \
	  $${SUBJECT:+"--subject=$$SUBJECT"} $$([ "$$CLEAR" != 1 ] || echo --clear) $${REASON:+"--reason=$$REASON"} \
	  $${ACTOR:+"--actor=$$ACTOR"} $(YES)

close-event: jdk ## list Stripe's open events; ID=evt_…,evt_… closes them for REASON=…; ACTOR=… is you
	@$(BY_USER); $(OPERATOR) close-event $${ID:+"--id=$$ID"} $${REASON:+"--reason=$$REASON"} \
	  $${ACTOR:+"--actor=$$ACTOR"}

#@ Deployment
package: target/zips ## build the zip of each function and print its size
	@for zip in functions/*/target/*-function.zip; do \
	  wc -c < "$$zip" | awk -v zip="$$zip" '{ printf "%6.2f MB  %s\n", $$1 / 1e6, zip }'; done

SBOM := org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom
sbom: jdk ## list the libraries in the functions, with hashes and licences, in target/bom.json (CycloneDX)
	@build/maven $(SBOM) -DoutputFormat=json -DexcludeArtifactId=emulators,operator,local,system-tests,simulator,bench

cost: ## compute the tables of docs/deploy.md and docs/scaling.md: what it costs, and what breaks first
	@"$${PYTHON:-python3}" build/python/cost.py

deploy: jdk ## deploy the system, its page and its alarms for ENV=default or prod; then prune-versions
	@build/deploy

prune-versions: sam ## delete all but the newest KEEP=5 versions of each function; STACK=… for another stack
	@.venv/sam/bin/python build/python/prune_versions.py "$${ENV:-default}" "$${KEEP:-5}" "$$STACK"

rollback: sam ## list versions of FUNCTION=GenerationFunction; VERSION=41 activates one and moves the alias there
	@[ -n "$$FUNCTION" ] || { \
	  echo "photo-credits: FUNCTION is missing; name one of template.yaml, as in FUNCTION=GenerationFunction." >&2; \
	  exit 1; }; \
	.venv/sam/bin/python build/python/rollback.py "$${ENV:-default}" "$$FUNCTION" "$$VERSION"

# The zips of all functions, built by one run of Maven.
target/zips: $(shell find pom.xml build/lambda-zip.xml common functions \
  -name target -prune -o \( -type f -o -path '*/src*' \) -print) | jdk
	@build/maven package -DskipTests -Dspotless.check.skip --also-make \
	  -pl "$$(ls functions/*/pom.xml | sed 's|/pom.xml||' | paste -sd , -)"
	@mkdir -p target && touch $@

# sam build calls this for each function. It unpacks the function's zip into the folder that SAM names.
$(shell sed -n 's/^  \([A-Z][a-z]*Function\):.*/build-\1/p' template.yaml): build-%Function: target/zips
	@zip=$$PWD/$$(echo functions/$*/target/$*-function.zip | tr A-Z a-z); cd "$$ARTIFACTS_DIR" && \
	  "$$JAVA_HOME"/bin/jar --extract --file "$$zip"

# The template after CloudFormation's transform. Tests read it, too.
target/template.json: template.yaml build/python/transform.py build/python/sam.txt
	@build/transformed-template

# The font is similar to those of other systems; with Debian's default font, screenshots would look unfamiliar.
CHROMIUM := chromium chromium-driver fonts-inter
chromium:
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null && exit; \
	[ "$$(id -u)" = 0 ] || { \
	  echo "photo-credits: the tests of the page need Chromium; install it: apt-get install $(CHROMIUM)" >&2; exit 1; }; \
	echo "Installing $(CHROMIUM) once." && \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(CHROMIUM) >/dev/null

sam checkov schemathesis:
	@build/python-tool $@

email:
	@[ -n "$$EMAIL" ] || { \
	  echo "photo-credits: EMAIL is missing; name the user, as in EMAIL=ada@example.com." >&2; exit 1; }

jdk:
	@[ -n "$$JAVA_HOME" ]
