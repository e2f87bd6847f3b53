package dev.photocredits.generation;

import static dev.photocredits.images.ModelThatGenerates.picture;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImagesInMemory;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelThatAnswers;
import dev.photocredits.images.PhotosInMemory;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Generations of one user in memory, at any price, of which as many pictures arrive as wanted. */
final class PricedGenerations {
  final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  final InMemoryLedger ledger = new InMemoryLedger();
  final ImagesInMemory images = new ImagesInMemory();
  final PhotosInMemory photos = new PhotosInMemory();
  final InstantSource clock = InstantSource.system();
  final Email ada = newEmail();

  PricedGenerations(int balance) {
    var samples = new Samples(new Random(7), Instant.EPOCH);
    var _ = ledger.create(ada, samples.welcome(balance), samples.now());
  }

  GenerationFlow flow(int perGeneration, ImageModel model) {
    return new GenerationFlow(
        start(perGeneration), ledger, generator(model), images, Duration.ofMinutes(2), ids, clock);
  }

  private GenerationStart start(int perGeneration) {
    return new GenerationStart(ledger, ledger, prices(perGeneration), Limits.NONE, ids, clock);
  }

  PictureGenerator generator(ImageModel model) {
    return new PictureGenerator(
        ledger,
        model,
        images,
        Limits.NONE,
        ids,
        clock,
        Executors.newVirtualThreadPerTaskExecutor());
  }

  /** A model that delivers that many pictures, and then fails. */
  static ImageModel modelOf(int pictures) {
    var answers = new ArrayList<ModelAnswer>();
    for (var i = 0; i < pictures; i++) {
      answers.add(picture(i));
    }
    answers.add(new Broken("out of order"));
    return new ModelThatAnswers(answers.toArray(ModelAnswer[]::new));
  }

  GenerationId queued(int perGeneration, PictureOptions options) {
    var queue =
        new GenerationQueue(start(perGeneration), ledger, photos, new QueueInMemory(), ids, clock);
    return ((Queued) queue.add(request(options, null), null)).id();
  }

  /** Adds pictures of the first variations to a pending generation, as its worker does. */
  void add(GenerationId id, int pictures) {
    for (var variation = 0; variation < pictures; variation++) {
      var image = new StoredImage(id + "/" + variation, new ContentType("image/png"));
      images.kept.add(image);
      assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), new Picture(variation, image)))
          .isTrue();
    }
  }

  GenerationRequest request(PictureOptions options, @Nullable Credits maxPrice) {
    var photo = new Image(new ContentType("image/jpeg"), new byte[] {1});
    return new GenerationRequest(
        ada,
        null,
        new Prompt("film noir"),
        TransformationMode.FULL_TRANSFORMATION,
        options,
        maxPrice,
        new PhotoInMemory(photo));
  }

  Deletion deletion() {
    return new Deletion(ledger, images, photos, ids, clock);
  }

  int balance() {
    return ledger.find(ada).orElseThrow().credits().value();
  }

  static Instant soon() {
    return Instant.now().plusSeconds(10);
  }
}
