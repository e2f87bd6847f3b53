package dev.photocredits.aws.s3;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;
import dev.photocredits.generation.Photos;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** {@link Photos} in S3, among what the bucket's lifecycle removes after a day. */
public final class S3Photos implements Photos {
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final S3Client client;
  private final String bucket;

  private S3Photos(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  public static S3Photos open(AwsAccess aws, String bucket) {
    return new S3Photos(S3ImageStore.client(aws), bucket);
  }

  private static String key(GenerationId generation) {
    return "uploads/orders/" + generation;
  }

  @Override
  public void put(GenerationId generation, Image photo) {
    client.putObject(
        put -> put.bucket(bucket).key(key(generation)).contentType(photo.contentType().value()),
        RequestBody.fromBytes(photo.bytes()));
  }

  @Override
  public Optional<Image> find(GenerationId generation) {
    try {
      var found = client.getObjectAsBytes(get -> get.bucket(bucket).key(key(generation)));
      return Optional.of(
          new Image(new ContentType(found.response().contentType()), found.asByteArrayUnsafe()));
    } catch (S3Exception e) {
      // S3 says 403 of what is not there to whoever may not list the bucket.
      if (e.statusCode() == NOT_FOUND || e.statusCode() == FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void remove(GenerationId generation) {
    try {
      client.deleteObject(delete -> delete.bucket(bucket).key(key(generation)));
    } catch (SdkException _) {
      // It stays until the bucket's lifecycle removes it.
    }
  }
}
