package dev.photocredits.simulator.service;

import dev.photocredits.simulator.World;
import dev.photocredits.simulator.dynamodb.ModelledTable;
import dev.photocredits.simulator.service.Evidence.GenerationEvidence;
import dev.photocredits.simulator.service.Evidence.Line;
import dev.photocredits.simulator.service.Evidence.State;
import dev.photocredits.values.Email;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The state of accounts in the handlers' table. It reads the items as {@code docs/data-model.md}
 * describes them, and uses none of the code that writes them.
 */
public final class TableEvidence implements Storage {
  static final String PARTITION = "PK";
  static final String SORT = "SK";

  private static final String USERS = "USER#";
  private static final String PROFILE = "PROFILE";
  private static final String TRANSACTIONS = "TXN#";
  private static final String GENERATIONS = "GEN#";
  private static final String DAILY = "LIMIT#DAILY";

  private final World world;
  private final SimulatedTable table;
  private final ModelledTable items;

  /** The count of each daily counter. */
  private final Map<String, Integer> counted = new HashMap<>();

  /** The total of the daily counters that have expired, a week after their day. */
  private int expiredCount;

  TableEvidence(World world, SimulatedTable table) {
    this.world = world;
    this.table = table;
    this.items = table.items();
    items.watch(this::written);
  }

  private void written(List<Map<String, AttributeValue>> written) {
    written.stream().filter(item -> partition(item).equals(DAILY)).forEach(this::count);
    var owners = written.stream().map(TableEvidence::owner).distinct().toList();
    world.check(world.users.stream().filter(owners::contains).toList());
  }

  private void count(Map<String, AttributeValue> day) {
    if (day.containsKey("used")) {
      counted.put(sort(day), number(day, "used"));
    } else {
      expiredCount += counted.getOrDefault(sort(day), 0);
      counted.remove(sort(day));
    }
  }

  /** The user in whose partition the item is; null if it is in no user's partition. */
  static @Nullable Email owner(Map<String, AttributeValue> item) {
    var partition = partition(item);
    return partition.startsWith(USERS) ? new Email(partition.substring(USERS.length())) : null;
  }

  // Attributes

  private static String partition(Map<String, AttributeValue> item) {
    return text(item, PARTITION);
  }

  private static String sort(Map<String, AttributeValue> item) {
    return text(item, SORT);
  }

  private static String text(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name), name).s();
  }

  private static String textIfThere(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    return value == null ? "" : value.s();
  }

  private static int number(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    return value == null ? 0 : Integer.parseInt(value.n());
  }

  private static Map<String, AttributeValue> map(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    return value == null ? Map.of() : value.m();
  }

  // Accounts

  /**
   * An account. If its owner is being erased, it includes the items already moved to the pseudonym.
   *
   * @param profile empty if there is none
   */
  private record Account(
      Map<String, AttributeValue> profile,
      List<Map<String, AttributeValue>> transactions,
      List<Map<String, AttributeValue>> generations) {

    int credits() {
      return number(profile, "credits");
    }

    int owed() {
      return map(profile, "reversals").values().stream()
          .mapToInt(open -> number(open.m(), "owed"))
          .sum();
    }

    /** The credits left in lots that have expired by then, or in the others. */
    int lots(Instant now, boolean areExpired) {
      return map(profile, "lots").entrySet().stream()
          .filter(lot -> areExpired != now.isBefore(Instant.parse(lot.getKey().split("#", 2)[0])))
          .mapToInt(lot -> Integer.parseInt(lot.getValue().n()))
          .sum();
    }

    Stream<Map<String, AttributeValue>> pending() {
      return generations.stream().filter(it -> text(it, "status").equals("pending"));
    }

    private int sum(String attribute) {
      return transactions.stream().mapToInt(item -> number(item, attribute)).sum();
    }

    List<String> discrepancies() {
      var found = new ArrayList<String>();
      compare("credits", credits(), sum("credits"), found);
      compare("debt", owed(), sum("debt"), found);
      compare(
          "generations_pending", number(profile, "generations_pending"), pending().count(), found);
      compare(
          "credits_held",
          number(profile, "credits_held"),
          pending().mapToInt(item -> number(item, "price")).sum(),
          found);
      if (credits() < 0 || (owed() > 0 && credits() > 0)) {
        found.add("both credits and debt, or negative credits: " + credits() + " and " + owed());
      }
      if (lots(Instant.MAX, true) > credits()) {
        found.add("lots with more than the balance of " + credits() + " credits");
      }
      return found;
    }

    private static void compare(String what, long kept, long summed, List<String> found) {
      if (kept != summed) {
        found.add(what + " is " + kept + ", but the sum of the items is " + summed);
      }
    }
  }

  private Account account(Email owner) {
    var own = items.items(AttributeValue.fromS(USERS + owner.value()));
    var profile = profile(own);
    if (!profile.containsKey("erased_as")) {
      return account(profile, own);
    }
    var pseudonym = items.items(AttributeValue.fromS(USERS + text(profile, "erased_as")));
    return account(profile(pseudonym), Stream.concat(own.stream(), pseudonym.stream()).toList());
  }

  private static Account account(
      Map<String, AttributeValue> profile, List<Map<String, AttributeValue>> items) {
    return new Account(profile, of(TRANSACTIONS, items), of(GENERATIONS, items));
  }

  private static Map<String, AttributeValue> profile(List<Map<String, AttributeValue>> items) {
    return items.stream().filter(item -> sort(item).equals(PROFILE)).findFirst().orElse(Map.of());
  }

  private static List<Map<String, AttributeValue>> of(
      String kind, List<Map<String, AttributeValue>> items) {
    return items.stream().filter(item -> sort(item).startsWith(kind)).toList();
  }

  @Override
  public Checked check(Email owner, Predicate<String> ids) {
    var account = account(owner);
    return new Checked(
        account.discrepancies(),
        account.transactions().stream()
            .filter(item -> ids.test(sort(item)))
            .map(TableEvidence::line)
            .toList(),
        view(account));
  }

  @Override
  public World.AccountState view(Email owner) {
    return view(account(owner));
  }

  private World.AccountState view(Account account) {
    var now = world.scheduler.now();
    return new World.AccountState(
        account.credits() - account.lots(now, true),
        account.owed() > 0,
        account.lots(now, false) > 0,
        account.lots(now, true) > 0,
        number(account.profile(), "generations_pending") > 0);
  }

  @Override
  public Runnable backup() {
    return items.backup();
  }

  @Override
  public List<?> audit() {
    return table.audit();
  }

  // The whole table

  Evidence all() {
    var balances = new HashMap<Email, Integer>();
    var lines = new ArrayList<Line>();
    var generations = new ArrayList<GenerationEvidence>();
    for (var item : items.items()) {
      var owner = owner(item);
      if (owner != null && sort(item).equals(PROFILE)) {
        var account = account(item, List.of());
        balances.put(owner, account.credits() - account.owed());
      } else if (owner != null && sort(item).startsWith(TRANSACTIONS)) {
        lines.add(line(item));
      } else if (owner != null && sort(item).startsWith(GENERATIONS)) {
        generations.add(toEvidence(item));
      }
    }
    var used = counted.values().stream().mapToInt(Integer::intValue).sum();
    return new Evidence(balances, lines, generations, expiredCount + used);
  }

  List<GenerationEvidence> pending() {
    return world.users.stream()
        .flatMap(owner -> account(owner).pending())
        .map(TableEvidence::toEvidence)
        .toList();
  }

  private static Line line(Map<String, AttributeValue> item) {
    var generation = textIfThere(item, "generation_id");
    return new Line(
        Objects.requireNonNull(owner(item)),
        text(item, "type"),
        number(item, "credits") - number(item, "debt"),
        text(item, "description"),
        generation.isEmpty() ? textIfThere(item, "payment_id") : generation,
        Instant.parse(text(item, "created_at")));
  }

  private static GenerationEvidence toEvidence(Map<String, AttributeValue> item) {
    return new GenerationEvidence(
        sort(item).substring(GENERATIONS.length()),
        Objects.requireNonNull(owner(item)),
        text(item, "prompt"),
        State.valueOf(text(item, "status").toUpperCase(Locale.ROOT)),
        number(item, "price"),
        Objects.requireNonNull(item.get("image_keys")).l().stream().map(AttributeValue::s).toList(),
        Instant.parse(text(item, "created_at")));
  }
}
