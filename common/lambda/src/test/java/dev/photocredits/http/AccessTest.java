package dev.photocredits.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer.JWT;
import dev.photocredits.credits.AccountBindings;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.Events;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {
  private static final Email ADA = new Email("ada@example.com");
  private static final Map<String, String> ADAS =
      Map.of(
          "email", "ada@example.com", "email_verified", "true", "iss", "https://i", "sub", "ada");

  private final Access access = Access.of(new Environment(Map.of()));

  @Test
  void any_caller_may_act_for_any_address_if_access_is_open() {
    var open = Access.of(new Environment(Map.of("AUTH_MODE", "open")));

    var caller = open.caller(withoutAuthorizer());

    assertThatCode(() -> caller.mustBe(ADA)).doesNotThrowAnyException();
    assertThat(caller.address()).isEmpty();
  }

  @Test
  void a_caller_may_act_for_their_own_address() {
    var caller = access.caller(withClaims(ADAS));

    assertThatCode(() -> caller.mustBe(ADA)).doesNotThrowAnyException();
    assertThat(caller.address()).contains(ADA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ADA@EXAMPLE.COM", "Ada@Example.com", " ada@example.com "})
  void the_address_of_the_token_is_normalised(String address) {
    var caller = access.caller(withClaims(withAddress(address)));

    assertThatCode(() -> caller.mustBe(ADA)).doesNotThrowAnyException();
  }

  @Test
  void a_request_without_a_token_is_unauthenticated() {
    assertUnauthenticated(withoutAuthorizer());
    assertUnauthenticated(withAuthorizer(Authorizer.builder().build()));
    assertUnauthenticated(
        withAuthorizer(Authorizer.builder().withJwt(JWT.builder().build()).build()));
  }

  @Test
  void an_authorizer_of_another_kind_does_not_count_as_a_token() {
    assertUnauthenticated(
        withAuthorizer(
            Authorizer.builder().withLambda(Map.of("email", "ada@example.com")).build()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"grace@example.com", "ada@example.co", "a.da@example.com"})
  void a_token_for_another_address_is_forbidden(String address) {
    var caller = access.caller(withClaims(withAddress(address)));

    assertForbidden(() -> caller.mustBe(ADA), "The token is not for this e-mail address.");
  }

  @Test
  void a_token_for_a_pseudonym_is_forbidden() {
    var pseudonym = Email.pseudonym(new Random(7)).value();

    assertProvesNothing(Map.of("email", pseudonym, "email_verified", "true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no address", "ada@example.com,x", "[ada@example.com]"})
  void a_token_without_a_valid_address_is_forbidden(String address) {
    assertProvesNothing(withAddress(address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "", "TRUE", "yes", "1", "[true]"})
  void a_token_with_an_unverified_address_is_forbidden(String verified) {
    assertProvesNothing(Map.of("email", "ada@example.com", "email_verified", verified));
  }

  @Test
  void a_token_that_lacks_a_claim_is_forbidden() {
    assertProvesNothing(Map.of());
    assertProvesNothing(Map.of("email", "ada@example.com"));
    assertProvesNothing(Map.of("email_verified", "true"));
    assertProvesNothing(Map.of("username", "ada@example.com", "email_verified", "true"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "1"})
  void a_verified_domain_counts_if_the_issuer_says_nothing_about_the_address(String verified) {
    var caller = access.caller(withClaims(entra(Map.of("xms_edov", verified))));

    assertThat(caller.address()).contains(ADA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "0", "", "TRUE", "null", "[true]"})
  void an_unverified_domain_is_forbidden(String verified) {
    assertProvesNothing(entra(Map.of("xms_edov", verified)));
  }

  @Test
  void a_verified_domain_does_not_count_if_the_address_is_unverified() {
    assertProvesNothing(entra(Map.of("xms_edov", "true", "email_verified", "false")));
    assertProvesNothing(entra(Map.of("xms_edov", "true", "email_verified", "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"access", "refresh", "", "ID"})
  void a_token_of_cognito_that_is_not_an_id_token_is_forbidden(String use) {
    var claims = new HashMap<>(ADAS);
    claims.put("token_use", use);

    assertForbidden(
        () -> access.caller(withClaims(claims)),
        "This is an access token, which carries no e-mail address. Send the ID token instead.");
  }

  @Test
  void an_id_token_of_cognito_is_accepted() {
    var claims = new HashMap<>(ADAS);
    claims.put("token_use", "id");

    assertThat(access.caller(withClaims(claims)).address()).contains(ADA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "sub"})
  void a_token_without_an_issuer_or_a_subject_is_forbidden(String claim) {
    var empty = new HashMap<>(ADAS);
    empty.put(claim, "");
    var absent = new HashMap<>(ADAS);
    absent.remove(claim);

    for (var claims : List.of(empty, absent)) {
      assertForbidden(
          () -> access.caller(withClaims(claims)), "The token names no issuer or no subject.");
    }
  }

  @Test
  void another_subject_with_the_same_address_may_not_use_the_account() {
    var ledger = new InMemoryLedger();
    var bindings = new AccountBindings(ledger, InstantSource.fixed(Instant.EPOCH));
    var _ = ledger.create(ADA, null, Instant.EPOCH);
    var others = new HashMap<>(ADAS);
    others.put("sub", "eve");

    access.caller(withClaims(ADAS)).mustOwn(ADA, bindings);

    assertThatCode(() -> access.caller(withClaims(ADAS)).mustOwn(ADA, bindings))
        .doesNotThrowAnyException();
    assertForbidden(
        () -> access.caller(withClaims(others)).mustOwn(ADA, bindings),
        "The account of this e-mail address belongs to another sign-in. Sign in as you did before,"
            + " or contact support.");
  }

  @Test
  void open_access_binds_no_account() {
    var ledger = new InMemoryLedger();
    var bindings = new AccountBindings(ledger, InstantSource.fixed(Instant.EPOCH));
    var _ = ledger.create(ADA, null, Instant.EPOCH);
    var open = Access.of(new Environment(Map.of("AUTH_MODE", "open")));

    open.caller(withoutAuthorizer()).mustOwn(ADA, bindings);

    assertThat(ledger.find(ADA).orElseThrow().identity()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "OPEN", "opened", "jwt,open"})
  void any_other_mode_is_an_invalid_setting(String mode) {
    var environment = new Environment(Map.of("AUTH_MODE", mode));

    assertThatThrownBy(() -> Access.of(environment))
        .isInstanceOf(InvalidSetting.class)
        .hasMessage("setting AUTH_MODE must be jwt or open");
  }

  /** Claims without email_verified, which Entra does not send. */
  private static Map<String, String> entra(Map<String, String> more) {
    var claims = new HashMap<>(ADAS);
    claims.remove("email_verified");
    claims.putAll(more);
    return claims;
  }

  private static Map<String, String> withAddress(String address) {
    var claims = new HashMap<>(ADAS);
    claims.put("email", address);
    return claims;
  }

  private void assertUnauthenticated(Request request) {
    var rejected = catchThrowableOfType(Rejected.class, () -> access.caller(request));

    assertThat(rejected.response())
        .isEqualTo(Response.error(ErrorCode.UNAUTHENTICATED, "This route needs a valid token."));
  }

  private void assertProvesNothing(Map<String, String> claims) {
    assertForbidden(
        () -> access.caller(withClaims(claims)), "The token carries no verified e-mail address.");
  }

  private static void assertForbidden(ThrowingCallable attempt, String detail) {
    var rejected = catchThrowableOfType(Rejected.class, attempt);

    assertThat(rejected.response()).isEqualTo(Response.error(ErrorCode.FORBIDDEN, detail));
  }

  private static Request withClaims(Map<String, String> claims) {
    return withAuthorizer(
        Authorizer.builder().withJwt(JWT.builder().withClaims(claims).build()).build());
  }

  private static Request withAuthorizer(Authorizer authorizer) {
    return Events.request(
        Events.event("GET", "/api/credits/{email}")
            .withRequestContext(Events.context("GET").withAuthorizer(authorizer).build()));
  }

  private static Request withoutAuthorizer() {
    return Events.request(Events.event("GET", "/api/credits/{email}"));
  }
}
