package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides each test with a {@link Visitor} in a new browser, and with the shared {@link
 * RunningSystem}. Messages in the browser's console fail the test. A failed test leaves a
 * screenshot in target/browser.
 */
final class PageExtension implements ParameterResolver, AfterEachCallback {
  private static final Namespace HERE = Namespace.create(PageExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    var type = parameter.getParameter().getType();
    return type == RunningSystem.class || type == Visitor.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RunningSystem.class
        ? system(context)
        : visitor(context);
  }

  // JUnit closes stored values: the system after the last test, a visitor after each test.
  private static RunningSystem system(ExtensionContext context) {
    var system =
        context
            .getRoot()
            .getStore(HERE)
            .computeIfAbsent(RunningSystem.class, _ -> RunningSystem.open(), RunningSystem.class);
    system.gemini.generates();
    return system;
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
      visitor.savesScreenshot(
          context.getRequiredTestMethod().getName(), Path.of("target", "browser"));
    }
    assertThat(visitor.complaints()).isEmpty();
  }
}
