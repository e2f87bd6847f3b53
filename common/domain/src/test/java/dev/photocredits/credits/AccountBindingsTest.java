package dev.photocredits.credits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Race;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AccountBindingsTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Identity FIRST = Identity.of("https://issuer.example", "first");
  private static final Identity SECOND = Identity.of("https://issuer.example", "second");

  private final InMemoryLedger ledger = new InMemoryLedger();
  private final AccountBindings bindings = new AccountBindings(ledger, InstantSource.fixed(NOON));
  private final Accounts accounts =
      new Accounts(
          ledger, Credits.NONE, new TimeOrderedIds(new Random(7)), InstantSource.fixed(NOON));

  @Test
  void the_first_identity_that_uses_an_account_keeps_it() {
    var account = ledger.create(ADA, null, NOON);

    assertThat(bindings.admit(ADA, FIRST)).isTrue();
    assertThat(bindings.admit(ADA, SECOND)).isFalse();
    assertThat(bindings.admit(ADA, FIRST)).isTrue();
    assertThat(bindings.admit(account, SECOND)).isFalse();
  }

  @Test
  void of_concurrent_first_uses_one_is_admitted() {
    var account = ledger.create(ADA, null, NOON);

    var admitted =
        Race.of(16, i -> bindings.admit(account, Identity.of("https://issuer.example", "" + i)));

    assertThat(admitted).containsOnlyOnce(true);
  }

  @Test
  void an_address_without_an_account_admits_everyone_and_opens_none() {
    assertThat(bindings.admit(ADA, FIRST)).isTrue();
    assertThat(bindings.admit(ADA, SECOND)).isTrue();

    assertThat(ledger.find(ADA)).isEmpty();
  }

  @Test
  void open_access_binds_nothing_and_is_always_admitted() {
    var _ = ledger.create(ADA, null, NOON);

    assertThat(bindings.admit(ADA, null)).isTrue();
    assertThat(ledger.find(ADA).orElseThrow().identity()).isEmpty();

    assertThat(bindings.admit(ADA, FIRST)).isTrue();
    assertThat(bindings.admit(ADA, null)).isTrue();
  }

  @Test
  void a_new_account_is_bound_to_the_caller_who_opens_it() {
    assertThat(accounts.open(ADA, FIRST)).isPresent();

    assertThat(ledger.find(ADA).orElseThrow().identity()).contains(FIRST);
    assertThat(accounts.open(ADA, SECOND)).isEmpty();
  }

  @Test
  void an_account_that_a_purchase_opened_is_bound_to_its_first_caller() {
    var _ = accounts.open(ADA);

    assertThat(accounts.open(ADA, SECOND)).isPresent();

    assertThat(accounts.open(ADA, FIRST)).isEmpty();
  }

  @Test
  void an_identity_is_the_digest_of_issuer_and_subject() {
    // printf 'https://issuer.example first' | sha256sum
    assertThat(FIRST.digest())
        .isEqualTo("667f568bb1e400bad076fb3c80ea75b43a8fe3699fbbe62ad4f97b4955fd5542");
    assertThat(FIRST).isNotEqualTo(SECOND);
    assertThat(FIRST).isNotEqualTo(Identity.of("https://issuer.example/", "first"));
    assertThatThrownBy(() -> new Identity("first")).isInstanceOf(IllegalArgumentException.class);
  }
}
