package dev.photocredits.local;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * A service that the functions use, and what the local run needs to know about it.
 *
 * @param service the service as the banner shows it
 * @param variables the environment variables that point functions to it
 * @param emulator our own DynamoDB, S3 or SQS, if the service is one of these
 * @param stop stops what this run started for the service
 */
record LocalService(
    LocalSystem.Service service,
    Map<String, String> variables,
    Optional<AutoCloseable> emulator,
    Runnable stop) {
  /** A service that this run did not start. */
  static LocalService elsewhere(String name, URI address, Map<String, String> variables) {
    return new LocalService(
        new LocalSystem.Service(name, false, address), variables, Optional.empty(), () -> {});
  }
}
