package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.payments.OpenEvents;
import dev.photocredits.payments.ProviderEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of {@code make close-event}. */
final class CloseEventCommandTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeEach
  void table() {
    system.createTable("photo-credits");
  }

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void without_an_id_it_lists_the_open_events() {
    assertThat(run(Map.of())).isTrue();
    assertThat(output()).isEqualTo("There are no open events.\n");
    open("evt_1", "busy", false);
    open("evt_2", "a refund failed", true);

    assertThat(run(Map.of())).isTrue();

    assertThat(output())
        .isEqualTo(
            """
            evt_1 (refund.failed re_1): busy; open since 2026-11-28T12:00:00Z, 1 attempt, \
            last at 2026-11-28T12:00:00Z
            evt_2 (refund.failed re_1): a refund failed; open since 2026-11-28T12:00:00Z, \
            handled, last at 2026-11-28T12:00:00Z
            """);
  }

  @Test
  void events_are_closed_with_actor_and_reason() {
    open("evt_1", "busy", false);
    open("evt_2", "busy", false);
    open("evt_3", "busy", false);

    assertThat(run(Map.of("ID", "evt_1, evt_2"))).isTrue();

    assertThat(output()).isEqualTo("Closed evt_1.\nClosed evt_2.\n");
    assertThat(run(Map.of())).isTrue();
    assertThat(output()).startsWith("evt_3 ").doesNotContain("evt_1", "evt_2");
    try (var client = system.client()) {
      assertThat(client.scan(scan -> scan.tableName("photo-credits")).items().toString())
          .contains("S=eve", "S=sold by another shop");
    }
  }

  @Test
  void an_event_that_is_not_open_is_named_and_unchanged() {
    open("evt_1", "busy", false);

    assertThat(run(Map.of("ID", "evt_2,evt_1"))).isFalse();

    assertThat(output()).isEqualTo("evt_2 is not open. Nothing was changed.\nClosed evt_1.\n");
    assertThat(run(Map.of("ID", "evt_1"))).isFalse();
  }

  @Test
  void closing_an_event_needs_a_reason() {
    open("evt_1", "busy", false);

    assertThatThrownBy(() -> run(Map.of("ID", "evt_1", "REASON", " ")))
        .isInstanceOf(StartupFailure.class)
        .hasMessageStartingWith("REASON must have 1 to 200 characters");

    assertThat(run(Map.of())).isTrue();
    assertThat(output()).startsWith("evt_1 ");
  }

  private void open(String event, String problem, boolean isHandled) {
    var isOpen =
        OperatorTable.with(
            new Settings(settings(Map.of())),
            table -> open(table.openEvents(), event, problem, isHandled));
    assertThat(isOpen).isTrue();
  }

  private static boolean open(OpenEvents events, String event, String problem, boolean isHandled) {
    return events.open(new ProviderEvent(event, "refund.failed", "re_1"), problem, isHandled, NOON);
  }

  private boolean run(Map<String, String> more) {
    return CloseEventCommand.run(
        settings(more), InstantSource.fixed(NOON), new PrintStream(output));
  }

  private Map<String, String> settings(Map<String, String> more) {
    var settings =
        new HashMap<>(
            Map.of(
                "AWS_ENDPOINT_URL_DYNAMODB", system.endpoint().toString(),
                "REASON", "sold by another shop",
                "ACTOR", "eve"));
    settings.putAll(more);
    return settings;
  }

  private String output() {
    var text = output.toString(UTF_8);
    output.reset();
    return text;
  }
}
