package dev.photocredits.generation;

import static dev.photocredits.images.ModelThatGenerates.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.newEmail;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.PriceChanged;
import dev.photocredits.generation.GenerationOutcome.Queued;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.Image;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.ImagesInMemory;
import dev.photocredits.images.ModelAnswer;
import dev.photocredits.images.ModelAnswer.Broken;
import dev.photocredits.images.ModelThatAnswers;
import dev.photocredits.images.PhotosInMemory;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.ledger.InMemoryLedger;
import dev.photocredits.ledger.Invariants;
import dev.photocredits.ledger.Samples;
import dev.photocredits.values.Credits;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.TimeOrderedIds;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is quoted is held, and what is held is paid or refunded, whatever pictures are missing. */
final class PriceOfOptionsTest {
  private static final int BALANCE = 100_000;
  private static final int MOST_PRICE = 12;

  private final Samples samples = new Samples(new Random(7), Instant.EPOCH);
  private final TimeOrderedIds ids = new TimeOrderedIds(new Random(8));
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final ImagesInMemory images = new ImagesInMemory();
  private final PhotosInMemory photos = new PhotosInMemory();
  private final InstantSource clock = InstantSource.system();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Email ada = newEmail();

  PriceOfOptionsTest() {
    var _ = ledger.create(ada, samples.welcome(BALANCE), samples.now());
  }

  @AfterEach
  void stop() {
    threads.close();
  }

  /** A generation of these options, of which that many pictures are delivered. */
  private record Case(int perGeneration, PictureOptions options, int delivered) {
    /** The price, by the rule of the price list in decimal fractions. */
    int price() {
      var multiple =
          switch (options.size()) {
            case SIZE_1K -> 1;
            case SIZE_2K -> 2;
            case SIZE_4K -> 4;
          };
      return share(perGeneration * multiple, options.variations(), 3, RoundingMode.CEILING);
    }

    int missing() {
      return options.variations() - delivered;
    }
  }

  private static List<Case> all() {
    var cases = new ArrayList<Case>();
    for (var price = 1; price <= MOST_PRICE; price++) {
      for (var size : ImageSize.values()) {
        for (var variations = 1; variations <= PictureOptions.MOST_VARIATIONS; variations++) {
          for (var delivered = 0; delivered <= variations; delivered++) {
            var options = new PictureOptions(AspectRatio.RATIO_16_9, size, variations);
            cases.add(new Case(price, options, delivered));
          }
        }
      }
    }
    return cases;
  }

  @Test
  void a_failure_refunds_the_share_of_the_missing_pictures_rounded_up() {
    for (var wanted : all()) {
      var before = balance();
      var quoted = prices(wanted.perGeneration()).price(wanted.options()).value();

      var outcome =
          flow(wanted.perGeneration(), modelOf(wanted.delivered()))
              .generate(request(wanted.options(), null), null, soon());

      var work =
          outcome instanceof Delivered delivered
              ? delivered.work()
              : ((NothingDelivered) outcome).work();
      var refund =
          share(wanted.price(), wanted.missing(), wanted.options().variations(), RoundingMode.UP);
      assertThat(quoted).as("%s", wanted).isEqualTo(wanted.price());
      assertThat(work.price()).as("%s", wanted).isEqualTo(credits(quoted));
      assertThat(work.refunded()).as("%s", wanted).isEqualTo(credits(refund));
      assertThat(before - balance()).as("%s", wanted).isEqualTo(quoted - refund);
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_cancellation_refunds_the_share_of_the_missing_pictures_rounded_down() {
    for (var wanted : all()) {
      var before = balance();
      var id = queued(wanted);
      var held = before - available();
      add(id, wanted.delivered());

      var refunded = new Deletion(ledger, images, photos, ids, clock).delete(ada, id);

      var refund =
          share(wanted.price(), wanted.missing(), wanted.options().variations(), RoundingMode.DOWN);
      assertThat(held).as("%s", wanted).isEqualTo(wanted.price());
      assertThat(refunded).as("%s", wanted).contains(credits(refund));
      assertThat(before - balance()).as("%s", wanted).isEqualTo(wanted.price() - refund);
    }
    Invariants.hold(ledger, List.of(ada));
  }

  @Test
  void a_generation_asks_the_model_for_its_ratio_and_size_once_for_each_variation() {
    var asked = new CopyOnWriteArrayList<PictureRequest>();
    ImageModel model =
        (request, _) -> {
          asked.add(request);
          return picture(1);
        };
    var options = new PictureOptions(AspectRatio.RATIO_21_9, ImageSize.SIZE_2K, 4);

    var _ = flow(3, model).generate(request(options, null), null, soon());

    assertThat(asked).hasSize(4);
    assertThat(asked)
        .allSatisfy(
            request -> {
              assertThat(request.aspectRatio()).isEqualTo(AspectRatio.RATIO_21_9);
              assertThat(request.size()).isEqualTo(ImageSize.SIZE_2K);
            });
    assertThat(asked).extracting(request -> request.prompt().text()).doesNotHaveDuplicates();
  }

  @Test
  void auto_becomes_the_ratio_of_the_photo() {
    var options = new PictureOptions(AspectRatio.AUTO, ImageSize.SIZE_1K, 1);

    var outcome = flow(3, modelOf(1)).generate(request(options, null), null, soon());

    var generation = ledger.find(ada, ((Delivered) outcome).id()).orElseThrow();
    assertThat(generation.options().aspectRatio()).isEqualTo(AspectRatio.RATIO_1_1);
  }

  @Test
  void a_request_that_costs_more_than_the_caller_accepts_charges_nothing() {
    var two = new PictureOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_2K, 2);

    var refused = flow(3, modelOf(2)).generate(request(two, credits(3)), null, soon());
    var accepted = flow(3, modelOf(2)).generate(request(two, credits(4)), null, soon());

    assertThat(refused).isEqualTo(new PriceChanged(credits(4)));
    assertThat(accepted).isInstanceOf(Delivered.class);
    assertThat(balance()).isEqualTo(BALANCE - 4);
  }

  @Test
  void a_repeat_returns_its_pictures_even_if_the_price_has_risen_since() {
    var key = new IdempotencyKey("one");
    var one = request(PictureOptions.DEFAULT, credits(3));
    var first = (Delivered) flow(3, modelOf(3)).generate(one, key, soon());

    var repeated = flow(6, modelOf(3)).generate(one, key, soon());

    assertThat(repeated).isInstanceOf(GenerationOutcome.DeliveredBefore.class);
    assertThat(((GenerationOutcome.DeliveredBefore) repeated).id()).isEqualTo(first.id());
    assertThat(balance()).isEqualTo(BALANCE - 3);
  }

  private static int share(int whole, int part, int of, RoundingMode rounding) {
    return BigDecimal.valueOf((long) whole * part)
        .divide(BigDecimal.valueOf(of), 0, rounding)
        .intValueExact();
  }

  private GenerationFlow flow(int price, ImageModel model) {
    return new GenerationFlow(
        start(price), ledger, generator(model), images, Duration.ofMinutes(2), ids, clock);
  }

  private GenerationStart start(int price) {
    return new GenerationStart(ledger, ledger, prices(price), Limits.NONE, ids, clock);
  }

  private PictureGenerator generator(ImageModel model) {
    return new PictureGenerator(ledger, model, images, Limits.NONE, ids, clock, threads);
  }

  private static ImageModel modelOf(int pictures) {
    var answers = new ArrayList<ModelAnswer>();
    for (var i = 0; i < pictures; i++) {
      answers.add(picture(i));
    }
    answers.add(new Broken("out of order"));
    return new ModelThatAnswers(answers.toArray(ModelAnswer[]::new));
  }

  private GenerationId queued(Case wanted) {
    var queue =
        new GenerationQueue(
            start(wanted.perGeneration()), ledger, photos, new QueueInMemory(), ids, clock);
    return ((Queued) queue.add(request(wanted.options(), null), null)).id();
  }

  private void add(GenerationId id, int pictures) {
    for (var variation = 0; variation < pictures; variation++) {
      var image = new StoredImage(id + "/" + variation, new ContentType("image/png"));
      images.kept.add(image);
      assertThat(ledger.add(ledger.find(ada, id).orElseThrow(), new Picture(variation, image)))
          .isTrue();
    }
  }

  private GenerationRequest request(PictureOptions options, @Nullable Credits maxPrice) {
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

  private int balance() {
    return ledger.find(ada).orElseThrow().credits().value();
  }

  private int available() {
    return ledger.find(ada).orElseThrow().available(clock.instant()).value();
  }

  private static Instant soon() {
    return Instant.now().plusSeconds(60);
  }
}
