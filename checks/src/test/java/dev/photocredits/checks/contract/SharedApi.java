package dev.photocredits.checks.contract;

import java.util.Map;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one system that all classes share, with default settings, and sets its fakes back
 * before each test. The tests stay apart by their people.
 */
final class SharedApi implements ParameterResolver, BeforeEachCallback {
  @Override
  public void beforeEach(ExtensionContext context) {
    var api = api(context);
    api.gemini.draws();
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

  // JUnit closes what is in the root's store after the last test.
  private static Api api(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(SharedApi.class))
        .computeIfAbsent(Api.class, _ -> Api.start(Map.of()), Api.class);
  }
}
