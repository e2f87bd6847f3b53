package dev.photocredits.s3;

import dev.photocredits.erasure.ImageRemoval;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import software.amazon.awssdk.services.s3.S3Client;

/** {@link ImageRemoval} in S3: deletes all in the folder of a generation or of an uploader. */
final class S3ImageRemoval implements ImageRemoval {
  private final String bucket;
  private final DigestKey key;
  private final S3Client client;

  S3ImageRemoval(String bucket, DigestKey key, S3Client client) {
    this.bucket = bucket;
    this.key = key;
    this.client = client;
  }

  @Override
  public void removeAll(GenerationId generation) {
    removeFolder(S3ImageStore.folder(generation));
  }

  @Override
  public void removeUploads(Email owner) {
    removeFolder(S3Uploads.folder(key, owner));
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
