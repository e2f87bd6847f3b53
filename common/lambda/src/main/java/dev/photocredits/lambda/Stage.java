package dev.photocredits.lambda;

/**
 * The stage of this deployment, such as {@code development}. Each stage has its own data, secrets
 * and users; only {@code production} takes real money.
 */
public record Stage(String name) {
  private static final String DEVELOPMENT = "development";
  private static final String PRODUCTION = "production";

  /** The stage that {@code ENVIRONMENT} names; {@code development} if it is absent. */
  public static Stage of(Environment environment) {
    return new Stage(environment.text("ENVIRONMENT", DEVELOPMENT));
  }

  public boolean isProduction() {
    return name.equals(PRODUCTION);
  }
}
