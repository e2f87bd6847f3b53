package dev.photocredits.simulator.dynamodb;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A part of an expression that has a value. */
public interface Operand {

  /** Its value in this item; null if the item does not have the attribute. */
  @Nullable AttributeValue in(Map<String, AttributeValue> item);

  /** Its type; null if that depends on the item. */
  default AttributeValue.@Nullable Type type() {
    return null;
  }

  /** A value of the request. */
  record Literal(AttributeValue value) implements Operand {
    @Override
    public AttributeValue in(Map<String, AttributeValue> item) {
      return value;
    }

    @Override
    public AttributeValue.Type type() {
      return value.type();
    }
  }

  /** The length of a string or binary value, or the number of members of a set, list or map. */
  record Size(Operand of) implements Operand {
    @Override
    public @Nullable AttributeValue in(Map<String, AttributeValue> item) {
      var value = of.in(item);
      if (value == null) {
        return null;
      }
      var size =
          switch (value.type()) {
            case S -> value.s().length();
            case B -> value.b().asByteArrayUnsafe().length;
            case SS -> value.ss().size();
            case NS -> value.ns().size();
            case BS -> value.bs().size();
            case L -> value.l().size();
            case M -> value.m().size();
            default -> -1;
          };
      return size < 0 ? null : AttributeValue.fromN(Integer.toString(size));
    }

    @Override
    public AttributeValue.Type type() {
      return AttributeValue.Type.N;
    }
  }

  record IfNotExists(Path path, Operand otherwise) implements Operand {
    @Override
    public @Nullable AttributeValue in(Map<String, AttributeValue> item) {
      var value = path.in(item);
      return value == null ? otherwise.in(item) : value;
    }
  }

  record ListAppend(Operand first, Operand second) implements Operand {
    @Override
    public AttributeValue in(Map<String, AttributeValue> item) {
      return AttributeValue.fromL(
          Stream.of(first, second)
              .flatMap(
                  operand -> Changes.required(operand.in(item), AttributeValue.Type.L).l().stream())
              .toList());
    }

    @Override
    public AttributeValue.Type type() {
      return AttributeValue.Type.L;
    }
  }

  record Sum(Operand first, Operand second, int sign) implements Operand {
    @Override
    public AttributeValue in(Map<String, AttributeValue> item) {
      return Values.sum(
          Changes.required(first.in(item), AttributeValue.Type.N),
          Changes.required(second.in(item), AttributeValue.Type.N),
          sign);
    }

    @Override
    public AttributeValue.Type type() {
      return AttributeValue.Type.N;
    }
  }
}
