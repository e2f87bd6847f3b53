package dev.photocredits.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.emulators.LocalS3;
import dev.photocredits.emulators.TestStorage;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.values.DigestKey;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Deletes images from an emulated bucket. */
final class S3ImageRemovalTest {
  private static final String BUCKET = "images-test";
  private static final DigestKey KEY = DigestKey.parse("K".repeat(64)).orElseThrow();

  @Test
  void all_images_of_a_generation_are_removed_and_no_others() {
    try (var emulator = LocalS3.inMemory()) {
      emulator.createBucket(BUCKET);
      var mine = new GenerationId(UUID.randomUUID());
      var other = new GenerationId(UUID.randomUUID());
      var bucket = bucket(emulator);
      var store = bucket.images(Duration.ofHours(1));
      var image = new Image(new ContentType("image/png"), new byte[10]);
      for (var i = 0; i < 4; i++) {
        var _ = store.put(mine, image);
      }
      var kept = store.put(other, image);
      var removal = bucket.removal(KEY);

      removal.removeAll(mine);
      removal.removeAll(mine);

      assertThat(keys(emulator)).containsExactly(kept.key());
    }
  }

  @Test
  void all_uploads_of_a_user_are_removed_and_no_others() {
    try (var emulator = LocalS3.inMemory();
        var client = emulator.client()) {
      emulator.createBucket(BUCKET);
      var ada = S3Uploads.folder(KEY, new Email("ada@example.com"));
      var bob = S3Uploads.folder(KEY, new Email("bob@example.com"));
      for (var key : List.of(ada + "1", ada + "2", bob + "1")) {
        client.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromString("photo"));
      }
      var removal = bucket(emulator).removal(KEY);

      removal.removeUploads(new Email("ada@example.com"));
      removal.removeUploads(new Email("ada@example.com"));

      assertThat(keys(emulator)).containsExactly(bob + "1");
    }
  }

  @Test
  void removal_throws_if_the_store_is_down() {
    var emulator = LocalS3.inMemory();
    emulator.createBucket(BUCKET);
    var removal = bucket(emulator).removal(KEY);
    emulator.close();

    assertThatThrownBy(() -> removal.removeAll(new GenerationId(UUID.randomUUID())))
        .isInstanceOf(SdkException.class);
  }

  private static List<String> keys(LocalS3 emulator) {
    try (var client = emulator.client()) {
      return client.listObjectsV2(list -> list.bucket(BUCKET)).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  private static S3Bucket bucket(LocalS3 emulator) {
    var access = TestStorage.at(emulator.endpoint()).access();
    return S3Bucket.open(access, BUCKET, Clock.systemUTC());
  }
}
