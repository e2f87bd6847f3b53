package dev.photocredits.checks.bench;

import dev.photocredits.local.LocalSystem;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Counts what arrives at DynamoDB and S3, by operation. */
final class RoundTrips {
  private final Map<String, Integer> dynamoDb = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> s3 = new ConcurrentSkipListMap<>();

  /** Those of that system from now on. */
  RoundTrips(LocalSystem system) {
    system.dynamoDb().orElseThrow().onRequest(countIn(dynamoDb));
    system.s3().orElseThrow().onRequest(countIn(s3));
  }

  private static Consumer<String> countIn(Map<String, Integer> counts) {
    return operation -> {
      var _ = counts.merge(operation, 1, Integer::sum);
    };
  }

  void clear() {
    dynamoDb.clear();
    s3.clear();
  }

  /** DynamoDB's since the last {@link #clear}, for each of so many requests. */
  String dynamoDb(int requests) {
    return told(dynamoDb, requests);
  }

  /** S3's since the last {@link #clear}, for each of so many requests. */
  String s3(int requests) {
    return told(s3, requests);
  }

  private static String told(Map<String, Integer> counts, int requests) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(count -> each(count.getValue(), requests) + " " + count.getKey())
            .collect(Collectors.joining(", "));
  }

  // A fraction would mean that not every request did the same, and shows as one.
  private static String each(int count, int requests) {
    return count % requests == 0
        ? Integer.toString(count / requests)
        : "%.2f".formatted((double) count / requests);
  }
}
