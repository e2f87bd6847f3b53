package dev.photocredits.values;

import java.util.Set;

/**
 * The mailbox to which an address delivers, as far as the spelling tells. The part after a plus
 * sign is dropped for every provider; for Gmail, dots are dropped and the domain is unified.
 * Mailboxes only decide about welcome credits; accounts belong to addresses.
 *
 * <p>At a provider that has no plus-addressing, two people may count as one mailbox. The second of
 * them receives no welcome credits; there is no other effect.
 */
public record Mailbox(String address) {
  private static final String GMAIL = "gmail.com";
  private static final Set<String> GMAILS = Set.of(GMAIL, "googlemail.com");

  public static Mailbox of(Email email) {
    var at = email.value().lastIndexOf('@');
    var domain = email.value().substring(at + 1);
    var local = email.value().substring(0, at);
    var user = local.split("\\+", 2)[0];
    var isGmail = GMAILS.contains(domain);
    var name = isGmail ? user.replace(".", "") : user;
    return new Mailbox((name.isEmpty() ? local : name) + "@" + (isGmail ? GMAIL : domain));
  }
}
