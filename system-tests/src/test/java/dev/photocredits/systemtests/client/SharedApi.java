package dev.photocredits.systemtests.client;

import java.util.Map;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides one system with default settings that all test classes share, and resets its fakes
 * before each test. Tests stay independent by using different users.
 */
public final class SharedApi implements ParameterResolver, BeforeEachCallback {
  @Override
  public void beforeEach(ExtensionContext context) {
    var api = api(context);
    api.gemini.generates();
    api.stripe.works();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Api.class;
  }

  @Override
  public Api resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return api(context);
  }

  // JUnit closes the values in the root store after the last test.
  private static Api api(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(SharedApi.class))
        .computeIfAbsent(Api.class, _ -> Api.start(Map.of()), Api.class);
  }
}
