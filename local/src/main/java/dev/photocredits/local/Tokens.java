package dev.photocredits.local;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.tokens.LocalIssuer;
import dev.photocredits.local.tokens.TokenVerifier;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whose tokens the gateway lets through, where {@code AUTH_MODE} is {@code jwt}.
 *
 * @param issuer ours, unless {@code JWT_ISSUER} names another
 */
record Tokens(Service service, TokenVerifier verifier, Optional<LocalIssuer> issuer) {
  /** What the banner calls them. */
  static final String NAME = "Tokens";

  private static final String AUDIENCE = "photo-credits";

  /** Our issuer is served as one more function, with routes of its own. */
  private static final Template.Function FUNCTION =
      new Template.Function(
          "LocalIssuer", LocalIssuer.class.getName(), Duration.ofSeconds(29), 1024);

  /** Nothing where everything is open. Throws {@link CannotStart} if the settings disagree. */
  static Optional<Tokens> of(Settings settings, URI gateway) {
    settings.demand("JWT_ISSUER", "JWT_AUDIENCE");
    var given = settings.address("JWT_ISSUER");
    if (!settings.get("AUTH_MODE", "open").equals("jwt")) {
      if (given.isPresent()) {
        throw new CannotStart("JWT_ISSUER is set, and so AUTH_MODE must be jwt.");
      }
      return Optional.empty();
    }
    var clock = InstantSource.system();
    var issuer = given.orElse(gateway);
    var audience = settings.get("JWT_AUDIENCE", AUDIENCE);
    var ours =
        given.isPresent()
            ? Optional.<LocalIssuer>empty()
            : Optional.of(
                LocalIssuer.create(issuer, audience, new Environment(settings.values()), clock));
    var variables = Map.of("JWT_ISSUER", issuer.toString(), "JWT_AUDIENCE", audience);
    var part = new LocalSystem.Part(NAME, ours.isPresent(), issuer);
    return Optional.of(
        new Tokens(
            new Service(part, variables, Optional.empty(), () -> {}),
            TokenVerifier.of(issuer, audience, clock),
            ours));
  }

  /** What the template has to allow: an issuer on this machine may do without TLS. */
  static Map<String, String> deployable(Settings settings) {
    var deployable = new HashMap<>(settings.values());
    if (settings.address("JWT_ISSUER").filter(Settings::isHere).isPresent()) {
      deployable.remove("JWT_ISSUER");
    }
    return deployable;
  }

  /** Where a token can be had for the asking. */
  Optional<String> signer() {
    return issuer.map(_ -> LocalIssuer.SIGNER);
  }

  List<Template.Route> routes() {
    return issuer.isEmpty()
        ? List.of()
        : LocalIssuer.ROUTES.stream()
            .map(key -> new Template.Route(key, FUNCTION.name(), false))
            .toList();
  }

  Map<String, LambdaFunction> functions(Consumer<String> log) {
    return issuer
        .map(ours -> new LambdaFunction(FUNCTION, APIGatewayV2HTTPEvent.class, ours, log))
        .map(function -> Map.of(FUNCTION.name(), function))
        .orElse(Map.of());
  }
}
