package dev.photocredits.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.emulators.LocalDynamoDb;
import dev.photocredits.payments.ProviderEvent;
import dev.photocredits.reconciliation.OpenEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of {@code photo-credits close-event}. */
final class CloseEventCommandTest {
  private final LocalDynamoDb system = LocalDynamoDb.inMemory();
  private final TestTerminal terminal = new TestTerminal(system.endpoint());

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
    assertThat(terminal.run("close-event")).isZero();
    assertThat(terminal.output()).isEqualTo("There are no open events.\n");
    open("evt_1", "busy", false);
    open("evt_2", "a refund failed", true);

    assertThat(terminal.run("close-event")).isZero();

    assertThat(terminal.output())
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

    assertThat(close("evt_1, evt_2")).isZero();

    assertThat(terminal.output()).isEqualTo("Closed evt_1.\nClosed evt_2.\n");
    assertThat(terminal.run("close-event")).isZero();
    assertThat(terminal.output()).startsWith("evt_3 ").doesNotContain("evt_1", "evt_2");
    try (var client = system.client()) {
      assertThat(client.scan(scan -> scan.tableName("photo-credits")).items().toString())
          .contains("S=eve", "S=sold by another shop");
    }
  }

  @Test
  void an_event_that_is_not_open_is_named_and_unchanged() {
    open("evt_1", "busy", false);

    assertThat(close("evt_2,evt_1")).isEqualTo(1);

    assertThat(terminal.output())
        .isEqualTo("evt_2 is not open. Nothing was changed.\nClosed evt_1.\n");
    assertThat(close("evt_1")).isEqualTo(1);
  }

  @Test
  void closing_an_event_needs_a_reason() {
    open("evt_1", "busy", false);

    assertThat(terminal.run("close-event", "--id=evt_1", "--actor=eve")).isEqualTo(2);
    assertThat(terminal.errors()).isEqualTo("--reason must have 1 to 200 characters.\n");

    assertThat(terminal.run("close-event")).isZero();
    assertThat(terminal.output()).startsWith("evt_1 ");
  }

  private void open(String event, String problem, boolean isHandled) {
    var isOpen =
        OperatorTable.with(
            terminal.environment(), table -> open(table.openEvents(), event, problem, isHandled));
    assertThat(isOpen).isTrue();
  }

  private static boolean open(OpenEvents events, String event, String problem, boolean isHandled) {
    return events.open(
        new ProviderEvent(event, "refund.failed", "re_1"), problem, isHandled, TestTerminal.NOON);
  }

  private int close(String ids) {
    return terminal.run(
        "close-event", "--id=" + ids, "--reason=sold by another shop", "--actor=eve");
  }
}
