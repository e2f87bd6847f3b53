package dev.photocredits.bench;

import dev.photocredits.local.LocalSystem;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Counts the requests to DynamoDB and S3, by operation. */
final class RoundTrips {
  private final Map<String, Integer> dynamoDb = new ConcurrentSkipListMap<>();
  private final Map<String, Integer> s3 = new ConcurrentSkipListMap<>();

  /** Starts counting the requests of the system. */
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

  /** The DynamoDB requests since the last {@link #clear}, per API request. */
  String dynamoDb(int requests) {
    return described(dynamoDb, requests);
  }

  /** The S3 requests since the last {@link #clear}, per API request. */
  String s3(int requests) {
    return described(s3, requests);
  }

  private static String described(Map<String, Integer> counts, int requests) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(count -> each(count.getValue(), requests) + " " + count.getKey())
            .collect(Collectors.joining(", "));
  }

  // A fraction means that not every API request made the same requests.
  private static String each(int count, int requests) {
    return count % requests == 0
        ? Integer.toString(count / requests)
        : "%.2f".formatted((double) count / requests);
  }
}
