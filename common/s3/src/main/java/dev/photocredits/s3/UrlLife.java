package dev.photocredits.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** How long a signed URL works: no longer than the credentials that sign it. */
record UrlLife(Duration longest, AwsCredentialsProvider credentials, InstantSource clock) {

  /** How long a URL works that is signed now. */
  Duration fromNow() {
    Optional<Instant> end = credentials.resolveCredentials().expirationTime();
    return end.map(instant -> Duration.between(clock.instant(), instant))
        .filter(left -> left.compareTo(longest) < 0)
        .map(left -> left.isPositive() ? left : Duration.ofSeconds(1))
        .orElse(longest);
  }
}
