package dev.photocredits.mutants;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the given test classes, and exits at the first failure. */
final class FirstFailure {
  static final int FAILED = 3;
  static final String PREFIX = "failed first: ";

  private FirstFailure() {}

  public static void main(String[] classes) {
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request(classes), summary, new Halt());
    System.exit(summary.getSummary().getTestsSucceededCount() == 0 ? 1 : 0);
  }

  private static LauncherDiscoveryRequest request(String[] classes) {
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(
            Arrays.stream(classes).map(name -> selectClass(name)).toArray(DiscoverySelector[]::new))
        .build();
  }

  private static final class Halt implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == Status.FAILED) {
        System.out.println(PREFIX + test.getDisplayName());
        System.out.flush();
        Runtime.getRuntime().halt(FAILED);
      }
    }
  }
}
