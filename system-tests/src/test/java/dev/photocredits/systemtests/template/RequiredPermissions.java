package dev.photocredits.systemtests.template;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import dev.photocredits.emulators.Template;
import dev.photocredits.systemtests.template.TransformedTemplate.Function;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;

/**
 * The IAM permissions that a function needs: one for each SDK call that its code can reach, and
 * those that Lambda itself uses.
 */
final class RequiredPermissions {
  /** The actions by SDK interface and method. A transaction needs only those of its parts. */
  private static final Map<String, String> ACTIONS =
      Map.ofEntries(
          Map.entry("DynamoDbClient.getItem", "dynamodb:GetItem"),
          Map.entry("DynamoDbClient.putItem", "dynamodb:PutItem"),
          Map.entry("DynamoDbClient.query", "dynamodb:Query"),
          Map.entry("DynamoDbClient.queryPaginator", "dynamodb:Query"),
          Map.entry("DynamoDbClient.scan", "dynamodb:Scan"),
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

  /** SDK calls that need no permission. */
  private static final Set<String> FREE =
      Set.of(
          "DynamoDbClient.builder",
          "DynamoDbClient.transactWriteItems",
          "DynamoDbEnhancedClient.builder",
          "DynamoDbEnhancedClient.table",
          "QueryIterable.items",
          "TransactWriteItem$Builder.build",
          "S3Client.builder",
          "S3Presigner.builder",
          "SqsClient.builder",
          "SecretsManagerClient.builder");

  /** The partition keys of the items of each schema, see docs/data-model.md. */
  private static final Map<String, String> SCHEMAS =
      Map.ofEntries(
          Map.entry("UserItem.SCHEMA", "USER#*"),
          Map.entry("WelcomeRecord.SCHEMA", "WELCOME#*"),
          Map.entry("Tombstone.SCHEMA", "USER#*"),
          Map.entry("ErasureOrigin.SCHEMA", "USER#*"),
          Map.entry("StoredTransaction.SCHEMA", "USER#*"),
          Map.entry("GenerationItem.SCHEMA", "USER#*"),
          Map.entry("IdempotencyItem.SCHEMA", "USER#*"),
          Map.entry("PurchaseOrderItem.SCHEMA", "USER#*"),
          Map.entry("OpenedSession.SCHEMA", "USER#*"),
          Map.entry("GrantRecordItem.SCHEMA", "PAYMENT#*"),
          Map.entry("PaymentItem.SCHEMA", "PAYMENT#*"),
          Map.entry("CheckpointItem.SCHEMA", "RECONCILIATION"),
          Map.entry("PositionItem.SCHEMA", "AUDIT"),
          Map.entry("FeedbackItem.SCHEMA", "FEEDBACK#*"));

  /** The methods that build partition keys. */
  private static final Map<String, String> KEYS =
      Map.of(
          "Keys.user", "USER#*",
          "Keys.payment", "PAYMENT#*",
          "Keys.allUsers", "LIMIT#*",
          "Keys.sourceCounter", "LIMIT#*",
          "Keys.event", "RECONCILIATION",
          "Keys.absent", "NOTHING");

  private final Function function;
  private final ReachableCode reach;
  private final Map<Permission, String> found = new LinkedHashMap<>();

  private RequiredPermissions(Function function, ReachableCode reach) {
    this.function = function;
    this.reach = reach;
  }

  /** The needed permissions, each with one call path from the handler. */
  static Map<Permission, String> of(Function function, ReachableCode reach) {
    var needs = new RequiredPermissions(function, reach);
    reach.units().forEach(needs::read);
    needs.combineTransactions();
    needs.addThoseOfLambda();
    return needs.found;
  }

  /** What Lambda does with the function's role: it writes the log and receives messages. */
  private void addThoseOfLambda() {
    for (var action : List.of("logs:CreateLogStream", "logs:PutLogEvents")) {
      found.put(new Permission(action, function.logs(), "", false), "Lambda writes the log");
    }
    if (function.name().equals(Template.find().queue().function())) {
      for (var action :
          List.of("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")) {
        found.put(new Permission(action, "${Queue.Arn}", "", false), "Lambda reads the queue");
      }
    }
  }

  private void read(JavaCodeUnit unit) {
    for (var access : ReachableCode.accesses(unit)) {
      if (!sends(access.getTargetOwner())) {
        continue;
      }
      var call = name(access);
      var action = ACTIONS.get(call);
      if (action != null) {
        var inTransactions = call.startsWith("TransactWriteItem$");
        for (var resource : resources(action, unit)) {
          keys(action, resource, unit)
              .forEach(
                  (keys, caller) ->
                      found.putIfAbsent(
                          new Permission(action, resource, keys, inTransactions),
                          reach.path(caller) + (caller.equals(unit) ? " → " : " → … → ") + call));
        }
      } else if (!FREE.contains(call)) {
        throw new AssertionError(
            "%s calls %s, but its IAM action is not known: %s"
                .formatted(function.name(), call, reach.path(unit)));
      }
    }
  }

  /** By the naming of the SDK: other classes only describe requests. */
  private static boolean sends(JavaClass owner) {
    return (owner.getName().startsWith("software.amazon.awssdk.services.")
            || owner.getName().startsWith("software.amazon.awssdk.enhanced."))
        && owner
            .getName()
            .matches(
                ".*(Client|Table|Index|Iterable|Presigner|Provider|Manager|Waiter|Transact\\w+Item\\$Builder)");
  }

  private List<String> resources(String action, JavaCodeUnit unit) {
    return action.startsWith("secretsmanager:")
        ? function.secrets()
        : List.of(resource(action, unit));
  }

  private String resource(String action, JavaCodeUnit unit) {
    return switch (action.substring(0, action.indexOf(':'))) {
      case "dynamodb" ->
          ReachableCode.accesses(unit).stream()
                  .anyMatch(access -> access.getName().equals("indexName"))
              ? function.index()
              : function.table();
      case "s3" ->
          function.objects(
              Set.of("S3QueuedPhotos", "S3Uploads").contains(unit.getOwner().getSimpleName())
                  ? "uploads"
                  : "images");
      case "sqs" -> function.queue();
      default -> throw new AssertionError("unknown resource of " + action);
    };
  }

  // AWS does not document whether IAM checks each part of a transaction against its own key or the
  // keys of all parts. The grants must allow both.
  private void combineTransactions() {
    var parts = found.keySet().stream().filter(Permission::inTransactions).toList();
    for (var part : parts) {
      for (var other : parts) {
        found.putIfAbsent(part.withKeys(other.keys()), found.get(part) + ", and " + other);
      }
    }
  }

  /** The patterns of partition keys, each with code that uses such a key. */
  private Map<String, JavaCodeUnit> keys(String action, String resource, JavaCodeUnit unit) {
    // The condition on keys applies only to operations that name items by the table's key.
    if (!resource.equals(function.table()) || action.equals("dynamodb:Scan")) {
      return Map.of("", unit);
    }
    var named = new TreeMap<String, JavaCodeUnit>();
    (action.equals("dynamodb:UpdateItem") ? changes() : callersOfTheTable(unit))
        .forEach(caller -> keys(action, caller).forEach(keys -> named.putIfAbsent(keys, caller)));
    if (named.isEmpty()) {
      throw new AssertionError("unknown partition keys in " + reach.path(unit));
    }
    return named;
  }

  /** The code that creates a change of an item, which contains the key. */
  private Stream<JavaCodeUnit> changes() {
    return reach.units().stream()
        .filter(
            unit ->
                unit.getConstructorCallsFromSelf().stream()
                    .anyMatch(call -> call.getTargetOwner().getName().endsWith(".Table$Change")));
  }

  /** The code that tells the table what to read or put. */
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

  // A put writes to the partition of its schema. Reads and changes build a key, except for the one
  // item whose keys are constant.
  private static Set<String> keys(String action, JavaCodeUnit unit) {
    var keys = new TreeSet<String>();
    var schemas = new TreeSet<String>();
    for (var access : ReachableCode.accesses(unit)) {
      var name = name(access);
      if (KEYS.containsKey(name)) {
        keys.add(KEYS.get(name));
      } else if (SCHEMAS.containsKey(name)) {
        schemas.add(SCHEMAS.get(name));
      } else if (access instanceof JavaFieldAccess field
          && field.getTarget().getRawType().isAssignableTo(TableSchema.class)) {
        throw new AssertionError("unknown partitions of " + name);
      }
    }
    return action.equals("dynamodb:PutItem") || keys.isEmpty() ? schemas : keys;
  }

  /** Class and member, such as {@code Table.find}, including the enclosing class if nested. */
  static String name(JavaAccess<?> access) {
    var owner = access.getTargetOwner().getName();
    return owner.substring(owner.lastIndexOf('.') + 1) + "." + access.getName();
  }
}
