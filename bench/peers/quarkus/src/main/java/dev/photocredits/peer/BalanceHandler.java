package dev.photocredits.peer;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Inject;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code GET /api/credits/{email}} for an existing user. */
public class BalanceHandler
    implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
  /** The response body, as our function returns it. */
  record Balance(int credits, String email) {}

  @Inject DynamoDbClient dynamoDb;

  @Inject ObjectMapper json;

  @ConfigProperty(name = "table.name")
  String table;

  @Override
  public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
    var email = event.getPathParameters().get("email");
    var claims = event.getRequestContext().getAuthorizer().getJwt().getClaims();
    if (!email.equals(claims.get("email")) || !"true".equals(claims.get("email_verified"))) {
      return APIGatewayV2HTTPResponse.builder().withStatusCode(403).build();
    }
    var key =
        Map.of(
            "PK", AttributeValue.fromS("USER#" + email), "SK", AttributeValue.fromS("PROFILE"));
    var user = dynamoDb.getItem(get -> get.tableName(table).key(key).consistentRead(true)).item();
    if (user.isEmpty()) {
      return APIGatewayV2HTTPResponse.builder().withStatusCode(404).build();
    }
    return APIGatewayV2HTTPResponse.builder()
        .withStatusCode(200)
        .withHeaders(Map.of("Content-Type", "application/json"))
        .withBody(body(new Balance(Integer.parseInt(user.get("credits").n()), email)))
        .build();
  }

  private String body(Balance balance) {
    try {
      return json.writeValueAsString(balance);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
