package dev.photocredits.local;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that the functions use.
 *
 * @param part what it is to the person who started the run
 * @param variables what the functions must know of it
 * @param engine ours, if it is one
 * @param stop ends what we started for it
 */
record Service(
    LocalSystem.Part part,
    Map<String, String> variables,
    Optional<AutoCloseable> engine,
    Runnable stop) {
  /** One that somebody else runs. */
  static Service elsewhere(String name, URI address, Map<String, String> variables) {
    return new Service(
        new LocalSystem.Part(name, false, address), variables, Optional.empty(), () -> {});
  }
}
