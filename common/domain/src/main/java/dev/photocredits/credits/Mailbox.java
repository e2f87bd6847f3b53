package dev.photocredits.credits;

import java.util.Set;

/**
 * The mailbox that an address delivers to, as far as its spelling tells: without a tag behind a
 * plus sign, at any provider, and at Gmail without dots and under one domain. Only welcome credits
 * go by it; accounts go by the address.
 *
 * <p>At a provider that knows no tags two people may count as one mailbox. The second of them gets
 * no welcome credits, and nothing else is shared.
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
