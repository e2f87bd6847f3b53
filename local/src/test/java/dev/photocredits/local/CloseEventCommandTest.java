package dev.photocredits.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

/** {@code make close-event}: what it says and does. */
final class CloseEventCommandTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void table() {
    system.createTable("photo-credits");
  }

  @AfterEach
  void end() {
    system.close();
  }

  @Test
  void without_an_id_it_lists_what_is_open() {
    assertThat(run(Map.of())).isTrue();
    assertThat(said()).isEqualTo("No event is open.\n");
    open("evt_1", "busy", false);
    open("evt_2", "a refund failed", true);

    assertThat(run(Map.of())).isTrue();

    assertThat(said())
        .isEqualTo(
            """
            evt_1 (refund.failed re_1): busy; open since 2026-11-28T12:00:00Z, 1 attempt, \
            last at 2026-11-28T12:00:00Z
            evt_2 (refund.failed re_1): a refund failed; open since 2026-11-28T12:00:00Z, \
            handled, last at 2026-11-28T12:00:00Z
            """);
  }

  @Test
  void events_are_closed_with_who_did_it_and_why() {
    open("evt_1", "busy", false);
    open("evt_2", "busy", false);
    open("evt_3", "busy", false);

    assertThat(run(Map.of("ID", "evt_1, evt_2"))).isTrue();

    assertThat(said()).isEqualTo("Closed evt_1.\nClosed evt_2.\n");
    assertThat(run(Map.of())).isTrue();
    assertThat(said()).startsWith("evt_3 ").doesNotContain("evt_1", "evt_2");
    try (var client = system.client()) {
      assertThat(client.scan(scan -> scan.tableName("photo-credits")).items().toString())
          .contains("S=eve", "S=sold by another shop");
    }
  }

  @Test
  void what_is_not_open_is_named_and_left_alone() {
    open("evt_1", "busy", false);

    assertThat(run(Map.of("ID", "evt_2,evt_1"))).isFalse();

    assertThat(said()).isEqualTo("evt_2 is not open. Nothing was done.\nClosed evt_1.\n");
    assertThat(run(Map.of("ID", "evt_1"))).isFalse();
  }

  @Test
  void nothing_is_closed_without_a_reason() {
    open("evt_1", "busy", false);

    assertThatThrownBy(() -> run(Map.of("ID", "evt_1", "REASON", " ")))
        .isInstanceOf(CannotStart.class)
        .hasMessageStartingWith("REASON must have 1 to 200 characters");

    assertThat(run(Map.of())).isTrue();
    assertThat(said()).startsWith("evt_1 ");
  }

  private void open(String event, String problem, boolean isHandled) {
    var isOpen =
        OperatedTable.with(
            new Settings(settings(Map.of())),
            table -> open(table.openEvents(), event, problem, isHandled));
    assertThat(isOpen).isTrue();
  }

  private static boolean open(OpenEvents events, String event, String problem, boolean isHandled) {
    return events.open(new ProviderEvent(event, "refund.failed", "re_1"), problem, isHandled, NOON);
  }

  private boolean run(Map<String, String> more) {
    return CloseEventCommand.run(settings(more), InstantSource.fixed(NOON), new PrintStream(said));
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

  private String said() {
    var text = said.toString(UTF_8);
    said.reset();
    return text;
  }
}
