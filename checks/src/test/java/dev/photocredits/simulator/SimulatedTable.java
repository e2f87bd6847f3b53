package dev.photocredits.simulator;

import dev.photocredits.audit.WholeAudit;
import dev.photocredits.aws.dynamodb.DynamoDb;
import dev.photocredits.aws.dynamodb.OpenedTable;
import dev.photocredits.checks.dynamodb.Fault;
import dev.photocredits.checks.dynamodb.Faults;
import dev.photocredits.checks.dynamodb.ModelledDynamoDb;
import dev.photocredits.checks.dynamodb.ModelledTable;
import dev.photocredits.checks.dynamodb.Steps;
import dev.photocredits.local.Template;
import dev.photocredits.simulator.World.Part;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * The table of a schedule, behind the real adapter: every attempt at a request and every answer is
 * a step, at which others may go on and anything may go wrong. Each write is looked at as soon as
 * it has its effect, which may come a minute after its process is gone.
 */
final class SimulatedTable {
  private static final String NAME = "photo-credits";
  private static final Template.Table SHAPE = Template.find().table();
  private static final Duration LAG = Duration.ofSeconds(5);
  private static final Duration LATENESS = Duration.ofDays(2);

  /** The most attempts that a call makes: ten of ours, each of three by the SDK. */
  private static final int ALL_ATTEMPTS = 30;

  private final World world;
  private final RandomGenerator chance;
  private final UnaryOperator<DynamoDbClient> clients;
  private final ModelledTable items;

  /**
   * @param clients stands between every function and the table, for a test that breaks something
   */
  SimulatedTable(World world, UnaryOperator<DynamoDbClient> clients) {
    this.world = world;
    this.chance = () -> world.chance().nextLong();
    this.clients = clients;
    this.items = new ModelledTable(NAME, SHAPE, world.scheduler::now, chance, LAG, LATENESS);
  }

  ModelledTable items() {
    return items;
  }

  /** The adapters, as a function of that process has them. */
  DynamoDb open(Invocation process) {
    var calls = new Calls(process);
    return OpenedTable.on(
        clients.apply(new ModelledDynamoDb(items, calls, calls, world.scheduler::now, chance)),
        NAME,
        _ -> calls.sleep(Duration.ofMillis(world.chance().nextInt(640))));
  }

  /** What an audit of everything finds, while nothing else goes on. */
  List<?> audit() {
    var client =
        new ModelledDynamoDb(items, new NoSteps(), Faults.NONE, world.scheduler::now, chance);
    return WholeAudit.of(OpenedTable.on(client, NAME, _ -> {}).books());
  }

  /** The calls of one process. */
  private final class Calls implements Steps, Faults {
    private final Invocation process;
    private final IdentityHashMap<DynamoDbRequest, Stuck> stuck = new IdentityHashMap<>();
    private final Set<DynamoDbRequest> last = Collections.newSetFromMap(new IdentityHashMap<>());

    /** What goes wrong with so many more attempts at a request. */
    private record Stuck(Fault fault, int attempts) {}

    Calls(Invocation process) {
      this.process = process;
    }

    @Override
    public void before(DynamoDbRequest request) {
      world.pause(process);
    }

    @Override
    public Fault strike(DynamoDbRequest request) {
      if (world.isDown(Part.TABLE) || isPoisoned(request)) {
        process.strike();
        world.tell(process.name + " " + site(request) + " is down or poisoned");
        return Fault.UNREACHABLE;
      }
      var earlier = stuck.remove(request);
      if (earlier != null) {
        keep(request, earlier.fault, earlier.attempts - 1);
        world.tell(process.name + " " + site(request) + " again " + earlier.fault);
        return earlier.fault;
      }
      var fault = struck(request, world.fault(process, site(request)));
      world.explain(() -> fault + " " + keys(request));
      if (fault != Fault.NONE) {
        // It passes, or outlasts the SDK's attempts, or ours as well.
        keep(request, fault, List.of(0, 2, ALL_ATTEMPTS).get(chance.nextInt(3)));
      }
      return fault;
    }

    private void keep(DynamoDbRequest request, Fault fault, int attempts) {
      if (attempts > 0) {
        stuck.put(request, new Stuck(fault, attempts));
      }
    }

    private Fault struck(DynamoDbRequest request, dev.photocredits.simulator.Fault fault) {
      var isWrite = !(request instanceof GetItemRequest) && !isList(request);
      return switch (fault) {
        case NONE -> Fault.NONE;
        case FAILS -> any(Fault.UNREACHABLE, Fault.REQUEST_LOST, Fault.INTERNAL_ERROR);
        case REPLY_LOST -> Fault.REPLY_LOST;
        case THROTTLED -> Fault.THROTTLED;
        case CONFLICT ->
            request instanceof TransactWriteItemsRequest
                ? any(Fault.CONFLICT, Fault.IN_PROGRESS)
                : isWrite ? Fault.CONFLICT : Fault.THROTTLED;
        case SLOW -> isWrite ? any(Fault.SLOW, Fault.LANDS_LATE) : Fault.SLOW;
        case DIES_BEFORE -> throw process.die();
        case DIES_AFTER -> {
          last.add(request);
          yield Fault.NONE;
        }
        case CLOCK_JUMPS -> {
          process.jump(world.skew(300));
          yield Fault.NONE;
        }
      };
    }

    private Fault any(Fault... faults) {
      return faults[chance.nextInt(faults.length)];
    }

    @Override
    public void after(DynamoDbRequest request) {
      if (last.contains(request)) {
        throw process.die();
      }
      world.pause(process);
    }

    @Override
    public void sleep(Duration time) {
      world.scheduler.sleep(time);
      process.checkAlive();
    }

    @Override
    public void later(Duration delay, Runnable effect) {
      world.scheduler.spawn(
          "lands",
          () -> {
            world.scheduler.sleep(delay);
            world.tell("what " + process.name + " asked for has its effect");
            effect.run();
          });
    }
  }

  private boolean isPoisoned(DynamoDbRequest request) {
    return !world.poisoned.isEmpty()
        && keys(request).stream()
            .anyMatch(key -> world.poisoned.contains(TableEvidence.owner(key)));
  }

  private static boolean isList(DynamoDbRequest request) {
    return request instanceof QueryRequest || request instanceof ScanRequest;
  }

  private static Site site(DynamoDbRequest request) {
    return switch (request) {
      case GetItemRequest _ -> Site.GET_ITEM;
      case QueryRequest _ -> Site.QUERY;
      case ScanRequest _ -> Site.SCAN;
      case PutItemRequest _ -> Site.PUT_ITEM;
      case UpdateItemRequest _ -> Site.UPDATE_ITEM;
      case TransactWriteItemsRequest _ -> Site.TRANSACT_WRITE_ITEMS;
      default -> throw new UnsupportedOperationException(request.toString());
    };
  }

  /** The keys of the items that a request names, or what it names of them. */
  private static List<Map<String, AttributeValue>> keys(DynamoDbRequest request) {
    return switch (request) {
      case GetItemRequest get -> List.of(get.key());
      case PutItemRequest put -> List.of(key(put.item()));
      case UpdateItemRequest update -> List.of(update.key());
      case QueryRequest query ->
          List.of(
              Map.of(
                  TableEvidence.PARTITION,
                  Objects.requireNonNull(query.expressionAttributeValues().get(":partition"))));
      case TransactWriteItemsRequest write ->
          write.transactItems().stream().map(SimulatedTable::key).toList();
      default -> List.of();
    };
  }

  private static Map<String, AttributeValue> key(TransactWriteItem item) {
    return Stream.<@Nullable Map<String, AttributeValue>>of(
            item.put() == null ? null : key(item.put().item()),
            item.update() == null ? null : item.update().key(),
            item.delete() == null ? null : item.delete().key(),
            item.conditionCheck() == null ? null : item.conditionCheck().key())
        .flatMap(Stream::ofNullable)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, AttributeValue> key(Map<String, AttributeValue> item) {
    return Map.of(
        TableEvidence.PARTITION, Objects.requireNonNull(item.get(TableEvidence.PARTITION)),
        TableEvidence.SORT, Objects.requireNonNull(item.get(TableEvidence.SORT)));
  }

  /** Nobody else runs. */
  private static final class NoSteps implements Steps {
    @Override
    public void before(DynamoDbRequest request) {}

    @Override
    public void after(DynamoDbRequest request) {}

    @Override
    public void sleep(Duration time) {
      throw new AssertionError("nothing fails here");
    }

    @Override
    public void later(Duration delay, Runnable effect) {
      throw new AssertionError("nothing fails here");
    }
  }
}
