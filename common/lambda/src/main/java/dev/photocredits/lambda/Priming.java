package dev.photocredits.lambda;

import java.util.function.Consumer;

/**
 * What a function runs before its snapshot, without changing anything.
 *
 * @param calls calls each outside service once, by requests that change nothing. It runs three
 *     times, each time with a new wiring
 * @param reads reads from our own table, hundreds of times
 * @param writes runs what would change something, hundreds of times, with an {@linkplain
 *     Environment#unplugged unplugged} wiring
 */
public record Priming<W>(Consumer<W> calls, Consumer<W> reads, Consumer<W> writes) {
  public static <W> Priming<W> none() {
    return of(_ -> {});
  }

  public static <W> Priming<W> of(Consumer<W> calls) {
    return of(calls, _ -> {});
  }

  public static <W> Priming<W> of(Consumer<W> calls, Consumer<W> writes) {
    return new Priming<>(calls, _ -> {}, writes);
  }
}
