package dev.photocredits.s3;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * {@link ImageRemoval} in S3: deletes everything in the folder of a generation or of an uploader.
 * For operators only, because no function may list the bucket.
 */
public final class S3ImageRemoval implements ImageRemoval {
  private final S3Client client;
  private final String bucket;

  private S3ImageRemoval(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /** Opens a bucket, which must not keep versions. */
  public static S3ImageRemoval open(AwsAccess aws, String bucket) {
    return new S3ImageRemoval(S3ImageStore.client(aws), bucket);
  }

  @Override
  public void removeAll(GenerationId generation) {
    removeFolder(S3ImageStore.folder(generation));
  }

  @Override
  public void removeUploads(Email owner) {
    removeFolder(S3Uploads.folder(owner));
  }

  private void removeFolder(String folder) {
    client
        .listObjectsV2Paginator(list -> list.bucket(bucket).prefix(folder))
        .contents()
        .forEach(
            image -> {
              var _ = client.deleteObject(delete -> delete.bucket(bucket).key(image.key()));
            });
  }
}
