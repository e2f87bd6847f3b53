package dev.photocredits.generation;

import static dev.photocredits.generation.PricedGenerations.modelOf;
import static dev.photocredits.generation.PricedGenerations.soon;
import static dev.photocredits.images.ModelThatGenerates.picture;
import static dev.photocredits.ledger.Samples.credits;
import static dev.photocredits.ledger.Samples.prices;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.generation.GenerationOutcome.Delivered;
import dev.photocredits.generation.GenerationOutcome.NothingDelivered;
import dev.photocredits.generation.GenerationOutcome.PriceChanged;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ImageModel;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.ledger.Invariants;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What is quoted is held, and what is held is paid or refunded, whichever pictures are missing. */
final class PriceOfOptionsTest {
  private static final int BALANCE = 100_000;
  private static final int MOST_PRICE = 12;

  private final PricedGenerations generations = new PricedGenerations(BALANCE);

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
      var before = generations.balance();
      var quoted = prices(wanted.perGeneration()).price(wanted.options()).value();

      var outcome =
          generations
              .flow(wanted.perGeneration(), modelOf(wanted.delivered()))
              .generate(generations.request(wanted.options(), null), null, soon());

      var work =
          outcome instanceof Delivered delivered
              ? delivered.work()
              : ((NothingDelivered) outcome).work();
      var refund =
          share(wanted.price(), wanted.missing(), wanted.options().variations(), RoundingMode.UP);
      assertThat(quoted).as("%s", wanted).isEqualTo(wanted.price());
      assertThat(work.price()).as("%s", wanted).isEqualTo(credits(quoted));
      assertThat(work.refunded()).as("%s", wanted).isEqualTo(credits(refund));
      assertThat(before - generations.balance()).as("%s", wanted).isEqualTo(quoted - refund);
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
  }

  @Test
  void a_cancellation_refunds_the_share_of_the_missing_pictures_rounded_down() {
    for (var wanted : all()) {
      var before = generations.balance();
      var id = generations.queued(wanted.perGeneration(), wanted.options());
      var held = before - available();
      generations.add(id, wanted.delivered());

      var refunded = generations.deletion().delete(generations.ada, id);

      var refund =
          share(wanted.price(), wanted.missing(), wanted.options().variations(), RoundingMode.DOWN);
      assertThat(held).as("%s", wanted).isEqualTo(wanted.price());
      assertThat(refunded).as("%s", wanted).contains(credits(refund));
      assertThat(before - generations.balance())
          .as("%s", wanted)
          .isEqualTo(wanted.price() - refund);
    }
    Invariants.hold(generations.ledger, List.of(generations.ada));
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

    var _ = generations.flow(3, model).generate(generations.request(options, null), null, soon());

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

    var outcome =
        generations.flow(3, modelOf(1)).generate(generations.request(options, null), null, soon());

    var generation =
        generations.ledger.find(generations.ada, ((Delivered) outcome).id()).orElseThrow();
    assertThat(generation.options().aspectRatio()).isEqualTo(AspectRatio.RATIO_1_1);
  }

  @Test
  void a_request_that_costs_more_than_the_caller_accepts_charges_nothing() {
    var two = new PictureOptions(AspectRatio.RATIO_1_1, ImageSize.SIZE_2K, 2);

    var refused =
        generations
            .flow(3, modelOf(2))
            .generate(generations.request(two, credits(3)), null, soon());
    var accepted =
        generations
            .flow(3, modelOf(2))
            .generate(generations.request(two, credits(4)), null, soon());

    assertThat(refused).isEqualTo(new PriceChanged(credits(4)));
    assertThat(accepted).isInstanceOf(Delivered.class);
    assertThat(generations.balance()).isEqualTo(BALANCE - 4);
  }

  @Test
  void a_repeat_returns_its_pictures_even_if_the_price_has_risen_since() {
    var key = new IdempotencyKey("one");
    var one = generations.request(PictureOptions.DEFAULT, credits(3));
    var first = (Delivered) generations.flow(3, modelOf(3)).generate(one, key, soon());

    var repeated = generations.flow(6, modelOf(3)).generate(one, key, soon());

    assertThat(repeated).isInstanceOf(GenerationOutcome.DeliveredBefore.class);
    assertThat(((GenerationOutcome.DeliveredBefore) repeated).id()).isEqualTo(first.id());
    assertThat(generations.balance()).isEqualTo(BALANCE - 3);
  }

  private static int share(int whole, int part, int of, RoundingMode rounding) {
    return BigDecimal.valueOf((long) whole * part)
        .divide(BigDecimal.valueOf(of), 0, rounding)
        .intValueExact();
  }

  private int available() {
    return generations
        .ledger
        .find(generations.ada)
        .orElseThrow()
        .available(generations.clock.instant())
        .value();
  }
}
