package dev.photocredits.s3;

import dev.photocredits.uploads.SignedUpload;
import dev.photocredits.uploads.UploadId;
import dev.photocredits.uploads.UploadRequest;
import dev.photocredits.uploads.Uploads;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.DigestKey.Purpose;
import dev.photocredits.values.Email;
import dev.photocredits.values.TimeOrderedIds;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * {@link Uploads} in S3. A key begins with a keyed digest of the owner's address, so that users
 * cannot reach the photos of others. Type and length are part of the signature. The bucket's
 * lifecycle removes uploads after a day.
 */
final class S3Uploads implements Uploads {

  private final String bucket;
  private final DigestKey key;
  private final S3Client client;
  private final S3Presigner presigner;
  private final TimeOrderedIds ids;
  private final InstantSource clock;
  private final UrlLife life;

  /**
   * @param life how long an upload accepts a photo
   */
  S3Uploads(
      String bucket,
      DigestKey key,
      S3Client client,
      S3Presigner presigner,
      TimeOrderedIds ids,
      InstantSource clock,
      UrlLife life) {
    this.bucket = bucket;
    this.key = key;
    this.client = client;
    this.presigner = presigner;
    this.ids = ids;
    this.clock = clock;
    this.life = life;
  }

  /** The prefix of the keys of a user's uploads. */
  static String folder(DigestKey key, Email owner) {
    return "uploads/" + key.hex(Purpose.UPLOADS, owner.value()) + "/";
  }

  @Override
  public SignedUpload open(UploadRequest request) {
    var id = new UploadId(ids.next(clock.instant()));
    var type = request.type().value();
    var put =
        PutObjectRequest.builder()
            .bucket(bucket)
            .key(folder(key, request.owner()) + id)
            .contentType(type)
            .contentLength((long) request.size())
            .build();
    var signed =
        presigner.presignPutObject(r -> r.putObjectRequest(put).signatureDuration(life.fromNow()));
    return new SignedUpload(
        id, URI.create(signed.url().toString()), Map.of("content-type", type), signed.expiration());
  }

  @Override
  public Optional<byte[]> find(Email owner, UploadId id) {
    return S3Bucket.find(
        () ->
            client.getObject(
                get -> get.bucket(bucket).key(folder(key, owner) + id),
                (_, photo) -> photo.readNBytes(UploadRequest.LARGEST + 1)));
  }
}
