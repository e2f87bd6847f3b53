package dev.photocredits.photos;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and strips valid files of which some bytes have been changed at random. The same seed gives
 * the same files.
 */
public final class PhotoFuzzer {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  /** The length of the part of a file, in bytes, that has most lengths, sizes and types. */
  private static final int HEAD = 800;

  private static final int[] EXTREMES = {
    0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, -1, -9
  };

  private final List<byte[]> valid;
  private final long seed;

  private PhotoFuzzer(List<byte[]> valid, long seed) {
    this.valid = valid;
    this.seed = seed;
  }

  /** A file format, with valid files that use its features. */
  enum Container {
    JPEG {
      @Override
      List<byte[]> files() {
        return of(
            "progressive.jpg",
            "colours/jpeg-p3.jpg",
            "colours/jpeg-ycck.jpg",
            "cases/jpeg-two-exif-first-6-second-1.jpg",
            "cases/jpeg-extended-xmp-says-2gb.jpg",
            "cases/jpeg-no-eoi-then-mp4-with-place.jpg");
      }
    },
    PNG {
      @Override
      List<byte[]> files() {
        return of(
            "colours/png-p3.png",
            "colours/png-gray-4-profile.png",
            "colours/png-palette-key.png",
            "colours/png-p3-alpha-16.png",
            "cases/png-gray-alpha-rot6.png");
      }
    },
    WEBP {
      @Override
      List<byte[]> files() {
        var animated = TaggedPhoto.animatedWebp(Photos.bytes("colours/webp-p3.webp"));
        return Stream.concat(
                of("colours/webp-p3.webp", "colours/webp-alpha.webp").stream(), Stream.of(animated))
            .toList();
      }
    },
    HEIC {
      @Override
      List<byte[]> files() {
        var plain = Photos.bytes("cases/heic-photo-for-octet-stream.heic");
        return Stream.concat(
                of(
                    "cases/heic-gps-in-earlier-mdat.heic",
                    "cases/heic-user-description-property.heic")
                    .stream(),
                Stream.of(plain, HeicWriter.gridOf(plain)))
            .toList();
      }
    };

    abstract List<byte[]> files();

    private static List<byte[]> of(String... names) {
      return Arrays.stream(names).map(Photos::bytes).toList();
    }
  }

  /** Prints, for each format, the first failure or the number of files read. */
  public static void main(String... arguments) {
    var seed = number(arguments, "seed=", System.nanoTime() & 0xffffff);
    var files = (int) number(arguments, "files=", 1_000_000);
    System.out.printf("SEED=%d%n", seed);
    var failed = false;
    for (var container : Container.values()) {
      var failure = fuzz(container, seed, files);
      failed |= failure != null;
      System.out.printf("%s: %s%n", container, failure == null ? files + " files" : failure);
    }
    System.exit(failed ? 1 : 0);
  }

  private static long number(String[] arguments, String name, long otherwise) {
    return Arrays.stream(arguments)
        .filter(argument -> argument.startsWith(name) && argument.length() > name.length())
        .map(argument -> Long.parseLong(argument.substring(name.length())))
        .findFirst()
        .orElse(otherwise);
  }

  /** The number of files, out of {@code files}, that can still be stripped. */
  static long stripped(Container container, long seed, int files) {
    var fuzzer = of(container, seed);
    return IntStream.range(0, files).mapToObj(fuzzer::file).filter(PhotoFuzzer::isStripped).count();
  }

  private static boolean isStripped(byte[] file) {
    try {
      return ImageFile.read(file).stripped().isPresent();
    } catch (UnreadableImage _) {
      return false;
    }
  }

  private static PhotoFuzzer of(Container container, long seed) {
    return new PhotoFuzzer(container.files(), seed * 31 + container.name().hashCode());
  }

  /** The first failure with that many files; null if there is none. */
  static @Nullable String fuzz(Container container, long seed, int files) {
    var fuzzer = of(container, seed);
    for (var i = 0; i < files; i++) {
      var file = fuzzer.file(i);
      var failure = failureOf(file);
      if (failure != null) {
        return "file %d of seed %d: %s".formatted(i, seed, failure);
      }
    }
    return null;
  }

  /** Reads and strips a file. Returns a description of the failure; null if there is none. */
  static @Nullable String failureOf(byte[] file) {
    var allocated = THREADS.getCurrentThreadAllocatedBytes();
    try {
      var image = ImageFile.read(file);
      var _ = image.orientation();
      var _ = image.decodable();
      var stripped = image.stripped();
      allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
      if (allocated > 4_000_000 + 20L * file.length) {
        return allocated + " bytes allocated for " + file.length;
      }
      if (image.steps() > 2_000_000 + 200L * file.length) {
        return image.steps() + " steps for " + file.length + " bytes";
      }
      return stripped.isEmpty() ? null : failureOfStripped(image, stripped.get());
    } catch (UnreadableImage _) {
      return null;
    } catch (RuntimeException | Error thrown) {
      return thrown + " at " + Arrays.toString(Arrays.copyOf(thrown.getStackTrace(), 3));
    }
  }

  private static @Nullable String failureOfStripped(ImageFile image, byte[] stripped) {
    try {
      var again = ImageFile.read(stripped);
      return Arrays.equals(again.stripped().orElse(null), stripped)
              && again.width() == image.width()
              && again.height() == image.height()
          ? null
          : "stripping a stripped file changes it";
    } catch (UnreadableImage e) {
      return "a stripped file cannot be read: " + e.getMessage();
    }
  }

  private byte[] file(int index) {
    var random = new Random(seed * 1_000_003 + index);
    var file = valid.get(random.nextInt(valid.size())).clone();
    for (var changes = 1 + random.nextInt(5); changes > 0 && file.length > 8; changes--) {
      file = changed(file, random);
    }
    return file;
  }

  private byte[] changed(byte[] file, Random random) {
    var reach = random.nextInt(4) > 0 ? Math.min(HEAD, file.length) : file.length;
    var at = random.nextInt(reach);
    var length = Math.min(1 + random.nextInt(random.nextBoolean() ? 8 : 400), file.length - at);
    switch (random.nextInt(9)) {
      case 0, 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> file[at] = (byte) random.nextInt(256);
      case 3, 4 -> {
        var number = EXTREMES[random.nextInt(EXTREMES.length)];
        var size = Math.min(random.nextBoolean() ? 2 : 4, file.length - at);
        for (var i = 0; i < size; i++) {
          file[at + i] = (byte) (number >> (8 * (size - 1 - i)));
        }
      }
      case 5 -> {
        return joined(Arrays.copyOf(file, at), file, at + length);
      }
      case 6 -> {
        return joined(Arrays.copyOf(file, at + length), file, at);
      }
      case 7 -> {
        var other = valid.get(random.nextInt(valid.size()));
        return joined(Arrays.copyOf(file, at), other, random.nextInt(other.length));
      }
      default -> {
        return Arrays.copyOf(file, file.length - Math.min(length, file.length - 1));
      }
    }
    return file;
  }

  private static byte[] joined(byte[] first, byte[] second, int from) {
    return new Pieces().add(first).add(second, from, second.length).toArray();
  }
}
