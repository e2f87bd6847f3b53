package dev.photocredits.operator;

import dev.photocredits.credits.AccountBusy;
import dev.photocredits.credits.DamagedAccount;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.lambda.Log;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * {@code photo-credits}, the operators' command line. Each method is a command.
 *
 * <p>It works on the table {@code TABLE_NAME} and the bucket {@code BUCKET_NAME}, which may be in
 * use: in {@code AWS_REGION} with the credentials of the AWS SDK, or at {@code
 * AWS_ENDPOINT_URL_DYNAMODB} and {@code AWS_ENDPOINT_URL_S3}.
 *
 * <p>Exit codes: 0 if the command did what it was asked for; 1 if it did not, or found a problem,
 * with the reason on standard output; 2 if it could not begin or finish, with one sentence on
 * standard error.
 */
@Command(
    name = "photo-credits",
    description = "Works on the accounts of a photo-credits system.",
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    footer = {
      "",
      "Settings: AWS_REGION and credentials of AWS, TABLE_NAME, BUCKET_NAME (to erase),",
      "DIGEST_SECRET_ID (to erase, to find log lines, and where new accounts get WELCOME_CREDITS),",
      "STRIPE_SECRET_KEY or SECRET_ID (to reconcile), ENVIRONMENT."
    },
    exitCodeList = {"0:done", "1:not done, or a problem was found", PhotoCredits.FAILED})
public final class PhotoCredits {
  /** The root logger, referenced here so that it keeps its level: libraries log warnings only. */
  private static final Logger LIBRARIES = Logger.getLogger("");

  static final String FAILED = "2:could not begin or finish; standard error says why";
  private static final String EMAIL = "the user's e-mail address";
  private static final String REASON = "the reason, 1 to 200 characters";
  private static final String ACTOR = "your name, which is stored; default: USER";
  private static final String YES = "confirms without a question";

  private final Environment environment;
  private final PrintStream out;
  private final Confirmation confirmation;

  private PhotoCredits(Environment environment, PrintStream out, Confirmation confirmation) {
    this.environment = environment;
    this.out = out;
    this.confirmation = confirmation;
  }

  public static void main(String[] args) {
    System.exit(run(System.getenv(), args));
  }

  /** Runs a command with the streams and the terminal of this process; returns its exit code. */
  public static int run(Map<String, String> variables, String... args) {
    LIBRARIES.setLevel(Level.WARNING);
    return run(new Environment(variables), System.out, System.err, Confirmation.onTerminal(), args);
  }

  /** Runs a command, and returns its exit code. */
  public static int run(
      Environment environment,
      PrintStream out,
      PrintStream err,
      Confirmation confirmation,
      String... args) {
    var commandLine = new CommandLine(new PhotoCredits(environment, out, confirmation));
    commandLine.setExpandAtFiles(false);
    commandLine.setOut(new PrintWriter(out, true, out.charset()));
    commandLine.setErr(new PrintWriter(err, true, err.charset()));
    prepare(commandLine);
    commandLine.getSubcommands().values().forEach(PhotoCredits::prepare);
    commandLine.setParameterExceptionHandler(
        (wrong, _) -> {
          err.println(sentence(wrong));
          return CommandLine.ExitCode.USAGE;
        });
    commandLine.setExecutionExceptionHandler(
        (thrown, _, _) -> {
          switch (thrown) {
            case CommandFailure failure -> err.println(failure.getMessage());
            case InvalidSetting setting -> err.println("The " + setting.getMessage() + ".");
            case SdkException sdk ->
                err.println(AwsServices.any().sentences(ServiceFailure.of(sdk)));
            case AccountBusy _ ->
                err.println("Too many requests change this account now. Run this again.");
            case DamagedAccount damaged -> err.println(damaged.getMessage());
            default -> err.println(unexpected(thrown));
          }
          return CommandLine.ExitCode.USAGE;
        });
    commandLine.setExecutionStrategy(
        parsed -> {
          if (CommandLine.printHelpIfRequested(parsed)) {
            return CommandLine.ExitCode.OK;
          }
          var misspelled = SettingNames.misspelled(environment.names());
          if (misspelled.isPresent() && !isDoctor(parsed)) {
            err.println(misspelled.get());
            return CommandLine.ExitCode.USAGE;
          }
          return new CommandLine.RunLast().execute(parsed);
        });
    return commandLine.execute(args);
  }

  /** The doctor reports a misspelled setting itself. */
  private static boolean isDoctor(CommandLine.ParseResult parsed) {
    return parsed.hasSubcommand() && parsed.subcommand().commandSpec().name().equals("doctor");
  }

  private static String unexpected(Throwable thrown) {
    var places = thrown.getStackTrace();
    return "Unexpected %s%s. Please report this as a bug."
        .formatted(thrown.getClass().getSimpleName(), places.length == 0 ? "" : " in " + places[0]);
  }

  private static void prepare(CommandLine commandLine) {
    commandLine.getCommandSpec().usageMessage().exitCodeListHeading("Exit codes:%n");
    commandLine
        .getCommandSpec()
        .exitCodeOnExecutionException(CommandLine.ExitCode.USAGE)
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("prints this help")
                .build());
  }

  private static String sentence(ParameterException wrong) {
    var name = wrong.getCommandLine().getCommandSpec().qualifiedName();
    return wrong.getMessage() + ". For help: " + name + " --help.";
  }

  private static int code(boolean isDone) {
    return isDone ? 0 : 1;
  }

  private String actor(@Nullable String actor) {
    return Options.text("--actor", actor == null ? environment.text("USER", "") : actor);
  }

  @Command(
      description = {
        "Checks the settings and the services, and names remedies.",
        "It changes nothing, and skips what it cannot check. It also reads QUEUE_URL,"
            + " WEBHOOK_URL, FRONTEND_URL, CORS_ORIGINS, DIGEST_SECRET_ID, GEMINI_MODEL,"
            + " GEMINI_API_KEY and STRIPE_WEBHOOK_SECRET."
      },
      exitCodeList = {"0:no problem was found", "1:a problem was found", FAILED})
  int doctor(
      @Option(
              names = "--secret",
              split = ",",
              paramLabel = "ID",
              description =
                  "secrets of AWS with keys that are not in the settings; default: SECRET_ID")
          String @Nullable [] secrets) {
    var ids =
        secrets != null
            ? List.of(secrets)
            : environment.find("SECRET_ID").isEmpty()
                ? List.<String>of()
                : environment.list("SECRET_ID");
    return code(DoctorCommand.run(environment, ids, out));
  }

  @Command(
      description = {
        "Prints the digest of a user, which is the field user of the log lines about them.",
        "It only reads the digest key."
      },
      exitCodeList = {"0:printed", FAILED})
  int digest(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = EMAIL)
          String email) {
    var owner = Options.email(email);
    out.println(Log.user(OperatorDigestKey.of(environment), owner));
    return code(true);
  }

  @Command(
      description = "Compares every account with its transactions. Writes nothing.",
      exitCodeList = {
        "0:every account is consistent",
        "1:an account is not, or kept changing",
        FAILED
      })
  int audit() {
    return code(AuditCommand.run(environment, out));
  }

  @Command(
      description = {
        "Erases a user, which cannot be undone. It can be repeated at any point.",
        "Transactions are kept under a pseudonym."
      },
      exitCodeList = {
        "0:the user is erased or does not exist",
        "1:not erased; nothing was changed",
        FAILED
      })
  int erase(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = EMAIL)
          String email,
      @Option(names = "--yes", description = YES) boolean yes) {
    var owner = Options.email(email);
    return code(EraseCommand.run(environment, owner, confirmation.unless(yes), out));
  }

  @Command(
      description = {
        "Lists the erasures that have begun and not finished, and continues them if confirmed.",
        "One that fails does not stop the others."
      },
      exitCodeList = {"0:nothing failed", "1:an erasure did not finish", FAILED})
  int erasures(@Option(names = "--yes", description = YES) boolean yes) {
    return code(ErasuresCommand.run(environment, confirmation.unless(yes), out));
  }

  @Command(
      description = {
        "Grants credits that expire, and prints the new balance.",
        "Repeating the command grants nothing, unless --again is given."
      },
      exitCodeList = {
        "0:the user has the credits, from this or an earlier run",
        "1:not granted",
        FAILED
      })
  int grant(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = EMAIL)
          String email,
      @Option(
              names = "--credits",
              required = true,
              paramLabel = "N",
              description = "a whole number from 1 to 100000")
          String credits,
      @Option(
              names = "--expires",
              required = true,
              paramLabel = "DATE",
              description = "2027-01-31, the end of that day in UTC, or 2027-01-31T12:00:00Z")
          String expires,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = REASON)
          String reason,
      @Option(names = "--actor", paramLabel = "NAME", description = ACTOR) @Nullable String actor,
      @Option(names = "--again", description = "grants what was already granted once more")
          boolean again,
      @Option(names = "--yes", description = "opens an account without a question if there is none")
          boolean yes) {
    return code(
        GrantCommand.run(
            environment,
            new BalanceChange(Options.email(email), Options.text("--reason", reason), actor(actor)),
            Options.credits(credits, 1),
            Options.instant("--expires", "2027-01-31", expires, 1),
            again,
            confirmation.unless(yes),
            out));
  }

  @Command(
      description = {
        "Adjusts a balance, up or down, and prints the new one.",
        "It prints an id first. Repeating the command with that id adjusts the balance only once."
      },
      exitCodeList = {
        "0:the balance was adjusted, now or before with the same --id",
        "1:not adjusted; nothing was changed",
        FAILED
      })
  int adjust(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = EMAIL)
          String email,
      @Option(
              names = "--credits",
              required = true,
              paramLabel = "±N",
              description = "a whole number other than 0, such as 5 or -5")
          String credits,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = REASON)
          String reason,
      @Option(names = "--actor", paramLabel = "NAME", description = ACTOR) @Nullable String actor,
      @Option(
              names = "--id",
              paramLabel = "ID",
              description = "the id that an adjustment printed, to repeat it after a failure")
          @Nullable String id) {
    return code(
        AdjustCommand.run(
            environment,
            new BalanceChange(Options.email(email), Options.text("--reason", reason), actor(actor)),
            Options.credits(credits, -Options.MAX_CREDITS),
            id,
            out));
  }

  @Command(
      description = {
        "Binds an account to another sign-in, for example after the customer lost the old one.",
        "Verify who asks: the new sign-in gets the credits and the pictures."
      },
      exitCodeList = {
        "0:the account is bound to the sign-in, now or before",
        "1:not bound; nothing was changed",
        FAILED
      })
  int rebind(
      @Option(names = "--email", required = true, paramLabel = "EMAIL", description = EMAIL)
          String email,
      @Option(
              names = "--issuer",
              paramLabel = "URL",
              description = "the claim iss of the new sign-in's tokens")
          @Nullable String issuer,
      @Option(
              names = "--subject",
              paramLabel = "ID",
              description = "the claim sub of the new sign-in's tokens")
          @Nullable String subject,
      @Option(
              names = "--clear",
              description = "binds the account to the next sign-in with the address instead")
          boolean clear,
      @Option(names = "--reason", required = true, paramLabel = "TEXT", description = REASON)
          String reason,
      @Option(names = "--actor", paramLabel = "NAME", description = ACTOR) @Nullable String actor,
      @Option(names = "--yes", description = YES) boolean yes) {
    return code(
        RebindCommand.run(
            environment,
            Options.email(email),
            new RebindCommand.Target(issuer, subject, clear),
            Options.text("--reason", reason),
            actor(actor),
            confirmation.unless(yes),
            out));
  }

  @Command(
      name = "close-event",
      description = {
        "Lists Stripe's open events, or closes those with the given ids for a reason.",
        "Reconciliation does not retry a closed event, and no alarm reports it."
      },
      exitCodeList = {
        "0:listed, or all of the events are closed",
        "1:an event was not open",
        FAILED
      })
  int closeEvent(
      @Option(
              names = "--id",
              split = ",",
              paramLabel = "EVENT",
              description = "events to close, such as evt_1,evt_2; without it, they are listed")
          String @Nullable [] ids,
      @Option(names = "--reason", paramLabel = "TEXT", description = REASON)
          @Nullable String reason,
      @Option(names = "--actor", paramLabel = "NAME", description = ACTOR) @Nullable String actor) {
    if (ids == null) {
      return code(CloseEventCommand.list(environment, out));
    }
    var given = Options.text("--reason", reason == null ? "" : reason);
    return code(CloseEventCommand.close(environment, ids, given, actor(actor), out));
  }

  @Command(
      description = {
        "Grants and reverses what Stripe has and the table lacks, since a day.",
        "For a restored table, and for outages of more than 30 days."
      },
      exitCodeList = {
        "0:everything was compared, and what lacked was applied",
        "1:something failed; run it again",
        FAILED
      })
  int reconcile(
      @Option(
              names = "--since",
              required = true,
              paramLabel = "DATE",
              description = "2026-09-01, the start of that day in UTC, or 2026-09-01T12:00:00Z")
          String since) {
    return code(
        ReconcileCommand.run(environment, Options.instant("--since", "2026-09-01", since, 0), out));
  }
}
