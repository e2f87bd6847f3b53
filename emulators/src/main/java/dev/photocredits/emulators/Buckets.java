package dev.photocredits.emulators;

import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** Creates the template's bucket for local runs and tests, where there is no CloudFormation. */
public final class Buckets {
  private Buckets() {}

  /** Creates the bucket. Does nothing if it exists. */
  public static void create(S3Client client, String name) {
    try {
      client.createBucket(bucket -> bucket.bucket(name));
    } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException exists) {
      return;
    }
  }
}
