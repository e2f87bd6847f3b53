# and test are all that most people need; each finds a JDK 25 by itself.
JAVA_HOME := $(shell build/find-jdk)
export JAVA_HOME
export MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
MVN := mvn --batch-mode --no-transfer-progress
JAVA := $(JAVA_HOME)/bin/java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.awt.headless=true

.PHONY: run test fix jdk

test: jdk       ## format check, static analysis and every test
	@$(MVN) verify

fix: jdk        ## formats the code
	@$(MVN) --quiet spotless:apply

jdk:
	@test -n "$(JAVA_HOME)"
