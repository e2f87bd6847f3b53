package dev.photocredits.dynamodb.items;

import dev.photocredits.dynamodb.items.Schema.Item;
import dev.photocredits.generation.FailureReason;
import dev.photocredits.generation.Generation;
import dev.photocredits.generation.Generation.Deleted;
import dev.photocredits.generation.Generation.Failed;
import dev.photocredits.generation.Generation.Pending;
import dev.photocredits.generation.Generation.Picture;
import dev.photocredits.generation.Generation.State;
import dev.photocredits.generation.Generation.Succeeded;
import dev.photocredits.generation.ModelCalls;
import dev.photocredits.images.AspectRatio;
import dev.photocredits.images.ContentType;
import dev.photocredits.images.ImageSize;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.Prompt;
import dev.photocredits.images.StoredImage;
import dev.photocredits.images.TransformationMode;
import dev.photocredits.values.Credits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/** A generation. While it is pending, it is in the index of what is due, at its lease's end. */
public final class GenerationItem {
  public static final String STATUS = "status";
  public static final String RESERVED = "reserved";
  public static final String ASKED = "asked";
  public static final String ATTEMPTS = "attempts";

  /** A status, and the value of the attribute {@link Keys#DUE} of a generation that has it. */
  public static final String PENDING = "pending";

  private static final String SUCCEEDED = "succeeded";
  private static final String FAILED = "failed";
  private static final String DELETED = "deleted";

  public static final TableSchema<Generation> SCHEMA =
      Schema.of(Generation.class, GenerationItem::read, GenerationItem::write);

  private GenerationItem() {}

  private static Generation read(Fields fields) {
    return new Generation(
        Keys.generationId(fields.text(Keys.SK)),
        Keys.owner(fields.text(Keys.PK)),
        new Prompt(fields.text("prompt")),
        known(TransformationMode.find(fields.text("transformation_mode"))),
        options(fields),
        new Credits(fields.integer("price")),
        fields.instant("created_at"),
        state(fields));
  }

  private static State state(Fields fields) {
    return switch (fields.text(STATUS)) {
      case PENDING -> new Pending(fields.instant(Keys.DUE_AT), pictures(fields), readCalls(fields));
      case SUCCEEDED -> new Succeeded(images(fields), new Credits(fields.integer("refunded")));
      case FAILED -> new Failed(failure(fields.text("failure")));
      case DELETED -> new Deleted(images(fields), new Credits(fields.integer("refunded")));
      default -> throw new IllegalStateException("a stored generation has an unknown status");
    };
  }

  private static Item write(Generation generation, Item item) {
    return item.key(Keys.user(generation.email()), Keys.generation(generation.id()))
        .text(STATUS, status(generation.state()))
        .text("prompt", generation.prompt().text())
        .text("transformation_mode", generation.mode().key())
        .text("aspect_ratio", generation.options().aspectRatio().key())
        .text("image_size", generation.options().size().key())
        .number("variations", generation.options().variations())
        .number("price", generation.price().value())
        .number("refunded", generation.refunded().value())
        .texts("image_keys", kept(generation).stream().map(StoredImage::key).toList())
        .texts(
            "image_types",
            kept(generation).stream().map(image -> image.contentType().value()).toList())
        .texts(
            "drawn",
            generation.state() instanceof Pending p
                ? p.generated().stream().map(GenerationItem::variation).toList()
                : null)
        .text("failure", generation.state() instanceof Failed f ? f.reason().name() : null)
        .text(Keys.DUE, generation.state() instanceof Pending ? PENDING : null)
        .text(
            Keys.DUE_AT,
            generation.state() instanceof Pending p ? Fields.time(p.leaseExpiresAt()) : null)
        .number(RESERVED, positive(calls(generation).reserved()))
        .number(ASKED, positive(calls(generation).asked()))
        .texts(ATTEMPTS, attempts(calls(generation)))
        .text("created_at", Fields.time(generation.createdAt()));
  }

  private static PictureOptions options(Fields fields) {
    return new PictureOptions(
        known(AspectRatio.find(fields.text("aspect_ratio"))),
        known(ImageSize.find(fields.text("image_size"))),
        fields.integer("variations"));
  }

  private static <T> T known(Optional<T> found) {
    return found.orElseThrow(
        () -> new IllegalStateException("a stored generation has an unknown mode or option"));
  }

  public static String status(State state) {
    return switch (state) {
      case Pending _ -> PENDING;
      case Succeeded _ -> SUCCEEDED;
      case Failed _ -> FAILED;
      case Deleted _ -> DELETED;
    };
  }

  private static List<Picture> pictures(Fields fields) {
    var variations = fields.texts("drawn");
    var images = images(fields);
    return IntStream.range(0, variations.size())
        .mapToObj(i -> new Picture(Integer.parseInt(variations.get(i)), images.get(i)))
        .toList();
  }

  /**
   * The number of the variation, as a string, because conditions search a list of strings for it.
   */
  public static String variation(Picture picture) {
    return Integer.toString(picture.variation());
  }

  private static List<StoredImage> images(Fields fields) {
    var keys = fields.texts("image_keys");
    var types = fields.texts("image_types");
    return IntStream.range(0, keys.size())
        .mapToObj(i -> new StoredImage(keys.get(i), new ContentType(types.get(i))))
        .toList();
  }

  private static List<StoredImage> kept(Generation generation) {
    return generation.state() instanceof Deleted d ? d.images() : generation.images();
  }

  private static FailureReason failure(String name) {
    return Arrays.stream(FailureReason.values())
        .filter(reason -> reason.name().equals(name))
        .findFirst()
        .orElse(FailureReason.IMAGE_GENERATION_FAILED);
  }

  private static ModelCalls readCalls(Fields fields) {
    return new ModelCalls(
        fields.optionalInteger(RESERVED),
        fields.optionalInteger(ASKED),
        fields.optionalTexts(ATTEMPTS).stream().map(UUID::fromString).collect(Collectors.toSet()));
  }

  private static ModelCalls calls(Generation generation) {
    return generation.state() instanceof Pending pending ? pending.calls() : ModelCalls.NONE;
  }

  private static @Nullable Long positive(int number) {
    return number == 0 ? null : (long) number;
  }

  private static @Nullable List<String> attempts(ModelCalls calls) {
    return calls.attempts().isEmpty()
        ? null
        : calls.attempts().stream().map(UUID::toString).sorted().toList();
  }
}
