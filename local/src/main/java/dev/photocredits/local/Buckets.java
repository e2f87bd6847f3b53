package dev.photocredits.local;

import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;

/** Creates the template's bucket where CloudFormation does not. */
public final class Buckets {
  private Buckets() {}

  /** Creates that bucket unless there is one of that name. */
  public static void create(S3Client client, String name) {
    try {
      client.createBucket(bucket -> bucket.bucket(name));
    } catch (BucketAlreadyOwnedByYouException | BucketAlreadyExistsException exists) {
      return;
    }
  }
}
