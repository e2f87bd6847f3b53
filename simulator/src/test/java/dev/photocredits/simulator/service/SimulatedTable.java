package dev.photocredits.simulator.service;

import dev.photocredits.audit.WholeAudit;
import dev.photocredits.dynamodb.DynamoDb;
import dev.photocredits.dynamodb.OpenedTable;
import dev.photocredits.emulators.Template;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.World.Part;
import dev.photocredits.simulator.dynamodb.Fault;
import dev.photocredits.simulator.dynamodb.Faults;
import dev.photocredits.simulator.dynamodb.ModelledDynamoDb;
import dev.photocredits.simulator.dynamodb.ModelledTable;
import dev.photocredits.simulator.dynamodb.Steps;
import dev.photocredits.simulator.execution.Invocation;
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
 * The table of a schedule, used through the real adapter. At every attempt at a request and at
 * every response, other tasks may run and a fault may strike. Each write is checked as soon as it
 * takes effect, which may be a minute after its process has ended.
 */
final class SimulatedTable {
  private static final String NAME = "photo-credits";
  private static final Template.Table SHAPE = Template.find().table();
  private static final Duration LAG = Duration.ofSeconds(5);
  private static final Duration LATENESS = Duration.ofDays(2);

  /** The maximum number of attempts of a call: ten by our code, each with three by the SDK. */
  private static final int ALL_ATTEMPTS = 30;

  private final World world;
  private final RandomGenerator random;
  private final UnaryOperator<DynamoDbClient> clients;
  private final ModelledTable items;

  /**
   * Creates an empty table.
   *
   * @param clients wraps the DynamoDB client of every function, for tests that plant faults
   */
  SimulatedTable(World world, UnaryOperator<DynamoDbClient> clients) {
    this.world = world;
    this.random = () -> world.random().nextLong();
    this.clients = clients;
    this.items = new ModelledTable(NAME, SHAPE, world.scheduler::now, random, LAG, LATENESS);
  }

  ModelledTable items() {
    return items;
  }

  /** Opens the table for a function in this process. */
  DynamoDb open(Invocation process) {
    var calls = new Calls(process);
    return OpenedTable.on(
        clients.apply(new ModelledDynamoDb(items, calls, calls, world.scheduler::now, random)),
        NAME,
        _ -> calls.sleep(Duration.ofMillis(world.random().nextInt(640))));
  }

  /** The discrepancies that an audit of all accounts finds, while nothing else runs. */
  List<?> audit() {
    var client =
        new ModelledDynamoDb(items, new NoSteps(), Faults.NONE, world.scheduler::now, random);
    return WholeAudit.of(OpenedTable.on(client, NAME, _ -> {}).auditReader());
  }

  /** The calls of one process. */
  private final class Calls implements Steps, Faults {
    private final Invocation process;
    private final IdentityHashMap<DynamoDbRequest, Stuck> stuck = new IdentityHashMap<>();
    private final Set<DynamoDbRequest> diesAfter =
        Collections.newSetFromMap(new IdentityHashMap<>());

    /** A fault that strikes this many more attempts at a request. */
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
        world.trace(process.name + " " + site(request) + " is down or poisoned");
        return Fault.UNREACHABLE;
      }
      var earlier = stuck.remove(request);
      if (earlier != null) {
        strikeAgain(request, earlier.fault, earlier.attempts - 1);
        world.trace(process.name + " " + site(request) + " again " + earlier.fault);
        return earlier.fault;
      }
      var fault = toDynamoDbFault(request, world.fault(process, site(request)));
      world.explain(() -> fault + " " + keys(request));
      if (fault != Fault.NONE) {
        // It passes, outlasts the attempts of the SDK, or outlasts those of our code as well.
        strikeAgain(request, fault, List.of(0, 2, ALL_ATTEMPTS).get(random.nextInt(3)));
      }
      return fault;
    }

    private void strikeAgain(DynamoDbRequest request, Fault fault, int attempts) {
      if (attempts > 0) {
        stuck.put(request, new Stuck(fault, attempts));
      }
    }

    private Fault toDynamoDbFault(
        DynamoDbRequest request, dev.photocredits.simulator.execution.Fault fault) {
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
          diesAfter.add(request);
          yield Fault.NONE;
        }
        case CLOCK_JUMPS -> {
          process.jump(world.skew(300));
          yield Fault.NONE;
        }
      };
    }

    private Fault any(Fault... faults) {
      return faults[random.nextInt(faults.length)];
    }

    @Override
    public void after(DynamoDbRequest request) {
      if (diesAfter.contains(request)) {
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
            world.trace("the delayed write of " + process.name + " takes effect");
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

  /** The keys of the items in a request; of a query, only the partition key. */
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

  /** For use while no other task runs. */
  private static final class NoSteps implements Steps {
    @Override
    public void before(DynamoDbRequest request) {}

    @Override
    public void after(DynamoDbRequest request) {}

    @Override
    public void sleep(Duration time) {
      throw new AssertionError("no faults are injected here");
    }

    @Override
    public void later(Duration delay, Runnable effect) {
      throw new AssertionError("no faults are injected here");
    }
  }
}
