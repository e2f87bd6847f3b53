package dev.photocredits.simulator.dynamodb;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The parameters of a request, or of a part of a transaction, by their names in DynamoDB's API. The
 * SDK's request classes have no common interface for them.
 */
record Parameters(SdkPojo request) {

  /** Throws if the request has a parameter that the model does not support. */
  Parameters {
    for (var field : request.sdkFields()) {
      if (isSet(field.getValueOrDefault(request)) && !KNOWN.contains(field.memberName())) {
        throw new UnsupportedOperationException("the model does not support " + field.memberName());
      }
    }
  }

  private static final Set<String> KNOWN =
      Set.of(
          "ClientRequestToken",
          "ConditionExpression",
          "ConsistentRead",
          "ExclusiveStartKey",
          "ExpressionAttributeNames",
          "ExpressionAttributeValues",
          "FilterExpression",
          "IndexName",
          "Item",
          "Key",
          "KeyConditionExpression",
          "Limit",
          "ProjectionExpression",
          "ReturnValues",
          "ReturnValuesOnConditionCheckFailure",
          "ScanIndexForward",
          "Segment",
          "TableName",
          "TotalSegments",
          "TransactItems",
          "UpdateExpression");

  private static boolean isSet(@Nullable Object value) {
    return value != null
        && !(value instanceof SdkAutoConstructMap<?, ?>)
        && !(value instanceof SdkAutoConstructList<?>);
  }

  private @Nullable Object find(String name) {
    var field = request.sdkFieldNameToField().get(name);
    var value = field == null ? null : field.getValueOrDefault(request);
    return isSet(value) ? value : null;
  }

  @Nullable String text(String name) {
    return (String) find(name);
  }

  boolean isTrue(String name) {
    return Boolean.TRUE.equals(find(name));
  }

  boolean isFalse(String name) {
    return Boolean.FALSE.equals(find(name));
  }

  @Nullable Integer number(String name) {
    return (Integer) find(name);
  }

  /** The item or key with this name; null if there is none. */
  @SuppressWarnings("unchecked")
  @Nullable Map<String, AttributeValue> item(String name) {
    return (Map<String, AttributeValue>) find(name);
  }

  /** The placeholders of its expressions; {@code keys} are the key attributes. */
  @SuppressWarnings("unchecked")
  Placeholders placeholders(Set<String> keys) {
    return Placeholders.of(
        (Map<String, String>) find("ExpressionAttributeNames"),
        item("ExpressionAttributeValues"),
        keys);
  }
}
