package dev.photocredits.checks;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import dev.photocredits.checks.TransformedTemplate.Function;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/**
 * What a function's code asks of AWS: every call of the SDK that it can come to, as IAM sees it.
 */
final class Needs {
  /** By interface and method of the SDK; a transaction needs what is inside of it, and no more. */
  private static final Map<String, String> ACTIONS =
      Map.ofEntries(
          Map.entry("DynamoDbClient.getItem", "dynamodb:GetItem"),
          Map.entry("DynamoDbClient.putItem", "dynamodb:PutItem"),
          Map.entry("DynamoDbClient.query", "dynamodb:Query"),
          Map.entry("DynamoDbClient.queryPaginator", "dynamodb:Query"),
          Map.entry("DynamoDbClient.scan", "dynamodb:Scan"),
          Map.entry("DynamoDbClient.scanPaginator", "dynamodb:Scan"),
          Map.entry("DynamoDbClient.updateItem", "dynamodb:UpdateItem"),
          Map.entry("DynamoDbTable.putItem", "dynamodb:PutItem"),
          Map.entry("TransactWriteItem$Builder.put", "dynamodb:PutItem"),
          Map.entry("TransactWriteItem$Builder.update", "dynamodb:UpdateItem"),
          Map.entry("TransactWriteItem$Builder.delete", "dynamodb:DeleteItem"),
          Map.entry("TransactWriteItem$Builder.conditionCheck", "dynamodb:ConditionCheckItem"),
          Map.entry("S3Client.putObject", "s3:PutObject"),
          Map.entry("S3Client.getObject", "s3:GetObject"),
          Map.entry("S3Client.headObject", "s3:GetObject"),
          Map.entry("S3Client.getObjectAsBytes", "s3:GetObject"),
          Map.entry("S3Client.deleteObject", "s3:DeleteObject"),
          Map.entry("S3Presigner.presignGetObject", "s3:GetObject"),
          Map.entry("SqsClient.sendMessage", "sqs:SendMessage"),
          Map.entry("S3Presigner.presignPutObject", "s3:PutObject"),
          Map.entry("SecretsManagerClient.getSecretValue", "secretsmanager:GetSecretValue"));

  /** What sends nothing that IAM would look at. */
  private static final Set<String> FREE =
      Set.of(
          "DynamoDbClient.builder",
          "DynamoDbClient.transactWriteItems",
          "DynamoDbEnhancedClient.builder",
          "DynamoDbEnhancedClient.table",
          "QueryIterable.items",
          "ScanIterable.items",
          "TransactWriteItem$Builder.build",
          "S3Client.builder",
          "S3Presigner.builder",
          "SqsClient.builder",
          "SecretsManagerClient.builder",
          "SecretsManagerClient.close");

  /** The partitions that the items of a schema are in, see docs/data-model.md. */
  private static final Map<String, String> SCHEMAS =
      Map.ofEntries(
          Map.entry("Schemas.USER", "USER#*"),
          Map.entry("Schemas.WELCOME", "WELCOME#*"),
          Map.entry("Schemas.TOMBSTONE", "USER#*"),
          Map.entry("Schemas.ORIGIN", "USER#*"),
          Map.entry("Schemas.ENTRY", "USER#*"),
          Map.entry("Schemas.GENERATION", "USER#*"),
          Map.entry("Schemas.CLAIM", "USER#*"),
          Map.entry("Schemas.ORDER", "USER#*"),
          Map.entry("Schemas.SESSION", "USER#*"),
          Map.entry("Schemas.MARK", "PAYMENT#*"),
          Map.entry("Schemas.PAYMENT", "PAYMENT#*"),
          Map.entry("Schemas.CHECKPOINT", "RECONCILIATION"),
          Map.entry("Schemas.POSITION", "AUDIT"),
          Map.entry("Schemas.FEEDBACK", "FEEDBACK#*"));

  /** What makes partition keys. */
  private static final Map<String, String> KEYS =
      Map.of(
          "Keys.user", "USER#*",
          "Keys.payment", "PAYMENT#*",
          "Keys.everybody", "LIMIT#*",
          "Keys.event", "RECONCILIATION",
          "Keys.nothing", "NOTHING");

  private final Function function;
  private final Reach reach;
  private final Map<Permission, String> found = new LinkedHashMap<>();

  private Needs(Function function, Reach reach) {
    this.function = function;
    this.reach = reach;
  }

  /** Each with one way from the handler to the call. */
  static Map<Permission, String> of(Function function, Reach reach) {
    var needs = new Needs(function, reach);
    reach.units().forEach(needs::read);
    needs.takeTransactionsAsOne();
    return needs.found;
  }

  private void read(JavaCodeUnit unit) {
    for (var access : Reach.accesses(unit)) {
      if (!sends(access.getTargetOwner())) {
        continue;
      }
      var call = name(access);
      var action = ACTIONS.get(call);
      if (action != null) {
        var resource = resource(action, unit);
        var inTransactions = call.startsWith("TransactWriteItem$");
        keys(action, resource, unit)
            .forEach(
                (keys, caller) ->
                    found.putIfAbsent(
                        new Permission(action, resource, keys, inTransactions),
                        reach.path(caller) + (caller.equals(unit) ? " → " : " → … → ") + call));
      } else if (!FREE.contains(call)) {
        throw new AssertionError(
            "%s calls %s, and no action of IAM is known for it: %s"
                .formatted(function.name(), call, reach.path(unit)));
      }
    }
  }

  /** By the SDK's way to name things: all else only describes what is sent. */
  private static boolean sends(JavaClass owner) {
    return (owner.getName().startsWith("software.amazon.awssdk.services.")
            || owner.getName().startsWith("software.amazon.awssdk.enhanced."))
        && owner
            .getName()
            .matches(
                ".*(Client|Table|Index|Iterable|Presigner|Provider|Manager|Waiter|Transact\\w+Item\\$Builder)");
  }

  private String resource(String action, JavaCodeUnit unit) {
    return switch (action.substring(0, action.indexOf(':'))) {
      case "dynamodb" ->
          Reach.accesses(unit).stream().anyMatch(access -> access.getName().equals("indexName"))
              ? function.index()
              : function.table();
      case "s3" ->
          function.objects(
              Set.of("S3Photos", "S3Uploads").contains(unit.getOwner().getSimpleName())
                  ? "uploads"
                  : "images");
      case "sqs" -> function.queue();
      case "secretsmanager" -> function.secret();
      default -> throw new AssertionError("what is " + action + " about?");
    };
  }

  // AWS does not say whether each part of a transaction is judged by its own key or by the keys of
  // all. What is granted has to do for both.
  private void takeTransactionsAsOne() {
    var parts = found.keySet().stream().filter(Permission::inTransactions).toList();
    for (var part : parts) {
      for (var other : parts) {
        found.putIfAbsent(part.withKeys(other.keys()), found.get(part) + ", and " + other);
      }
    }
  }

  /** What the partition keys look like, each with code that names such a key. */
  private Map<String, JavaCodeUnit> keys(String action, String resource, JavaCodeUnit unit) {
    // A key condition fits what names its items by a key of the table.
    if (!resource.equals(function.table()) || action.equals("dynamodb:Scan")) {
      return Map.of("", unit);
    }
    var named = new TreeMap<String, JavaCodeUnit>();
    (action.equals("dynamodb:UpdateItem") ? changes() : callersOfTheTable(unit))
        .forEach(caller -> keys(action, caller).forEach(keys -> named.putIfAbsent(keys, caller)));
    if (named.isEmpty()) {
      throw new AssertionError("whose items are meant in " + reach.path(unit) + "?");
    }
    return named;
  }

  /** Whoever makes a change of an item: it holds the key. */
  private Stream<JavaCodeUnit> changes() {
    return reach.units().stream()
        .filter(
            unit ->
                unit.getConstructorCallsFromSelf().stream()
                    .anyMatch(call -> call.getTargetOwner().getName().endsWith(".Table$Change")));
  }

  /** Whoever tells the table what to read, or what to put. */
  private Stream<JavaCodeUnit> callersOfTheTable(JavaCodeUnit unit) {
    var outside = new LinkedHashSet<JavaCodeUnit>();
    var seen = new HashSet<JavaCodeUnit>();
    var next = new ArrayDeque<>(Set.of(unit));
    while (!next.isEmpty()) {
      var at = next.remove();
      if (!Set.of("Table", "TransactWrite").contains(at.getOwner().getSimpleName())) {
        outside.add(at);
      } else if (seen.add(at)) {
        next.addAll(reach.callers(at));
      }
    }
    return outside.stream();
  }

  // What is put goes where its schema says. Whoever reads or changes makes a key, but for the one
  // item whose keys never change.
  private static Set<String> keys(String action, JavaCodeUnit unit) {
    var keys = new TreeSet<String>();
    var schemas = new TreeSet<String>();
    for (var access : Reach.accesses(unit)) {
      var name = name(access);
      if (KEYS.containsKey(name)) {
        keys.add(KEYS.get(name));
      } else if (SCHEMAS.containsKey(name)) {
        schemas.add(SCHEMAS.get(name));
      } else if (access instanceof JavaFieldAccess field
          && field.getTarget().getRawType().isAssignableTo(TableSchema.class)) {
        throw new AssertionError("which partitions hold items of " + name + "?");
      }
    }
    return action.equals("dynamodb:PutItem") || keys.isEmpty() ? schemas : keys;
  }

  /** Class and member, such as {@code Table.find}; a nested class with what it is nested in. */
  static String name(JavaAccess<?> access) {
    var owner = access.getTargetOwner().getName();
    return owner.substring(owner.lastIndexOf('.') + 1) + "." + access.getName();
  }
}
