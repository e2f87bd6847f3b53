package dev.photocredits.bench.cold;

import dev.photocredits.bench.Durations;
import dev.photocredits.bench.TemporaryFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code make bench-cold}: starts every function repeatedly, like Lambda, and prints medians and
 * their ratio to {@link EmptyHandler}. Each round starts every function once, so that a disturbance
 * of the machine affects all of them. It asserts nothing: a missed goal is printed as missed.
 *
 * <p>Arguments: {@code rounds=7}; {@code calls=200}, the number of warm calls; {@code
 * only=credits}, or several names separated by commas; {@code quarkus=}, the zip of the peer.
 */
final class ColdBench {
  private static final String QUARKUS =
      "io.quarkus.amazon.lambda.runtime.QuarkusStreamHandler::handleRequest";

  private final ColdStartServices services;
  private final List<Figures> figures;
  private final PrintStream out;

  private ColdBench(ColdStartServices services, List<Candidate> candidates, PrintStream out) {
    this.services = services;
    this.figures = candidates.stream().map(Figures::new).toList();
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    var rounds = setting(args, "rounds").orElse("7");
    if (!rounds.matches("[1-9]\\d{0,3}")) {
      System.err.println("ROUNDS must be a number from 1 to 9999, but is " + rounds + ".");
      System.exit(2);
    }
    var calls = setting(args, "calls").map(Integer::parseInt).orElse(200);
    try (var scratch = new TemporaryFolder();
        var services = ColdStartServices.open(scratch)) {
      new ColdBench(services, candidates(services, args), scratch.console())
          .run(Integer.parseInt(rounds), calls);
    }
  }

  private static List<Candidate> candidates(ColdStartServices services, String[] args)
      throws IOException {
    var only = setting(args, "only").map(names -> List.of(names.split(",", -1)));
    var candidates = new ArrayList<Candidate>();
    for (var candidate : services.candidates()) {
      if (candidates.isEmpty() || only.map(it -> it.contains(candidate.name())).orElse(true)) {
        candidates.add(candidate);
      }
    }
    var quarkus = setting(args, "quarkus");
    if (quarkus.isPresent()) {
      candidates.add(services.peer("Quarkus", Path.of(quarkus.get()), QUARKUS));
    }
    return candidates;
  }

  private static Optional<String> setting(String[] args, String name) {
    return Arrays.stream(args)
        .filter(arg -> arg.startsWith(name + "=") && arg.length() > name.length() + 1)
        .map(arg -> arg.substring(name.length() + 1))
        .findFirst();
  }

  private void run(int rounds, int calls) throws Exception {
    out.printf(
        "%d cores, JDK %s, %s %s, load %s; %d rounds, %d warm calls.%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Files.readString(Path.of("/proc/loadavg")).replaceFirst(" .*\\R", ""),
        rounds,
        calls);
    if (!services.isLimited()) {
      out.println(
          "NOT LIMITED: cannot create a control group (this needs root), so functions have the whole"
              + " processor after init. CPU and classes are still right; times are too short.");
    }
    out.println();
    // Comes first because it warms up the services that the functions call.
    for (var it : figures) {
      for (var kind : StartKind.values()) {
        it.classes(kind, classes(it.candidate(), kind));
      }
    }
    for (var round = 0; round < rounds; round++) {
      for (var it : figures) {
        for (var kind : StartKind.values()) {
          try (var sandbox = new Sandbox(it.candidate(), kind, services, List.of())) {
            it.add(kind, sandbox.start().and(sandbox.call()));
          }
        }
      }
    }
    for (var it : figures) {
      it.warm(warm(it.candidate(), calls));
    }
    new Report(figures, out).print();
  }

  /** The number of classes loaded until the first response. */
  private int classes(Candidate candidate, StartKind kind)
      throws IOException, InterruptedException {
    var loaded = services.folder().resolve("classes.log");
    var logging = "-Xlog:class+load=info:file=" + loaded + "::filecount=0";
    try (var _ = new Sandbox(candidate, kind, services, List.of(logging))) {
      try (var lines = Files.lines(loaded)) {
        return (int) lines.filter(line -> line.contains(" source: ")).count();
      }
    }
  }

  /** Measures calls after the first one. */
  private Figures.Warm warm(Candidate candidate, int calls) throws Exception {
    try (var sandbox = new Sandbox(candidate, StartKind.SNAP_START, services, List.of())) {
      var before = sandbox.cpu();
      var times = new ArrayList<Duration>();
      for (var i = 0; i < calls; i++) {
        times.add(sandbox.call());
      }
      var cpu = sandbox.cpu().minus(before).dividedBy(calls);
      return new Figures.Warm(new Durations(times), cpu, sandbox.residentKilobytes());
    }
  }
}
