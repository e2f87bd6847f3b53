# Values on make's command line are text. Make would expand them when it exports them, and again in a recipe, where the
# shell would expand them once more. So they are exported as typed, and recipes read them from the environment.
$(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))
# These count only if they are typed: a shell may have variables of the same names.
$(foreach name,EMAIL ENV,$(if $(filter override,$(origin $(name))),,$(eval override $(name) :=)))

# run and test are all that most people need; each finds a JDK 25 by itself.
JAVA_HOME := $(shell build/find-jdk)
export JAVA_HOME
export MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
MVN := mvn --batch-mode --no-transfer-progress
# Some tests of checks, by -Dtest, on what is built for them.
CHECKS := $(MVN) -Dspotless.check.skip -pl checks --also-make -Dsurefire.failIfNoSpecifiedTests=false
JAVA := "$$JAVA_HOME"/bin/java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true

.PHONY: run test test-template test-browser screenshots sam-invoke test-localstack fix bench bench-cold bench-peer audit erase grant adjust simulate fuzz test-kill mutants deploy package sam checkov schemathesis chromium email jdk

# The SAM CLI wants a region and somebody's name, and sam local asks again and again whose account that is. Nothing of this calls AWS.
OFFLINE := AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_EC2_METADATA_DISABLED=true AWS_ENDPOINT_URL_STS=http://127.0.0.1:1 AWS_MAX_ATTEMPTS=1 SAM_CLI_TELEMETRY=0

run: jdk        ## builds, then serves the whole API on http://localhost:8080
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@exec $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.Main

test: jdk target/template.json ## format check, static analysis and every test
	@$(MVN) verify

# W2001: the transform has put in what the parameter said, so that nothing refers to it any more.
# W3011: as in template.yaml's Metadata, which a list here takes the place of.
test-template: sam checkov target/template.json ## what the SAM CLI, cfn-lint and checkov find in the templates
	@$(OFFLINE) .venv/sam/bin/sam validate
	@$(OFFLINE) .venv/sam/bin/sam validate --lint
	@.venv/sam/bin/cfn-lint --ignore-checks W2001 W3011 -- target/template.json template-operations.yaml template-page.yaml
	@.venv/checkov/bin/checkov --config-file build/checkov.yaml $(addprefix --file ,target/template.json template-operations.yaml template-page.yaml)
	@echo "cfn-lint and checkov find nothing in target/template.json template-operations.yaml template-page.yaml"

test-browser: jdk chromium ## the page in a headless Chromium, against the whole system; SCREENSHOTS=folder keeps pictures of it
	@$(CHECKS) test -Dtest='*BrowserIT' "-Dphotocredits.screenshots=$$SCREENSHOTS"

# Photos make large PNGs; 96 colours are enough for a screenshot.
screenshots: export SCREENSHOTS := docs/images
screenshots: test-browser ## takes the pictures in docs/images anew
	@command -v pngquant >/dev/null || apt-get install -y -qq pngquant
	@pngquant --force --nofs --skip-if-larger --ext .png 96 docs/images/*.png || [ $$? = 98 ]

# Where there is no Docker, the same zips run under the emulator that the SAM CLI carries, as they do in make test.
sam-invoke: sam jdk ## sam build, and sam local invoke for each of events/
	@if docker info >/dev/null 2>&1; then \
	  $(OFFLINE) .venv/sam/bin/sam build && $(OFFLINE) $(CHECKS) test -Dtest=SamLocalIT; \
	else \
	  echo "There is no Docker here: the functions run under Lambda's emulator."; \
	  $(CHECKS) package -Dtest=EmulatorTest; \
	fi

# The last version of LocalStack that asks for no token. It lets anybody read a bucket, so one test is left out.
test-localstack: jdk ## the storage's contracts and a customer's round on LocalStack, in Docker; LOCALSTACK_IMAGE=… for another image
	@docker info >/dev/null 2>&1 || { echo "photo-credits: make test-localstack needs Docker, and none answers here: start it, or set DOCKER_HOST." >&2; exit 1; }
	@$(CHECKS) test "-Dphotocredits.localstack=$${LOCALSTACK_IMAGE:-localstack/localstack:4.14.0}" \
	  -Dtest='DynamoDbLedgerTest,UncertainTableTest,S3ImageStoreTest,RoundTest,!S3ImageStoreTest#an_address_without_signature_is_refused'

fix: jdk        ## formats the code
	@$(MVN) --quiet spotless:apply

bench: jdk      ## measures; the figures stand in docs/performance.md
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl checks --also-make
	@exec $(JAVA) -cp "checks/target/test-classes:$$(cat checks/target/class-path)" dev.photocredits.checks.bench.Bench

bench-cold: jdk ## starts each function as Lambda does, ROUNDS=7 times, on Linux; ONLY=credits,health for some
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl checks --also-make
	@exec $(JAVA) -cp "checks/target/test-classes:$$(cat checks/target/class-path)" dev.photocredits.checks.bench.cold.ColdBench "rounds=$$ROUNDS" "only=$$ONLY"

bench-peer: jdk ## the same for the balance read, beside the same read written with Quarkus
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl checks --also-make
	@$(MVN) --quiet package --file checks/peers/quarkus/pom.xml
	@exec $(JAVA) -cp "checks/target/test-classes:$$(cat checks/target/class-path)" dev.photocredits.checks.bench.cold.ColdBench "rounds=$$ROUNDS" only=credits quarkus=checks/peers/quarkus/target/function.zip

audit: jdk      ## compares every account in DATA_DIR with its entries; AWS_ENDPOINT_URL_DYNAMODB audits a running system
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@exec $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.AuditCommand

erase: email jdk ## erases the person of EMAIL=…; CONFIRM=yes if they still have credits. DATA_DIR, or AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL_S3
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@exec $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.EraseCommand

grant: email jdk ## gives EMAIL=… CREDITS=… for REASON=…, until EXPIRES=… (a day in UTC, or an instant); once, unless AGAIN=1. DATA_DIR, or AWS_ENDPOINT_URL_DYNAMODB
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@export USER="$${USER:-$$(id -un)}"; exec $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.GrantCommand

adjust: email jdk ## moves the balance of EMAIL=… by CREDITS=±n for REASON=…, in the name of ACTOR=… or yours; the same settings
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@export USER="$${USER:-$$(id -un)}"; exec $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.AdjustCommand

simulate: jdk   ## faults in every order for SECONDS=60, from SEED on; a seed that fails is printed with its story
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl checks --also-make
	@exec $(JAVA) -cp "checks/target/test-classes:$$(cat checks/target/class-path)" dev.photocredits.simulator.Simulator "seconds=$$SECONDS" "seed=$$SEED" "schedules=$$SCHEDULES"

# 10,000 requests; the answers' log lines go to target/fuzz.log. SEED=… sends the same again.
fuzz: schemathesis jdk ## sends what openapi.yaml allows, and what it does not, to a local run of its own
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl local --also-make
	@build/fuzz $(JAVA) -cp "local/target/classes:$$(cat local/target/class-path)" dev.photocredits.local.Main

test-kill: jdk  ## kills the whole system 20 times under load, and audits what is left after each
	@$(CHECKS) test -Dtest=KillTest -Dphotocredits.kills=20

mutants: jdk    ## takes each guard of the money paths away in turn, and prints which test misses it; ONLY=word,word for some
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl checks --also-make
	@exec $(JAVA) -cp "checks/target/test-classes:$$(cat checks/target/class-path)" dev.photocredits.checks.mutants.Mutants "only=$$ONLY"

deploy: jdk     ## sam build && sam deploy, of ENV=default or prod, and prune-versions; the first time with questions
	@build/deploy

.PHONY: prune-versions
prune-versions: sam ## deletes old versions of functions, but not the newest KEEP=5; STACK=… for another stack
	@.venv/sam/bin/python build/python/prune_versions.py "$${ENV:-default}" "$${KEEP:-5}" "$$STACK"

package: jdk    ## builds each function's zip and prints their sizes
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip
	@for zip in functions/*/target/*-function.zip; do wc -c < "$$zip" | awk -v zip="$$zip" '{ printf "%6.2f MB  %s\n", $$1 / 1e6, zip }'; done

# Every function's zip, by one run of Maven.
target/zips: $(shell find pom.xml build/lambda-zip.xml common functions -name target -prune -o \( -type f -o -path '*/src*' \) -print) | jdk
	@$(MVN) --quiet package -DskipTests -Dspotless.check.skip -pl '!local,!checks'
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
chromium:
	@if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then \
	  [ "$$(id -u)" = 0 ] || { echo "photo-credits: the page's tests need Chromium: apt-get install chromium chromium-driver fonts-inter" >&2; exit 1; }; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver fonts-inter >/dev/null; \
	fi

sam checkov schemathesis:
	@build/python-tool $@

email:
	@[ -n "$$EMAIL" ] || { echo "photo-credits: EMAIL is missing; name the user, as in EMAIL=ada@example.com." >&2; exit 1; }

jdk:
	@[ -n "$$JAVA_HOME" ]
