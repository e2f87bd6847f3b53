package dev.photocredits.aws.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.checks.Engine;
import dev.photocredits.credits.Email;
import dev.photocredits.credits.GenerationId;
import dev.photocredits.generation.ContentType;
import dev.photocredits.generation.Image;
import dev.photocredits.local.LocalS3;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Removing images for good. */
final class S3ImageRemovalTest {
  private static final String BUCKET = "images-test";

  @Test
  void everything_of_a_generation_goes_and_nothing_of_another() {
    try (var engine = LocalS3.inMemory()) {
      engine.createBucket(BUCKET);
      var mine = new GenerationId(UUID.randomUUID());
      var other = new GenerationId(UUID.randomUUID());
      var store = S3ImageStore.open(access(engine), BUCKET, Duration.ofHours(1), Clock.systemUTC());
      var image = new Image(new ContentType("image/png"), new byte[10]);
      for (var i = 0; i < 4; i++) {
        var _ = store.put(mine, image);
      }
      var kept = store.put(other, image);
      var removal = S3ImageRemoval.open(access(engine), BUCKET);

      removal.removeAll(mine);
      removal.removeAll(mine);

      assertThat(keys(engine)).containsExactly(kept.key());
    }
  }

  @Test
  void what_somebody_uploaded_goes_and_nothing_of_another() {
    try (var engine = LocalS3.inMemory();
        var client = engine.client()) {
      engine.createBucket(BUCKET);
      var ada = S3Uploads.folder(new Email("ada@example.com"));
      var bob = S3Uploads.folder(new Email("bob@example.com"));
      for (var key : List.of(ada + "1", ada + "2", bob + "1")) {
        client.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromString("photo"));
      }
      var removal = S3ImageRemoval.open(access(engine), BUCKET);

      removal.removeUploads(new Email("ada@example.com"));
      removal.removeUploads(new Email("ada@example.com"));

      assertThat(keys(engine)).containsExactly(bob + "1");
    }
  }

  @Test
  void a_store_that_is_down_is_heard_of() {
    var engine = LocalS3.inMemory();
    engine.createBucket(BUCKET);
    var removal = S3ImageRemoval.open(access(engine), BUCKET);
    engine.close();

    assertThatThrownBy(() -> removal.removeAll(new GenerationId(UUID.randomUUID())))
        .isInstanceOf(SdkException.class);
  }

  private static List<String> keys(LocalS3 engine) {
    try (var client = engine.client()) {
      return client.listObjectsV2(list -> list.bucket(BUCKET)).contents().stream()
          .map(S3Object::key)
          .toList();
    }
  }

  private static AwsAccess access(LocalS3 engine) {
    return Engine.at(engine.endpoint()).access();
  }
}
