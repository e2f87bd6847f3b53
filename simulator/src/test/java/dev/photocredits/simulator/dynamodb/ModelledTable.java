package dev.photocredits.simulator.dynamodb;

import dev.photocredits.emulators.Template;
import dev.photocredits.simulator.dynamodb.Expression.KeyCondition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * A model of a DynamoDB table. Requests are atomic and take effect one after another. Eventually
 * consistent reads, including those of an index, see a version of each item that was current at
 * most {@code lag} ago. Expired items are deleted up to {@code lateness} after their expiry. Both
 * delays come from {@code random}. A client request token is remembered for ten minutes after its
 * transaction.
 *
 * <p>A request that uses a feature that the model does not support throws {@link
 * UnsupportedOperationException}.
 */
public final class ModelledTable {
  private static final Duration TOKEN_RETENTION = Duration.ofMinutes(10);
  private static final Duration MAX_EXPIRY_AGE = Duration.ofDays(5 * 365);
  private static final int MAX_ITEM_SIZE = 400 * 1024;
  private static final int MAX_TRANSACTION_SIZE = 4 * 1024 * 1024;
  private static final int MAX_PAGE_SIZE = 1024 * 1024;
  private static final int MAX_PARTS = 100;
  private static final int MAX_PARTITION_KEY_SIZE = 2048;
  private static final int MAX_SORT_KEY_SIZE = 1024;

  private final String name;
  private final Keys keys;
  private final Map<String, String> types;
  private final Map<String, Template.Index> indexes = new HashMap<>();
  private final @Nullable String expiryAttribute;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Duration lag;
  private final Duration lateness;

  private final NavigableMap<AttributeValue, NavigableMap<AttributeValue, Versions>> partitions =
      new TreeMap<>(ModelledTable::inScanOrder);
  private final PriorityQueue<Expiry> expiries =
      new PriorityQueue<>(Comparator.comparing(Expiry::at));
  private final Map<String, Executed> tokens = new LinkedHashMap<>();
  private final Set<String> inProgress = new HashSet<>();
  private Consumer<List<Map<String, AttributeValue>>> watcher = _ -> {};

  /** A transaction with a client request token, and when it was executed. */
  private record Executed(TransactWriteItemsRequest request, Instant at) {}

  /** When an item is deleted, unless it has changed by then. */
  private record Expiry(Instant at, Map<String, AttributeValue> item) {}

  /** An earlier version of an item, and until when it was current. */
  private record Superseded(Map<String, AttributeValue> item, Instant at) {}

  /** The current version of an item and its recent ones; a version is empty if there was none. */
  private static final class Versions {
    private Map<String, AttributeValue> now = Map.of();
    private final Deque<Superseded> before = new ArrayDeque<>();
  }

  /**
   * Creates an empty table.
   *
   * @param lag the maximum lag of indexes and of eventually consistent reads
   * @param lateness the maximum delay between the expiry of an item and its deletion
   */
  public ModelledTable(
      String name,
      Template.Table shape,
      InstantSource clock,
      RandomGenerator random,
      Duration lag,
      Duration lateness) {
    this.name = name;
    this.keys = Keys.of(shape.keys());
    this.types = shape.attributeTypes();
    shape.indexes().forEach(index -> indexes.put(index.name(), index));
    this.expiryAttribute = shape.expiryAttribute().orElse(null);
    this.clock = clock;
    this.random = random;
    this.lag = lag;
    this.lateness = lateness;
  }

  /** The current items. */
  public synchronized List<Map<String, AttributeValue>> items() {
    expire();
    return all(true).toList();
  }

  /** The current items of a partition, in the order of their sort keys. */
  public synchronized List<Map<String, AttributeValue>> items(AttributeValue partition) {
    expire();
    var sorts = partitions.get(partition);
    return sorts == null
        ? List.of()
        : sorts.values().stream()
            .map(versions -> versions.now)
            .filter(item -> !item.isEmpty())
            .toList();
  }

  /**
   * Sets the watcher of writes. It is called after each write and expiry, with the new versions of
   * the items; of a deleted item, only with the key.
   */
  public synchronized void watch(Consumer<List<Map<String, AttributeValue>>> watcher) {
    this.watcher = watcher;
  }

  /** Backs up all items; the result restores them. */
  public synchronized Runnable backup() {
    var kept = items();
    return () -> restore(kept);
  }

  // A restored table is a new one, without any request tokens.
  private synchronized void restore(List<Map<String, AttributeValue>> items) {
    partitions.clear();
    expiries.clear();
    tokens.clear();
    items.forEach(item -> store(keyOf(item), item));
    partitions.values().forEach(sorts -> sorts.values().forEach(it -> it.before.clear()));
  }

  private Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
    return key(retaining(item, Set.of(keys.partition(), keys.sort())));
  }

  private static Map<String, AttributeValue> written(
      Map<String, AttributeValue> key, Map<String, AttributeValue> after) {
    return after.isEmpty() ? key : after;
  }

  synchronized GetItemResponse get(GetItemRequest request) {
    var parameters = new Parameters(request);
    requireTable(parameters);
    var placeholders = parameters.placeholders(types.keySet());
    var projection = projection(parameters, placeholders);
    placeholders.requireAllUsed();
    var key = key(required(parameters.item("Key")));
    expire();
    var found = readVersion(versions(key), parameters.isTrue("ConsistentRead"));
    return found.isEmpty()
        ? GetItemResponse.builder().build()
        : GetItemResponse.builder().item(projection.apply(found)).build();
  }

  synchronized PutItemResponse put(PutItemRequest request) {
    var attributes = execute(request, ReturnValue.ALL_OLD);
    var response = PutItemResponse.builder();
    return (attributes.isEmpty() ? response : response.attributes(attributes)).build();
  }

  synchronized UpdateItemResponse update(UpdateItemRequest request) {
    var attributes = execute(request, ReturnValue.ALL_OLD, ReturnValue.ALL_NEW);
    var response = UpdateItemResponse.builder();
    return (attributes.isEmpty() ? response : response.attributes(attributes)).build();
  }

  synchronized DeleteItemResponse delete(DeleteItemRequest request) {
    var attributes = execute(request, ReturnValue.ALL_OLD);
    var response = DeleteItemResponse.builder();
    return (attributes.isEmpty() ? response : response.attributes(attributes)).build();
  }

  /** Executes a single write; returns the attributes for the response. */
  private Map<String, AttributeValue> execute(DynamoDbRequest request, ReturnValue... known) {
    var parameters = new Parameters(request);
    var write = write(parameters);
    var requested = ReturnValue.fromValue(parameters.text("ReturnValues"));
    if (requested != null && requested != ReturnValue.NONE && !List.of(known).contains(requested)) {
      throw new UnsupportedOperationException("ReturnValues " + requested);
    }
    expire();
    var before = versions(write.key()).now;
    requireValid(write.put());
    if (!write.condition().holds(before)) {
      throw Refusals.conditionFailed(write.oldItem(before));
    }
    var after = after(write, before);
    store(write.key(), after);
    watcher.accept(List.of(written(write.key(), after)));
    return requested == ReturnValue.ALL_OLD
        ? before
        : requested == ReturnValue.ALL_NEW ? after : Map.of();
  }

  /** The item after the write; throws if the item is invalid. */
  private Map<String, AttributeValue> after(Write write, Map<String, AttributeValue> before) {
    var after = write.change().apply(before);
    requireValid(after);
    return after;
  }

  private void requireValid(Map<String, AttributeValue> item) {
    if (Values.size(item) > MAX_ITEM_SIZE) {
      throw Refusals.invalid("Item size has exceeded the maximum allowed size");
    }
    types.forEach(
        (attribute, type) -> {
          var value = item.get(attribute);
          if (value != null) {
            requireScalarKey(attribute, value);
            requireKey(value, type);
          }
        });
  }

  private void requireScalarKey(String attribute, AttributeValue value) {
    if (types.containsKey(attribute)) {
      switch (value.type()) {
        case S -> {
          if (value.s().isEmpty()) {
            throw Refusals.invalid("A key attribute cannot contain an empty string value");
          }
        }
        case N, B -> {}
        default -> throw Refusals.invalid("Invalid attribute value type");
      }
    }
  }

  private static void requireKey(AttributeValue value, String type) {
    if (!value.type().name().equals(type)) {
      throw Refusals.invalid("Type mismatch for Key: expected: " + type);
    }
  }

  synchronized void transact(TransactWriteItemsRequest request) {
    var writes = writes(request);
    expire();
    var token = request.clientRequestToken();
    if (token != null) {
      if (inProgress.contains(token)) {
        throw Refusals.inProgress();
      }
      forgetTokens();
      var executed = tokens.get(token);
      if (executed != null) {
        if (!executed.request().equals(request)) {
          throw Refusals.tokenReused();
        }
        return;
      }
    }
    writes.forEach(write -> write.put().forEach(this::requireScalarKey));
    var after = new ArrayList<Map<String, AttributeValue>>();
    var reasons = writes.stream().map(write -> reason(write, after)).toList();
    if (reasons.stream().anyMatch(reason -> !reason.code().equals(Refusals.NONE))) {
      throw Refusals.cancelled(reasons);
    }
    var written = new ArrayList<Map<String, AttributeValue>>();
    for (var i = 0; i < writes.size(); i++) {
      if (!writes.get(i).isCheck()) {
        store(writes.get(i).key(), after.get(i));
        written.add(written(writes.get(i).key(), after.get(i)));
      }
    }
    if (token != null) {
      tokens.put(token, new Executed(request, clock.instant()));
    }
    watcher.accept(written);
  }

  private CancellationReason reason(Write write, List<Map<String, AttributeValue>> results) {
    var before = versions(write.key()).now;
    try {
      requireValid(write.put());
      if (!write.condition().holds(before)) {
        return Refusals.reason(Refusals.CONDITION_FAILED, write.oldItem(before));
      }
      results.add(after(write, before));
      return Refusals.reason(Refusals.NONE, null);
    } catch (DynamoDbException _) {
      return Refusals.reason("ValidationError", null);
    }
  }

  /**
   * The exception of a transaction that is cancelled by a conflict or throttling. At least one of
   * its parts has one of these codes. The conditions of the others are either all checked or all
   * ignored.
   */
  synchronized DynamoDbException cancelled(TransactWriteItemsRequest request, List<String> codes) {
    var writes = writes(request);
    expire();
    var code = codes.get(random.nextInt(codes.size()));
    var certain = random.nextInt(writes.size());
    var areOthersSeen = random.nextBoolean();
    var reasons = new ArrayList<CancellationReason>();
    for (var i = 0; i < writes.size(); i++) {
      var isStruck = i == certain || random.nextInt(3) == 0;
      reasons.add(
          isStruck
              ? Refusals.reason(code, null)
              : areOthersSeen
                  ? reason(writes.get(i), new ArrayList<>())
                  : Refusals.reason(Refusals.NONE, null));
    }
    return Refusals.cancelled(reasons);
  }

  /** Marks the transaction with this token as in progress. */
  synchronized void begin(String token) {
    inProgress.add(token);
  }

  /** Marks the transaction with this token as no longer in progress. */
  synchronized void end(String token) {
    inProgress.remove(token);
  }

  private void forgetTokens() {
    var oldest = clock.instant().minus(TOKEN_RETENTION);
    var executed = tokens.values().iterator();
    while (executed.hasNext() && !executed.next().at().isAfter(oldest)) {
      executed.remove();
    }
  }

  /**
   * A write, or a condition check.
   *
   * @param key the key attributes of the item
   * @param put the item to put, which is validated before the condition; otherwise empty
   * @param change returns the new item; an empty one deletes it
   * @param returnsOld whether a failed condition returns the old item
   */
  private record Write(
      Map<String, AttributeValue> key,
      Map<String, AttributeValue> put,
      Condition condition,
      UnaryOperator<Map<String, AttributeValue>> change,
      boolean isCheck,
      boolean returnsOld,
      int size) {
    @Nullable Map<String, AttributeValue> oldItem(Map<String, AttributeValue> before) {
      return returnsOld && !before.isEmpty() ? before : null;
    }
  }

  private List<Write> writes(TransactWriteItemsRequest request) {
    var _ = new Parameters(request);
    var items = request.transactItems();
    if (items.isEmpty() || items.size() > MAX_PARTS) {
      throw Refusals.invalid("Member must have length between 1 and " + MAX_PARTS);
    }
    var writes = items.stream().map(ModelledTable::part).map(this::write).toList();
    if (writes.stream().map(Write::key).distinct().count() < writes.size()) {
      throw Refusals.invalid("Transaction request cannot include multiple operations on one item");
    }
    if (writes.stream().mapToInt(Write::size).sum() > MAX_TRANSACTION_SIZE) {
      throw Refusals.invalid("Transaction is too large");
    }
    return writes;
  }

  private static Parameters part(TransactWriteItem item) {
    var parts =
        Stream.<@Nullable SdkPojo>of(
                item.put(), item.update(), item.delete(), item.conditionCheck())
            .flatMap(Stream::ofNullable)
            .toList();
    if (parts.size() != 1) {
      throw Refusals.invalid("TransactItems can only contain one of Check, Put, Update or Delete");
    }
    return new Parameters(parts.getFirst());
  }

  private Write write(Parameters parameters) {
    requireTable(parameters);
    var placeholders = parameters.placeholders(types.keySet());
    var condition = Expression.condition(parameters.text("ConditionExpression"), placeholders);
    var update = parameters.text("UpdateExpression");
    @Nullable Changes changes = update == null ? null : Expression.changes(update, placeholders);
    placeholders.requireAllUsed();
    var returnsOld = "ALL_OLD".equals(parameters.text("ReturnValuesOnConditionCheckFailure"));
    var put = parameters.item("Item");
    var stored = Values.stored(required(put == null ? parameters.item("Key") : put));
    var key = put == null ? key(stored) : keyOf(stored);
    UnaryOperator<Map<String, AttributeValue>> change =
        switch (parameters.request()) {
          case PutItemRequest _, Put _ -> _ -> stored;
          case UpdateItemRequest _, Update _ -> change(key, changes);
          case DeleteItemRequest _, Delete _ -> _ -> Map.of();
          default -> before -> before;
        };
    var isCheck = parameters.request() instanceof ConditionCheck;
    if (isCheck && parameters.text("ConditionExpression") == null) {
      throw Refusals.invalid("ConditionExpression must not be null");
    }
    return new Write(
        key,
        put == null ? Map.of() : stored,
        condition,
        change,
        isCheck,
        returnsOld,
        Values.size(stored));
  }

  private UnaryOperator<Map<String, AttributeValue>> change(
      Map<String, AttributeValue> key, @Nullable Changes changes) {
    if (changes == null) {
      return before -> before.isEmpty() ? key : before;
    }
    return before -> {
      if (changes.changes(keys.partition()) || changes.changes(keys.sort())) {
        throw Refusals.invalid("Cannot update attribute. This attribute is part of the key");
      }
      return changes.apply(before.isEmpty() ? key : before);
    };
  }

  private static Map<String, AttributeValue> required(@Nullable Map<String, AttributeValue> item) {
    if (item == null) {
      throw Refusals.invalid("Value null failed to satisfy constraint: Member must not be null");
    }
    return item;
  }

  private Map<String, AttributeValue> key(Map<String, AttributeValue> key) {
    var partition = key.get(keys.partition());
    var sort = key.get(keys.sort());
    if (key.size() != 2 || partition == null || sort == null) {
      throw Refusals.invalid("The provided key element does not match the schema");
    }
    key.forEach(this::requireScalarKey);
    requireKey(partition, String.valueOf(types.get(keys.partition())));
    requireKey(sort, String.valueOf(types.get(keys.sort())));
    if (Values.size(Map.of("", partition)) > MAX_PARTITION_KEY_SIZE
        || Values.size(Map.of("", sort)) > MAX_SORT_KEY_SIZE) {
      throw Refusals.invalid("One or more parameter values were invalid: a key is too long");
    }
    return Map.copyOf(key);
  }

  private Versions versions(Map<String, AttributeValue> key) {
    var partition = partitions.get(value(key, keys.partition()));
    var found = partition == null ? null : partition.get(value(key, keys.sort()));
    return found == null ? new Versions() : found;
  }

  private static AttributeValue value(Map<String, AttributeValue> item, String attribute) {
    var value = item.get(attribute);
    if (value == null) {
      throw new IllegalStateException("an item without " + attribute);
    }
    return value;
  }

  private void store(Map<String, AttributeValue> key, Map<String, AttributeValue> item) {
    var partition = value(key, keys.partition());
    var sort = value(key, keys.sort());
    var sorts = partitions.computeIfAbsent(partition, _ -> new TreeMap<>(Values::compareKeys));
    var versions = sorts.computeIfAbsent(sort, _ -> new Versions());
    forget(versions);
    if (lag.isPositive()) {
      versions.before.addLast(new Superseded(versions.now, clock.instant()));
    }
    versions.now = Map.copyOf(item);
    if (item.isEmpty() && versions.before.isEmpty()) {
      sorts.remove(sort);
      if (sorts.isEmpty()) {
        partitions.remove(partition);
      }
    }
    var expiry = expiryAttribute == null ? null : item.get(expiryAttribute);
    if (expiry != null && expiry.type() == AttributeValue.Type.N && lateness.isPositive()) {
      schedule(Instant.ofEpochSecond(Long.parseLong(expiry.n())), versions.now);
    }
  }

  // DynamoDB does not delete items that expired more than five years ago.
  private void schedule(Instant expiry, Map<String, AttributeValue> item) {
    if (expiry.isAfter(clock.instant().minus(MAX_EXPIRY_AGE))) {
      var late = Duration.ofSeconds(random.nextLong(lateness.toSeconds() + 1));
      expiries.add(new Expiry(expiry.plus(late), item));
    }
  }

  private void expire() {
    var now = clock.instant();
    var expired = new ArrayList<Map<String, AttributeValue>>();
    for (var next = expiries.peek();
        next != null && !next.at().isAfter(now);
        next = expiries.peek()) {
      expiries.remove();
      var key = keyOf(next.item());
      if (versions(key).now.equals(next.item())) {
        store(key, Map.of());
        expired.add(key);
      }
    }
    if (!expired.isEmpty()) {
      watcher.accept(expired);
    }
  }

  private void forget(Versions versions) {
    var oldest = clock.instant().minus(lag);
    while (!versions.before.isEmpty() && versions.before.getFirst().at().isBefore(oldest)) {
      versions.before.removeFirst();
    }
  }

  /** The version of the item that a read sees. */
  private Map<String, AttributeValue> readVersion(Versions versions, boolean isConsistent) {
    if (isConsistent) {
      return versions.now;
    }
    forget(versions);
    var which = versions.before.isEmpty() ? 0 : random.nextInt(versions.before.size() + 1);
    var item = versions.now;
    for (var earlier = versions.before.descendingIterator(); which > 0; which--) {
      item = earlier.next().item();
    }
    return item;
  }

  private Stream<Map<String, AttributeValue>> all(boolean isConsistent) {
    return partitions.values().stream()
        .flatMap(sorts -> sorts.values().stream())
        .map(versions -> readVersion(versions, isConsistent))
        .filter(item -> !item.isEmpty());
  }

  /**
   * The table or index that a query or a scan reads.
   *
   * @param keys its key attributes
   * @param projection returns the attributes of an item that it has
   */
  private record Source(
      Keys keys, boolean isIndex, UnaryOperator<Map<String, AttributeValue>> projection) {}

  private Source source(Parameters parameters) {
    var indexName = parameters.text("IndexName");
    if (indexName == null) {
      return new Source(keys, false, item -> item);
    }
    var index = indexes.get(indexName);
    if (index == null) {
      throw Refusals.invalid("The table does not have the specified index: " + indexName);
    }
    if (parameters.isTrue("ConsistentRead")) {
      throw Refusals.invalid("Consistent reads are not supported on global secondary indexes");
    }
    var own = Keys.of(index.keys());
    var attributes = Set.of(keys.partition(), keys.sort(), own.partition(), own.sort());
    return new Source(
        own,
        true,
        switch (index.projection()) {
          case "ALL" -> item -> item;
          case "KEYS_ONLY" -> item -> retaining(item, attributes);
          default -> throw new UnsupportedOperationException("an index of " + index.projection());
        });
  }

  private static Map<String, AttributeValue> retaining(
      Map<String, AttributeValue> item, Set<String> attributes) {
    var retained = new HashMap<>(item);
    retained.keySet().retainAll(attributes);
    return retained;
  }

  private static boolean isIn(Source source, Map<String, AttributeValue> item) {
    return item.containsKey(source.keys().partition()) && item.containsKey(source.keys().sort());
  }

  synchronized QueryResponse query(QueryRequest request) {
    var parameters = new Parameters(request);
    requireTable(parameters);
    var expression = parameters.text("KeyConditionExpression");
    if (expression == null) {
      throw Refusals.invalid("Either the KeyConditions or KeyConditionExpression must be given");
    }
    var source = source(parameters);
    var placeholders = parameters.placeholders(types.keySet());
    var condition = Expression.keyCondition(expression, source.keys(), types, placeholders);
    var own = Set.of(source.keys().partition(), source.keys().sort());
    var result = result(parameters, own, placeholders);
    var start = start(parameters, source);
    var isBackward = parameters.isFalse("ScanIndexForward");
    // A table has at most one item with the last sort key of a query; an index may have more.
    var bound = isBackward ? condition.sort().least() : condition.sort().most();
    Predicate<Map<String, AttributeValue>> isLast =
        key -> !source.isIndex() && bound != null && bound.equals(key.get(source.keys().sort()));
    if (start != null
        && !(condition.partition().equals(start.get(source.keys().partition()))
            && condition.sort().holds(start)
            && !isLast.test(start))) {
      throw Refusals.invalid("The provided starting key is outside query boundaries");
    }
    expire();
    var order = inOrderOf(source);
    var page =
        page(
            rows(source, condition, parameters.isTrue("ConsistentRead")),
            isBackward ? order.reversed() : order,
            start,
            parameters.number("Limit"),
            source);
    var found = result.of(page.items());
    var response =
        QueryResponse.builder().items(found).count(found.size()).scannedCount(page.items().size());
    return (page.last() == null || isLast.test(page.last())
            ? response
            : response.lastEvaluatedKey(page.last()))
        .build();
  }

  /** The filter and projection that make a response of the items that were read. */
  private record Result(Condition filter, UnaryOperator<Map<String, AttributeValue>> projection) {
    List<Map<String, AttributeValue>> of(List<Map<String, AttributeValue>> items) {
      return items.stream().filter(filter::holds).map(projection).toList();
    }
  }

  private static Result result(
      Parameters parameters, Set<String> unfiltered, Placeholders placeholders) {
    var filter = Expression.filter(parameters.text("FilterExpression"), unfiltered, placeholders);
    var projection = projection(parameters, placeholders);
    placeholders.requireAllUsed();
    return new Result(filter, projection);
  }

  private Stream<Map<String, AttributeValue>> rows(
      Source source, KeyCondition condition, boolean isConsistent) {
    if (source.isIndex()) {
      return all(false)
          .filter(item -> condition.partition().equals(item.get(source.keys().partition())))
          .filter(item -> isIn(source, item) && condition.sort().holds(item));
    }
    var sorts = partitions.get(condition.partition());
    return sorts == null
        ? Stream.of()
        : sorts.values().stream()
            .map(versions -> readVersion(versions, isConsistent))
            .filter(item -> !item.isEmpty() && condition.sort().holds(item));
  }

  synchronized ScanResponse scan(ScanRequest request) {
    var parameters = new Parameters(request);
    requireTable(parameters);
    var source = source(parameters);
    var result = result(parameters, Set.of(), parameters.placeholders(types.keySet()));
    var segment = parameters.number("Segment");
    var segments = parameters.number("TotalSegments");
    if ((segment == null) != (segments == null)
        || (segment != null && segments != null && (segment < 0 || segment >= segments))) {
      throw Refusals.invalid("Segment must be less than TotalSegments, and both must be given");
    }
    var start = start(parameters, source);
    expire();
    var rows =
        all(parameters.isTrue("ConsistentRead"))
            .filter(item -> isIn(source, item))
            .filter(
                item ->
                    segment == null
                        || segments == null
                        || segment == segment(source, item, segments));
    var page = page(rows, inOrderOf(source), start, parameters.number("Limit"), source);
    var found = result.of(page.items());
    var response =
        ScanResponse.builder().items(found).count(found.size()).scannedCount(page.items().size());
    return (page.last() == null ? response : response.lastEvaluatedKey(page.last())).build();
  }

  private static int segment(Source source, Map<String, AttributeValue> item, int segments) {
    return Math.floorMod(hash(value(item, source.keys().partition())), segments);
  }

  private @Nullable Map<String, AttributeValue> start(Parameters parameters, Source source) {
    var start = parameters.item("ExclusiveStartKey");
    if (start == null) {
      return null;
    }
    if (!start.keySet().equals(attributes(source))) {
      throw Refusals.invalid("The provided starting key is invalid");
    }
    start.forEach((attribute, value) -> requireKey(value, String.valueOf(types.get(attribute))));
    return start;
  }

  private Set<String> attributes(Source source) {
    return Stream.of(keys, source.keys())
        .flatMap(of -> Stream.of(of.partition(), of.sort()))
        .collect(Collectors.toSet());
  }

  /**
   * A page of items.
   *
   * @param last the key of the last item, if the page ended at a limit; otherwise null
   */
  private record Page(
      List<Map<String, AttributeValue>> items, @Nullable Map<String, AttributeValue> last) {}

  private Page page(
      Stream<Map<String, AttributeValue>> rows,
      Comparator<Map<String, AttributeValue>> order,
      @Nullable Map<String, AttributeValue> start,
      @Nullable Integer limit,
      Source source) {
    if (limit != null && limit < 1) {
      throw Refusals.invalid("Limit must be greater than or equal to 1");
    }
    var behind =
        rows.filter(item -> start == null || order.compare(item, start) > 0).sorted(order).toList();
    var items = new ArrayList<Map<String, AttributeValue>>();
    var size = 0;
    for (var row : behind) {
      var item = source.projection().apply(row);
      items.add(item);
      size += Values.size(item);
      if (size > MAX_PAGE_SIZE || (limit != null && items.size() == limit)) {
        return new Page(items, retaining(row, attributes(source)));
      }
    }
    return new Page(items, null);
  }

  private Comparator<Map<String, AttributeValue>> inOrderOf(Source source) {
    Comparator<Map<String, AttributeValue>> table =
        Comparator.<Map<String, AttributeValue>, AttributeValue>comparing(
                item -> value(item, keys.partition()), ModelledTable::inScanOrder)
            .thenComparing(item -> value(item, keys.sort()), Values::compareKeys);
    return source.isIndex()
        ? Comparator.<Map<String, AttributeValue>, AttributeValue>comparing(
                item -> value(item, source.keys().partition()), ModelledTable::inScanOrder)
            .thenComparing(item -> value(item, source.keys().sort()), Values::compareKeys)
            .thenComparing(table)
        : table;
  }

  // By a hash, as in DynamoDB: the order of partitions in a scan is arbitrary.
  private static int inScanOrder(AttributeValue one, AttributeValue other) {
    var hashes = Integer.compare(hash(one), hash(other));
    return hashes == 0 ? Values.compareKeys(one, other) : hashes;
  }

  private static int hash(AttributeValue partition) {
    var hash = partition.type() == AttributeValue.Type.S ? partition.s().hashCode() : 0;
    hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
    hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  private static UnaryOperator<Map<String, AttributeValue>> projection(
      Parameters parameters, Placeholders placeholders) {
    var text = parameters.text("ProjectionExpression");
    if (text == null) {
      return item -> item;
    }
    var attributes = Expression.projection(text, placeholders);
    return item -> retaining(item, attributes);
  }

  private void requireTable(Parameters parameters) {
    if (!name.equals(parameters.text("TableName"))) {
      throw Refusals.noSuchTable(name);
    }
  }
}
