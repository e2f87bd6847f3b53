package dev.photocredits.s3;

import dev.photocredits.images.Image;
import dev.photocredits.images.ImageStore;
import dev.photocredits.images.StoredImage;
import dev.photocredits.values.GenerationId;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * {@link ImageStore} in S3. A key contains 128 random bits. An image never changes, so clients may
 * cache it.
 */
final class S3ImageStore implements ImageStore {
  private static final String CACHE_CONTROL = "private, max-age=31536000, immutable";
  private static final int KEY_BYTES = 16;

  private final String bucket;
  private final S3Client client;
  private final S3Presigner presigner;
  private final UrlLife life;
  private final SecureRandom random = new SecureRandom();

  S3ImageStore(String bucket, S3Client client, S3Presigner presigner, UrlLife life) {
    this.bucket = bucket;
    this.client = client;
    this.presigner = presigner;
    this.life = life;
  }

  /** The prefix of the keys of a generation's images. */
  static String folder(GenerationId generation) {
    return "images/" + generation + "/";
  }

  @Override
  public StoredImage put(GenerationId generation, Image image) {
    var name = new byte[KEY_BYTES];
    random.nextBytes(name);
    var key = folder(generation) + HexFormat.of().formatHex(name);
    var stored = new StoredImage(key, image.contentType());
    var request =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .contentType(image.contentType().value())
            .cacheControl(CACHE_CONTROL)
            .contentDisposition("inline")
            .build();
    client.putObject(request, RequestBody.fromBytes(image.bytes()));
    return stored;
  }

  @Override
  public boolean remove(List<StoredImage> images) {
    var all = true;
    for (var image : images) {
      try {
        client.deleteObject(r -> r.bucket(bucket).key(image.key()));
      } catch (SdkException _) {
        // The image stays under a key that cannot be guessed, until the bucket's lifecycle removes
        // it.
        all = false;
      }
    }
    return all;
  }

  @Override
  public URI sign(StoredImage image) {
    var get = GetObjectRequest.builder().bucket(bucket).key(image.key()).build();
    var signed =
        presigner.presignGetObject(r -> r.getObjectRequest(get).signatureDuration(life.fromNow()));
    return URI.create(signed.url().toString());
  }
}
