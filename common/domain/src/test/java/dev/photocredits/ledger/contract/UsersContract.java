package dev.photocredits.ledger.contract;

import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.newSession;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.credits.GrantOutcome.Granted;
import dev.photocredits.credits.Identity;
import dev.photocredits.generation.StartOutcome.Started;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Credits;
import dev.photocredits.values.CustomerId;
import dev.photocredits.values.Email;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How users are created, get welcome credits, and are linked to a customer at Stripe. */
interface UsersContract extends LedgerUnderTest {
  @Test
  default void an_unknown_user_is_not_found() {
    assertThat(ledger().find(newEmail())).isEmpty();
  }

  @Test
  default void a_new_user_has_no_credits_and_no_transactions() {
    var ada = newEmail();
    var now = SAMPLES.now();

    var user = ledger().create(ada, null, now);

    assertThat(user.credits()).isEqualTo(credits(0));
    assertThat(user.createdAt()).isEqualTo(now);
    assertThat(ledger().find(ada)).contains(user);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
  }

  @Test
  default void welcome_credits_are_a_transaction_like_any_other() {
    var ada = newEmail();
    var welcome = SAMPLES.welcome(5);

    var user = ledger().create(ada, welcome, SAMPLES.now());

    assertThat(user.credits()).isEqualTo(credits(5));
    assertThat(ledger().statement(ada, 10, null).items()).containsExactly(welcome);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void creating_a_user_again_changes_nothing() {
    var ada = user(10);

    var again = ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now());

    assertThat(again.credits()).isEqualTo(credits(10));
    assertThat(ledger().find(ada)).contains(again);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void twenty_concurrent_first_reads_create_one_user_and_grant_welcome_credits_once() {
    var ada = newEmail();

    var users = Race.of(20, _ -> ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now()));

    assertThat(users).extracting(user -> user.credits()).containsOnly(credits(5));
    assertThat(users)
        .extracting(user -> user.createdAt())
        .hasSize(20)
        .containsOnly(users.getFirst().createdAt());
    assertThat(ledger().statement(ada, 100, null).items()).hasSize(1);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void addresses_of_one_mailbox_are_separate_users_but_get_welcome_credits_once() {
    var ada = newEmail();
    var tagged = tagged(ada, "again");

    var first = ledger().create(tagged, SAMPLES.welcome(5), SAMPLES.now());
    var second = ledger().create(ada, SAMPLES.welcome(5), SAMPLES.now());
    var third = ledger().create(tagged(ada, "more"), SAMPLES.welcome(5), SAMPLES.now());

    assertThat(first.credits()).isEqualTo(credits(5));
    assertThat(List.of(second, third))
        .extracting(user -> user.credits())
        .containsOnly(Credits.NONE);
    assertThat(ledger().find(ada)).contains(second);
    assertThat(ledger().find(tagged)).contains(first);
    assertThat(ledger().statement(ada, 10, null).items()).isEmpty();
    Invariants.hold(auditReader(), List.of(ada, tagged));
  }

  @Test
  default void concurrent_sign_ups_from_one_mailbox_get_welcome_credits_once() {
    var ada = newEmail();

    var users =
        Race.of(
            16, i -> ledger().create(tagged(ada, "tag" + i), SAMPLES.welcome(5), SAMPLES.now()));

    assertThat(users).extracting(user -> user.email()).doesNotHaveDuplicates();
    assertThat(users.stream().mapToInt(user -> user.credits().value()).sum()).isEqualTo(5);
  }

  @Test
  default void the_first_customer_linked_to_a_user_is_kept() {
    var ada = user(0);

    var first = ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now());
    var second = ledger().linkCustomer(ada, new CustomerId("cus_2"), null, SAMPLES.now());

    assertThat(first).isEqualTo(second).isEqualTo(new CustomerId("cus_1"));
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(first);
  }

  @Test
  default void concurrent_links_agree_on_one_customer() {
    var ada = user(0);

    var customers =
        Race.of(
            16, i -> ledger().linkCustomer(ada, new CustomerId("cus_" + i), null, SAMPLES.now()));

    assertThat(customers).containsOnly(ledger().find(ada).orElseThrow().customer().orElseThrow());
  }

  @Test
  default void only_a_deleted_customer_is_replaced() {
    var ada = user(0);
    var deleted = new CustomerId("cus_1");
    var next = new CustomerId("cus_2");
    assertThat(ledger().linkCustomer(ada, deleted, null, SAMPLES.now())).isEqualTo(deleted);

    var replaced = ledger().linkCustomer(ada, next, deleted, SAMPLES.now());
    var repeated = ledger().linkCustomer(ada, next, deleted, SAMPLES.now());
    var late = ledger().linkCustomer(ada, new CustomerId("cus_3"), deleted, SAMPLES.now());

    assertThat(replaced).isEqualTo(repeated).isEqualTo(late).isEqualTo(next);
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(next);
  }

  @Test
  default void concurrent_replacements_agree_on_one_customer() {
    var ada = user(0);
    var deleted = new CustomerId("cus_deleted");
    assertThat(ledger().linkCustomer(ada, deleted, null, SAMPLES.now())).isEqualTo(deleted);

    var customers =
        Race.of(
            16,
            i -> ledger().linkCustomer(ada, new CustomerId("cus_" + i), deleted, SAMPLES.now()));

    var linked = ledger().find(ada).orElseThrow().customer().orElseThrow();
    assertThat(customers).containsOnly(linked);
    assertThat(linked).isNotEqualTo(deleted);
  }

  @Test
  default void a_replacement_is_linked_to_a_user_without_a_customer() {
    var ada = user(0);
    var next = new CustomerId("cus_2");

    var linked = ledger().linkCustomer(ada, next, new CustomerId("cus_1"), SAMPLES.now());

    assertThat(linked).isEqualTo(next);
    assertThat(ledger().find(ada).orElseThrow().customer()).contains(next);
  }

  @Test
  default void a_customer_cannot_be_linked_to_an_unknown_user() {
    var unknown = newEmail();

    assertThatThrownBy(
            () -> ledger().linkCustomer(unknown, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().find(unknown)).isEmpty();
  }

  private static Email tagged(Email email, String tag) {
    return new Email(email.value().replace("@", "+" + tag + "@"));
  }

  @Test
  default void an_account_is_bound_to_the_identity_that_uses_it_first() {
    var ada = user(0);
    var first = Identity.of("https://issuer.example", "first");
    var second = Identity.of("https://issuer.example", "second");
    var now = SAMPLES.now();

    assertThat(ledger().bind(ada, first, now)).isEqualTo(first);
    assertThat(ledger().bind(ada, first, SAMPLES.now())).isEqualTo(first);
    assertThat(ledger().bind(ada, second, SAMPLES.now())).isEqualTo(first);

    assertThat(ledger().find(ada).orElseThrow().identity()).contains(first);
    assertThat(ledger().find(ada).orElseThrow().updatedAt()).isEqualTo(now);
  }

  @Test
  default void concurrent_first_uses_agree_on_one_identity() {
    var ada = user(0);

    var bound =
        Race.of(
            16,
            i -> ledger().bind(ada, Identity.of("https://issuer.example", "" + i), SAMPLES.now()));

    assertThat(bound).containsOnly(ledger().find(ada).orElseThrow().identity().orElseThrow());
  }

  @Test
  default void an_identity_stays_whatever_else_happens_to_the_account() {
    var ada = user(0);
    var identity = Identity.of("https://issuer.example", "ada");
    assertThat(ledger().bind(ada, identity, SAMPLES.now())).isEqualTo(identity);

    assertThat(ledger().grant(ada, SAMPLES.purchase(newSession(), 10), null))
        .isInstanceOf(Granted.class);
    assertThat(ledger().linkCustomer(ada, new CustomerId("cus_1"), null, SAMPLES.now()))
        .isEqualTo(new CustomerId("cus_1"));
    assertThat(start(SAMPLES.order(ada, 3))).isEqualTo(new Started());

    assertThat(ledger().find(ada).orElseThrow().identity()).contains(identity);
    Invariants.hold(auditReader(), List.of(ada));
  }

  @Test
  default void an_unknown_user_cannot_be_bound() {
    var unknown = newEmail();

    assertThatThrownBy(() -> ledger().bind(unknown, Identity.of("i", "s"), SAMPLES.now()))
        .isInstanceOf(RuntimeException.class);

    assertThat(ledger().find(unknown)).isEmpty();
  }
}
