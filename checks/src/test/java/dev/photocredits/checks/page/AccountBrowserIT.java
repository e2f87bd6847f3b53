package dev.photocredits.checks.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeIssuer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is here, and what they have: signing in and out, the statement as a file, feedback. */
@ExtendWith(AtThePage.class)
final class AccountBrowserIT {

  @Test
  void the_statement_is_saved_with_the_balance_after_each_entry(Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());
    ada.orders("In the style of film noir");
    ada.sees_pictures(3);

    ada.goesTo("Credits");
    ada.presses("Save as CSV");

    assertThat(ada.downloaded("statement.csv").lines())
        .satisfiesExactly(
            head ->
                assertThat(head)
                    .isEqualTo(
                        "date,type,description,credits,balance,amount,currency,payment,generation"),
            bought ->
                assertThat(bought)
                    .matches("2\\S+Z,purchase,Purchase: Starter Pack,10,10,9.99,usd,cs_\\w+,"),
            used ->
                assertThat(used)
                    .matches("2\\S+Z,usage,Image generation \\(3 variations\\),-3,7,,,,\\S+"));
  }

  @Test
  void feedback_is_sent_and_thanked_for(Shop shop, Visitor ada) {
    ada.comes(shop, Shop.somebody());

    ada.presses("Send feedback");
    ada.looks_good("feedback");
    ada.types("message", "Lovely.");
    ada.presses("Send");
    ada.sees("feedback-done", "Thank you");
    ada.presses("Close");

    ada.sees_no("feedback");
  }

  @Test
  void whoever_signs_out_leaves_nothing_behind(Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg");

    ada.presses("Account");
    ada.presses("Sign out");

    ada.sees("sign-in", "Your e-mail address");
    ada.sees_no("balance");
    ada.sees_no("preview");
    ada.reloads();
    ada.sees("sign-in", "Your e-mail address");
    ada.sees_no("preview");
  }

  @Test
  void the_local_runs_issuer_is_asked_where_tokens_are_required(Visitor ada) {
    try (var shop = Shop.open(Map.of("AUTH_MODE", "jwt"))) {
      ada.comes(shop, Shop.somebody());

      ada.sees("balance", "0 credits");
    }
  }

  @Test
  void on_another_host_people_sign_in_at_a_pool_with_pkce(Visitor ada) {
    var email = Shop.somebody();
    try (var pool = Pool.of(email);
        var shop =
            Shop.open(
                Map.of(
                    "AUTH_MODE",
                    "jwt",
                    "JWT_ISSUER",
                    pool.address().toString(),
                    "JWT_AUDIENCE",
                    FakeIssuer.AUDIENCE));
        var host = StaticHost.serve(shop.url(), pool.address())) {
      ada.opens(host.address() + "/#credits");
      ada.goesTo("Create");
      ada.looks_good("sign in");

      ada.presses("Sign in or register");
      ada.sees("balance", "0 credits");
      assertThat(ada.address()).isEqualTo(host.address() + "/#create");
      assertThat(pool.asked()).startsWith("authorize", "authorization_code");
      // The token runs out at once, so each call asks for another.
      ada.goesTo("Credits");
      ada.counts(3, ".packs li");
      assertThat(pool.asked()).contains("refresh_token");
      ada.presses("Account");
      ada.presses("Sign out");

      var _ = ada.arrivesAt("/logout?client_id=" + FakeIssuer.AUDIENCE);
      assertThat(pool.asked()).contains("revoke").endsWith("logout");
    }
  }

  @Test
  void a_sign_in_that_was_not_begun_here_is_refused(Shop shop, Visitor ada) {
    try (var pool = Pool.of(Shop.somebody());
        var host = StaticHost.serve(shop.url(), pool.address())) {
      ada.opens(host.address() + "/?code=stolen&state=forged");

      ada.sees("sign-in-problem", "The sign-in was not begun here.");
      assertThat(pool.asked()).isEmpty();
      assertThat(ada.address()).doesNotContain("stolen");
    }
  }
}
