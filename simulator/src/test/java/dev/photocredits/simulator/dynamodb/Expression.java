package dev.photocredits.simulator.dynamodb;

import dev.photocredits.simulator.dynamodb.Operand.IfNotExists;
import dev.photocredits.simulator.dynamodb.Operand.ListAppend;
import dev.photocredits.simulator.dynamodb.Operand.Literal;
import dev.photocredits.simulator.dynamodb.Operand.Size;
import dev.photocredits.simulator.dynamodb.Operand.Sum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Parses DynamoDB expressions, and rejects those that DynamoDB rejects before it reads an item. It
 * accepts reserved words, which DynamoDB Local rejects. Features of DynamoDB that it does not
 * support throw {@link UnsupportedOperationException}.
 */
public final class Expression {
  private static final Pattern TOKEN =
      Pattern.compile("\\s*([A-Za-z_]\\w*|[#:]\\w+|\\d+|<>|<=|>=|[<>=(),.+\\-\\[\\]])");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");
  private static final Pattern INDEX = Pattern.compile("\\d{1,9}");
  private static final Set<String> TESTS =
      Set.of(
          "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains");
  private static final Set<String> VALUES = Set.of("if_not_exists", "list_append");
  private static final Set<String> TYPES =
      Set.of("S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL");
  private static final Set<AttributeValue.Type> ORDERED =
      Set.of(AttributeValue.Type.S, AttributeValue.Type.N, AttributeValue.Type.B);
  private static final Set<AttributeValue.Type> SIZED =
      Set.of(
          AttributeValue.Type.S,
          AttributeValue.Type.B,
          AttributeValue.Type.SS,
          AttributeValue.Type.NS,
          AttributeValue.Type.BS,
          AttributeValue.Type.L,
          AttributeValue.Type.M);
  private static final Set<AttributeValue.Type> ADDED =
      Set.of(
          AttributeValue.Type.N,
          AttributeValue.Type.SS,
          AttributeValue.Type.NS,
          AttributeValue.Type.BS);
  private static final int MAX_LENGTH = 4096;

  /**
   * The tokens of each valid expression. Handlers send the same few expressions again and again.
   */
  private static final Map<String, List<String>> TOKENS = new ConcurrentHashMap<>();

  private final Placeholders placeholders;
  private final List<String> tokens;
  private final List<Path> paths = new ArrayList<>();
  private int position;

  private Expression(String text, Placeholders placeholders) {
    this.placeholders = placeholders;
    this.tokens = TOKENS.computeIfAbsent(text, Expression::tokens);
  }

  private static List<String> tokens(String text) {
    if (text.isBlank()) {
      throw Refusals.invalid("The expression can not be empty");
    }
    if (text.length() > MAX_LENGTH) {
      throw Refusals.invalid("Expression size has exceeded the maximum allowed size");
    }
    var tokens = new ArrayList<String>();
    var rest = text.stripTrailing();
    var matcher = TOKEN.matcher(rest);
    var end = 0;
    while (matcher.region(end, rest.length()).lookingAt()) {
      tokens.add(matcher.group(1));
      end = matcher.end();
    }
    if (end < rest.length()) {
      throw Refusals.invalid("Syntax error in " + text);
    }
    return List.copyOf(tokens);
  }

  static Condition condition(@Nullable String text, Placeholders placeholders) {
    return filter(text, Set.of(), placeholders);
  }

  /** Parses a filter, which must not name these keys: they belong in the key condition. */
  static Condition filter(@Nullable String text, Set<String> keys, Placeholders placeholders) {
    if (text == null) {
      return Condition.ALWAYS;
    }
    var expression = new Expression(text, placeholders);
    var condition = expression.disjunction();
    expression.end();
    if (expression.isInsideKey()) {
      throw Refusals.invalid("Key attributes must be scalars");
    }
    if (expression.paths.stream().anyMatch(path -> keys.contains(path.attribute()))) {
      throw Refusals.invalid("Filter Expression can only contain non-primary key attributes");
    }
    return condition;
  }

  /** Whether a path is nested in a key attribute, which is always a scalar. */
  private boolean isInsideKey() {
    return paths.stream().anyMatch(path -> path.isNested() && placeholders.isKey(path.attribute()));
  }

  private Condition disjunction() {
    var first = conjunction();
    while (isNext("OR")) {
      var left = first;
      var right = conjunction();
      first = item -> left.holds(item) || right.holds(item);
    }
    return first;
  }

  private Condition conjunction() {
    var first = negation();
    while (isNext("AND")) {
      var left = first;
      var right = negation();
      first = item -> left.holds(item) && right.holds(item);
    }
    return first;
  }

  private Condition negation() {
    if (isNext("NOT")) {
      var condition = negation();
      return item -> !condition.holds(item);
    }
    return primary();
  }

  private Condition primary() {
    if (isNext("(")) {
      // DynamoDB rejects redundant parentheses.
      var begins = peek("(");
      var start = position;
      var condition = disjunction();
      if (begins && closingParenthesis(start) == position - 1 && peek(")")) {
        throw Refusals.invalid("The expression has redundant parentheses");
      }
      expect(")");
      return condition;
    }
    return switch (function(TESTS)) {
      case "attribute_exists" -> {
        var path = only(path());
        yield item -> path.in(item) != null;
      }
      case "attribute_not_exists" -> {
        var path = only(path());
        yield item -> path.in(item) == null;
      }
      case "attribute_type" -> attributeType();
      case "begins_with" -> beginsWith();
      case "contains" -> contains();
      default -> comparison();
    };
  }

  private int closingParenthesis(int opening) {
    var depth = 0;
    for (var i = opening; i < tokens.size(); i++) {
      depth += tokens.get(i).equals("(") ? 1 : tokens.get(i).equals(")") ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw Refusals.invalid("Syntax error: a parenthesis is open");
  }

  private Condition attributeType() {
    var path = path();
    var type = second();
    if (!(type instanceof Literal(var value))
        || value.type() != AttributeValue.Type.S
        || !TYPES.contains(value.s())) {
      throw Refusals.invalid("Invalid attribute type name");
    }
    return item -> {
      var found = path.in(item);
      return found != null && name(found.type()).equals(value.s());
    };
  }

  private static String name(AttributeValue.Type type) {
    return type == AttributeValue.Type.NUL ? "NULL" : type.name();
  }

  private Condition beginsWith() {
    var text = operand();
    var prefix = second();
    requireDistinct(text, prefix);
    requireType(text, Set.of(AttributeValue.Type.S, AttributeValue.Type.B));
    requireType(prefix, Set.of(AttributeValue.Type.S, AttributeValue.Type.B));
    return item -> begins(text.in(item), prefix.in(item));
  }

  private static boolean begins(@Nullable AttributeValue text, @Nullable AttributeValue prefix) {
    if (text == null || prefix == null || text.type() != prefix.type()) {
      return false;
    }
    return switch (text.type()) {
      case S -> text.s().startsWith(prefix.s());
      case B -> startsWith(text, prefix);
      default -> false;
    };
  }

  private static boolean startsWith(AttributeValue bytes, AttributeValue prefix) {
    return isAt(0, bytes.b().asByteArrayUnsafe(), prefix.b().asByteArrayUnsafe());
  }

  private static boolean isWithin(AttributeValue bytes, AttributeValue part) {
    var all = bytes.b().asByteArrayUnsafe();
    return IntStream.range(0, all.length + 1)
        .anyMatch(start -> isAt(start, all, part.b().asByteArrayUnsafe()));
  }

  private static boolean isAt(int start, byte[] all, byte[] part) {
    return start + part.length <= all.length
        && Arrays.equals(all, start, start + part.length, part, 0, part.length);
  }

  private Condition contains() {
    var container = operand();
    var member = second();
    requireDistinct(container, member);
    return item -> contains(container.in(item), member.in(item));
  }

  private static boolean contains(
      @Nullable AttributeValue container, @Nullable AttributeValue member) {
    if (container == null || member == null) {
      return false;
    }
    return switch (container.type()) {
      case S -> member.type() == AttributeValue.Type.S && container.s().contains(member.s());
      case SS -> member.type() == AttributeValue.Type.S && container.ss().contains(member.s());
      case NS -> member.type() == AttributeValue.Type.N && container.ns().contains(member.n());
      case BS -> member.type() == AttributeValue.Type.B && container.bs().contains(member.b());
      case L -> container.l().contains(member);
      case B -> member.type() == AttributeValue.Type.B && isWithin(container, member);
      default -> false;
    };
  }

  private Condition comparison() {
    var first = operand();
    var operator = next();
    return switch (operator.toUpperCase(Locale.ROOT)) {
      case "=", "<>", "<", "<=", ">", ">=" -> comparison(first, operator, operand());
      case "BETWEEN" -> between(first);
      case "IN" -> in(first);
      default -> throw syntax();
    };
  }

  private static Condition comparison(Operand first, String operator, Operand second) {
    requireDistinct(first, second);
    if (operator.equals("=")) {
      return item -> isEqual(first.in(item), second.in(item));
    }
    if (operator.equals("<>")) {
      return item -> !isEqual(first.in(item), second.in(item));
    }
    requireType(first, ORDERED);
    requireType(second, ORDERED);
    return item -> isOrdered(first.in(item), operator, second.in(item));
  }

  private static boolean isEqual(@Nullable AttributeValue one, @Nullable AttributeValue other) {
    return one != null && one.equals(other);
  }

  private static boolean isOrdered(
      @Nullable AttributeValue one, String operator, @Nullable AttributeValue other) {
    if (one == null || other == null) {
      return false;
    }
    var order = Values.compare(one, other);
    return order.isPresent()
        && switch (operator) {
          case "<" -> order.getAsInt() < 0;
          case "<=" -> order.getAsInt() <= 0;
          case ">" -> order.getAsInt() > 0;
          default -> order.getAsInt() >= 0;
        };
  }

  private Condition between(Operand operand) {
    var least = operand();
    expect("AND");
    var most = operand();
    for (var bound : List.of(least, most)) {
      requireDistinct(operand, bound);
      requireType(bound, ORDERED);
    }
    requireType(operand, ORDERED);
    if (least instanceof Literal(var low) && most instanceof Literal(var high)) {
      if (low.type() != high.type()) {
        throw Refusals.invalid("The BETWEEN operator requires same type for bounds");
      }
      if (Values.compareKeys(low, high) > 0) {
        throw Refusals.invalid("The BETWEEN operator requires upper bound to be greater");
      }
    }
    return item -> {
      var value = operand.in(item);
      return isOrdered(value, ">=", least.in(item)) && isOrdered(value, "<=", most.in(item));
    };
  }

  private Condition in(Operand operand) {
    expect("(");
    var among = new ArrayList<Operand>();
    do {
      among.add(operand());
      requireDistinct(operand, among.getLast());
    } while (isNext(","));
    expect(")");
    return item -> {
      var value = operand.in(item);
      return among.stream().anyMatch(one -> isEqual(value, one.in(item)));
    };
  }

  private static void requireDistinct(Operand first, Operand other) {
    if (first instanceof Path && first.equals(other)) {
      throw Refusals.invalid("The first operand must be distinct from the remaining operands");
    }
  }

  private static void requireType(Operand operand, Set<AttributeValue.Type> allowed) {
    var type = operand.type();
    if (type != null && !allowed.contains(type)) {
      throw Refusals.invalid("Incorrect operand type for operator or function: " + type);
    }
  }

  static Changes changes(String text, Placeholders placeholders) {
    var expression = new Expression(text, placeholders);
    var changes = new Changes();
    var sections = new HashSet<String>();
    do {
      var section = expression.next().toUpperCase(Locale.ROOT);
      if (!sections.add(section)) {
        throw Refusals.invalid("The section can only be used once in an update expression");
      }
      do {
        expression.clause(section, changes);
      } while (expression.isNext(","));
    } while (expression.position < expression.tokens.size());
    if (expression.isInsideKey()) {
      changes.leadIntoKey();
    }
    return changes;
  }

  private void clause(String section, Changes changes) {
    var path = path();
    switch (section) {
      case "SET" -> {
        expect("=");
        changes.set(path, sum());
      }
      case "REMOVE" -> changes.remove(path);
      case "ADD" -> {
        var added = placeholders.value(next());
        if (!ADDED.contains(added.type())) {
          throw Refusals.invalid("Incorrect operand type for operator ADD");
        }
        if (added.type() != AttributeValue.Type.N) {
          throw new UnsupportedOperationException("ADD of a member to a set");
        }
        changes.add(path, added);
      }
      case "DELETE" -> throw new UnsupportedOperationException("DELETE of a set's member");
      default -> throw syntax();
    }
  }

  private Operand sum() {
    var first = value();
    if (!peek("+") && !peek("-")) {
      return first;
    }
    var sign = next().equals("+") ? 1 : -1;
    var second = value();
    requireType(first, Set.of(AttributeValue.Type.N));
    requireType(second, Set.of(AttributeValue.Type.N));
    return new Sum(first, second, sign);
  }

  private Operand value() {
    return switch (function(VALUES)) {
      case "if_not_exists" -> {
        var path = path();
        expect(",");
        yield closed(new IfNotExists(path, value()));
      }
      case "list_append" -> {
        var first = value();
        expect(",");
        var second = value();
        requireType(first, Set.of(AttributeValue.Type.L));
        requireType(second, Set.of(AttributeValue.Type.L));
        yield closed(new ListAppend(first, second));
      }
      default -> {
        if (peek("(")) {
          throw new UnsupportedOperationException("parentheses in a value");
        }
        yield pathOrLiteral();
      }
    };
  }

  /** Parses a projection, whose paths must not be nested; returns its attributes. */
  static Set<String> projection(String text, Placeholders placeholders) {
    var expression = new Expression(text, placeholders);
    var attributes = new HashSet<String>();
    do {
      var path = expression.path();
      if (path.isNested()) {
        throw new UnsupportedOperationException("a projection of a part of an attribute");
      }
      if (!attributes.add(path.attribute())) {
        throw Refusals.invalid("Two document paths overlap with each other");
      }
    } while (expression.isNext(","));
    expression.end();
    return attributes;
  }

  /**
   * The key condition of a query.
   *
   * @param partition the value of the partition key
   * @param sort the condition of the sort key
   */
  record KeyCondition(AttributeValue partition, SortCondition sort) {}

  /**
   * The condition of a query's sort key.
   *
   * @param least its inclusive lower bound, if there is one
   * @param most its inclusive upper bound, if there is one
   */
  record SortCondition(
      Condition condition, @Nullable AttributeValue least, @Nullable AttributeValue most) {
    static final SortCondition ALWAYS = new SortCondition(Condition.ALWAYS, null, null);

    boolean holds(Map<String, AttributeValue> item) {
      return condition.holds(item);
    }
  }

  /** Parses the key condition of a query. */
  static KeyCondition keyCondition(
      String text, Keys keys, Map<String, String> types, Placeholders placeholders) {
    var expression = new Expression(text, placeholders);
    @Nullable AttributeValue partition = null;
    @Nullable SortCondition sort = null;
    do {
      var isEnclosed = expression.isNext("(");
      var begins = !expression.function(Set.of("begins_with")).isEmpty();
      var path = expression.path();
      var operator = begins ? "begins_with" : expression.next().toUpperCase(Locale.ROOT);
      if (begins) {
        expression.expect(",");
      }
      var type = types.get(path.attribute());
      var value = expression.keyValue(type);
      if (path.isNested()) {
        throw Refusals.invalid("KeyConditionExpressions cannot have nested paths");
      }
      if (path.attribute().equals(keys.partition()) && operator.equals("=") && partition == null) {
        partition = value;
      } else if (path.attribute().equals(keys.sort()) && sort == null) {
        sort = expression.sortCondition(path, operator, value, type);
      } else {
        throw Refusals.invalid("Query condition missed key schema element");
      }
      if (begins) {
        expression.expect(")");
      }
      if (isEnclosed) {
        expression.expect(")");
      }
    } while (expression.isNext("AND"));
    expression.end();
    if (partition == null) {
      throw Refusals.invalid("Query condition missed key schema element: " + keys.partition());
    }
    return new KeyCondition(partition, sort == null ? SortCondition.ALWAYS : sort);
  }

  private SortCondition sortCondition(
      Path path, String operator, AttributeValue value, @Nullable String type) {
    var literal = new Literal(value);
    return switch (operator) {
      case "=", "<", ">" -> new SortCondition(comparison(path, operator, literal), null, null);
      case ">=" -> new SortCondition(comparison(path, operator, literal), value, null);
      case "<=" -> new SortCondition(comparison(path, operator, literal), null, value);
      case "begins_with" -> new SortCondition(item -> begins(path.in(item), value), null, null);
      case "BETWEEN" -> {
        expect("AND");
        var most = keyValue(type);
        if (Values.compareKeys(value, most) > 0) {
          throw Refusals.invalid("The BETWEEN operator requires upper bound to be greater");
        }
        Condition between =
            item -> isOrdered(path.in(item), ">=", value) && isOrdered(path.in(item), "<=", most);
        yield new SortCondition(between, value, most);
      }
      default -> throw Refusals.invalid("Unsupported operator in KeyConditionExpression");
    };
  }

  private AttributeValue keyValue(@Nullable String type) {
    var value = placeholders.value(next());
    if (!value.type().name().equals(type)) {
      throw Refusals.invalid("Condition parameter type does not match schema type");
    }
    return value;
  }

  private Operand operand() {
    var isSize = !function(Set.of("size")).isEmpty();
    var operand = pathOrLiteral();
    if (isSize) {
      requireType(operand, SIZED);
    }
    return isSize ? closed(new Size(operand)) : operand;
  }

  private Operand pathOrLiteral() {
    return position < tokens.size() && tokens.get(position).startsWith(":")
        ? new Literal(placeholders.value(next()))
        : path();
  }

  /** Parses the second argument of a function and the closing parenthesis. */
  private Operand second() {
    expect(",");
    return closed(operand());
  }

  private Path only(Path path) {
    return closed(path);
  }

  private <T extends Operand> T closed(T operand) {
    expect(")");
    return operand;
  }

  private Path path() {
    var steps = new ArrayList<Object>();
    steps.add(attribute());
    while (true) {
      if (isNext(".")) {
        steps.add(attribute());
      } else if (isNext("[")) {
        steps.add(index());
        expect("]");
      } else {
        var path = new Path(List.copyOf(steps));
        paths.add(path);
        return path;
      }
    }
  }

  private Integer index() {
    var token = next();
    if (!INDEX.matcher(token).matches()) {
      throw syntax();
    }
    return Integer.valueOf(token);
  }

  private String attribute() {
    var token = next();
    if (token.startsWith("#")) {
      return placeholders.name(token);
    }
    if (!NAME.matcher(token).matches()) {
      throw syntax();
    }
    return token;
  }

  /**
   * Consumes the name of one of these functions and its opening parenthesis; empty if there is
   * none.
   */
  private String function(Set<String> known) {
    if (position + 1 < tokens.size()
        && tokens.get(position + 1).equals("(")
        && known.contains(tokens.get(position))) {
      position += 2;
      return tokens.get(position - 2);
    }
    return "";
  }

  private boolean peek(String token) {
    return position < tokens.size() && tokens.get(position).equalsIgnoreCase(token);
  }

  private boolean isNext(String token) {
    var isIt = peek(token);
    position += isIt ? 1 : 0;
    return isIt;
  }

  private void expect(String token) {
    if (!isNext(token)) {
      throw syntax();
    }
  }

  private String next() {
    if (position == tokens.size()) {
      throw syntax();
    }
    return tokens.get(position++);
  }

  private void end() {
    if (position < tokens.size()) {
      throw syntax();
    }
  }

  private RuntimeException syntax() {
    return Refusals.invalid("Syntax error at token " + position + " of " + tokens);
  }
}
