package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.fakes.FakeIssuer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Signing in and out, downloading the statement, and feedback. */
@ExtendWith(PageExtension.class)
final class AccountBrowserIT {

  @Test
  void the_statement_is_downloaded_with_the_balance_after_each_transaction(
      RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());
    ada.requests("In the style of film noir");
    ada.seesPictures(3);

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
  void sent_feedback_is_acknowledged(RunningSystem system, Visitor ada) {
    ada.visits(system, RunningSystem.newEmail());

    ada.presses("Send feedback");
    ada.looksGood("feedback");
    ada.types("message", "Lovely.");
    ada.presses("Send");
    ada.sees("feedback-done", "Thank you");
    ada.presses("Close");

    ada.seesNo("feedback");
  }

  @Test
  void signing_out_clears_the_page(RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg");

    ada.presses("Account");
    ada.presses("Sign out");

    ada.sees("sign-in", "Your e-mail address");
    ada.seesNo("balance");
    ada.seesNo("preview");
    ada.reloads();
    ada.sees("sign-in", "Your e-mail address");
    ada.seesNo("preview");
  }

  @Test
  void the_page_gets_tokens_from_the_local_issuer_when_they_are_required(Visitor ada) {
    try (var system = RunningSystem.open(Map.of("AUTH_MODE", "jwt"))) {
      ada.visits(system, RunningSystem.newEmail());

      ada.sees("balance", "0 credits");
    }
  }

  @Test
  void on_another_host_users_sign_in_at_a_user_pool_with_pkce(Visitor ada) {
    var email = RunningSystem.newEmail();
    try (var pool = FakeUserPool.of(email);
        var system =
            RunningSystem.open(
                Map.of(
                    "AUTH_MODE",
                    "jwt",
                    "JWT_ISSUER",
                    pool.address().toString(),
                    "JWT_AUDIENCE",
                    FakeIssuer.AUDIENCE));
        var host = StaticHost.serve(system.url(), pool.address())) {
      ada.opens(host.address() + "/#credits");
      ada.goesTo("Create");
      ada.looksGood("sign in");

      ada.presses("Sign in or register");
      ada.sees("balance", "0 credits");
      assertThat(ada.address()).isEqualTo(host.address() + "/#create");
      assertThat(pool.requests()).startsWith("authorize", "authorization_code");
      // The token expires at once, so each call requests another.
      ada.goesTo("Credits");
      ada.counts(3, ".packs li");
      assertThat(pool.requests()).contains("refresh_token");
      ada.presses("Account");
      ada.presses("Sign out");

      var _ = ada.arrivesAt("/logout?client_id=" + FakeIssuer.AUDIENCE);
      assertThat(pool.requests()).contains("revoke").endsWith("logout");
    }
  }

  @Test
  void a_sign_in_with_an_unknown_state_is_refused(RunningSystem system, Visitor ada) {
    try (var pool = FakeUserPool.of(RunningSystem.newEmail());
        var host = StaticHost.serve(system.url(), pool.address())) {
      ada.opens(host.address() + "/?code=stolen&state=forged");

      ada.sees("sign-in-problem", "The sign-in was not started here.");
      assertThat(pool.requests()).isEmpty();
      assertThat(ada.address()).doesNotContain("stolen");
    }
  }
}
