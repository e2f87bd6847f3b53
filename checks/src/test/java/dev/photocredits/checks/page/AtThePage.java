package dev.photocredits.checks.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test a {@link Visitor} of its own, with a new browser, and the {@link Shop} that all
 * share. A browser that complained fails the test, and one of a test that failed is photographed
 * into target/browser.
 */
final class AtThePage implements ParameterResolver, AfterEachCallback {
  private static final Namespace HERE = Namespace.create(AtThePage.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    var type = parameter.getParameter().getType();
    return type == Shop.class || type == Visitor.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Shop.class ? shop(context) : visitor(context);
  }

  // JUnit closes what is in a store: a shop after the last test, a visitor after each.
  private static Shop shop(ExtensionContext context) {
    var shop =
        context.getRoot().getStore(HERE).computeIfAbsent(Shop.class, _ -> Shop.open(), Shop.class);
    shop.studio.draws();
    return shop;
  }

  private static Visitor visitor(ExtensionContext context) {
    return context
        .getStore(HERE)
        .computeIfAbsent(Visitor.class, _ -> Visitor.arrive(), Visitor.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    var visitor = context.getStore(HERE).get(Visitor.class, Visitor.class);
    if (visitor == null) {
      return;
    }
    if (context.getExecutionException().isPresent()) {
      visitor.keeps(context.getRequiredTestMethod().getName(), Path.of("target", "browser"));
    }
    assertThat(visitor.complaints()).isEmpty();
  }
}
