package dev.photocredits.values;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MailboxTest {

  @ParameterizedTest
  @CsvSource({
    "ada@example.com, ada@example.com",
    "ada+photos@example.com, ada@example.com",
    "ada+photos+2026@example.com, ada@example.com",
    "ada+@example.com, ada@example.com",
    "ada.lovelace@gmail.com, adalovelace@gmail.com",
    "a.d.a..lovelace.@gmail.com, adalovelace@gmail.com",
    "ada.lovelace+photos.2026@gmail.com, adalovelace@gmail.com",
    "ada.lovelace@googlemail.com, adalovelace@gmail.com",
    "adalovelace+x@googlemail.com, adalovelace@gmail.com"
  })
  void addresses_of_one_mailbox_are_recognized(String address, String mailbox) {
    assertThat(Mailbox.of(new Email(address))).isEqualTo(new Mailbox(mailbox));
  }

  @ParameterizedTest
  @CsvSource({
    "ada.lovelace@example.com, adalovelace@example.com",
    "ada@gmail.com, ada@example.com",
    "ada@gmail.com, ada@gmail.com.example",
    "ada@gmail.com, ada@mail.gmail.com",
    "ada-photos@gmail.com, ada@gmail.com",
    "ada_photos@gmail.com, adaphotos@gmail.com",
    "+ada@example.com, +eve@example.com",
    ".+ada@gmail.com, .+eve@gmail.com"
  })
  void addresses_that_may_belong_to_two_people_are_different_mailboxes(String one, String other) {
    assertThat(Mailbox.of(new Email(one))).isNotEqualTo(Mailbox.of(new Email(other)));
  }

  @Test
  void the_address_of_a_mailbox_leads_to_the_same_mailbox() {
    var mailbox = Mailbox.of(new Email("a.da+x@googlemail.com"));

    assertThat(Mailbox.of(new Email(mailbox.address()))).isEqualTo(mailbox);
  }
}
