package dev.photocredits.local;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import dev.photocredits.emulators.Settings;
import dev.photocredits.emulators.StartupFailure;
import dev.photocredits.emulators.Template;
import dev.photocredits.emulators.issuer.LocalIssuer;
import dev.photocredits.emulators.issuer.TokenVerifier;
import dev.photocredits.lambda.Environment;
import dev.photocredits.local.gateway.LambdaFunction;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The verification of tokens when {@code AUTH_MODE} is {@code jwt}.
 *
 * @param issuer our own issuer, unless {@code JWT_ISSUER} names another
 */
record TokenCheck(LocalService service, TokenVerifier verifier, Optional<LocalIssuer> issuer) {
  /** The name in the banner. */
  static final String NAME = "Tokens";

  private static final String AUDIENCE = "photo-credits";

  /** Our issuer is served as another function with its own routes. */
  private static final Template.Function FUNCTION =
      new Template.Function(
          "LocalIssuer", LocalIssuer.class.getName(), Duration.ofSeconds(29), 1024);

  /**
   * Returns empty if {@code AUTH_MODE} is not {@code jwt}. Throws {@link StartupFailure} if the
   * settings contradict each other.
   */
  static Optional<TokenCheck> of(Settings settings, URI gateway) {
    settings.require("JWT_ISSUER", "JWT_AUDIENCE");
    var external = settings.address("JWT_ISSUER");
    if (settings.oneOf("AUTH_MODE", "open", List.of("open", "jwt")).equals("open")) {
      if (external.isPresent()) {
        throw new StartupFailure("JWT_ISSUER is set, so AUTH_MODE must be jwt.");
      }
      return Optional.empty();
    }
    var clock = InstantSource.system();
    var issuer = external.orElse(gateway);
    var audience = settings.get("JWT_AUDIENCE", AUDIENCE);
    var ours =
        external.isPresent()
            ? Optional.<LocalIssuer>empty()
            : Optional.of(
                LocalIssuer.create(issuer, audience, new Environment(settings.values()), clock));
    var variables = Map.of("JWT_ISSUER", issuer.toString(), "JWT_AUDIENCE", audience);
    var service = new LocalSystem.Service(NAME, ours.isPresent(), issuer);
    return Optional.of(
        new TokenCheck(
            new LocalService(service, variables, Optional.empty(), () -> {}),
            TokenVerifier.of(issuer, audience, clock),
            ours));
  }

  /**
   * The settings to check against the template, without a {@code JWT_ISSUER} on this machine: the
   * template requires TLS, which that one does not need.
   */
  static Map<String, String> deployable(Settings settings) {
    var deployable = new HashMap<>(settings.values());
    if (settings.address("JWT_ISSUER").filter(Settings::isLoopback).isPresent()) {
      deployable.remove("JWT_ISSUER");
    }
    return deployable;
  }

  /** The path at which our issuer, if there is one, issues tokens. */
  Optional<String> tokenPath() {
    return issuer.map(_ -> LocalIssuer.TOKEN_PATH);
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
