package dev.photocredits.lambda;

import com.amazonaws.services.lambda.runtime.CustomPojoSerializer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Authorizer;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.Http;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent.RequestContext.IAM;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.photocredits.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads events and writes responses for Lambda's runtime, which finds this class as a service: the
 * events of the HTTP API, and the maps of a schedule. The runtime's own serializer gives the same
 * results (EventsTest compares them), but it uses reflection over every event class before the
 * first response: docs/adr/0012.
 */
public final class LambdaSerializer implements CustomPojoSerializer {

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // the runtime's own signature
  public <T> T fromJson(InputStream json, Type type) {
    try {
      return fromJson(new String(json.readAllBytes(), StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns an event of the HTTP API if {@code type} is its class, and otherwise the JSON object as
   * a map.
   */
  @Override
  @SuppressWarnings({"TypeParameterUnusedInFormals", "unchecked"}) // the runtime's own signature
  public <T> T fromJson(String json, Type type) {
    if (!(Json.read(json) instanceof Map<?, ?> object)) {
      throw new IllegalArgumentException("an event must be a JSON object");
    }
    return (T) (type == APIGatewayV2HTTPEvent.class ? event(new Members(object)) : object);
  }

  @Override
  public <T> void toJson(T answer, OutputStream json, Type type) {
    var value = answer instanceof APIGatewayV2HTTPResponse response ? members(response) : answer;
    try {
      json.write(Json.write(present(value)).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, @Nullable Object> members(APIGatewayV2HTTPResponse response) {
    return Json.object(
        "statusCode", response.getStatusCode(),
        "headers", response.getHeaders(),
        "multiValueHeaders", response.getMultiValueHeaders(),
        "cookies", response.getCookies(),
        "body", response.getBody(),
        "isBase64Encoded", response.getIsBase64Encoded());
  }

  // Like the runtime's serializer, omits nulls in maps but not in lists.
  private static @Nullable Object present(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    var present = new LinkedHashMap<Object, @Nullable Object>();
    map.forEach(
        (name, member) -> {
          if (member != null) {
            present.put(name, present(member));
          }
        });
    return present;
  }

  private static APIGatewayV2HTTPEvent event(Members json) {
    var event = new APIGatewayV2HTTPEvent();
    event.setVersion(json.text("version"));
    event.setRouteKey(json.text("routeKey"));
    event.setRawPath(json.text("rawPath"));
    event.setRawQueryString(json.text("rawQueryString"));
    event.setCookies(json.texts("cookies"));
    event.setHeaders(json.textsByName("headers"));
    event.setQueryStringParameters(json.textsByName("queryStringParameters"));
    event.setPathParameters(json.textsByName("pathParameters"));
    event.setStageVariables(json.textsByName("stageVariables"));
    event.setBody(json.text("body"));
    event.setIsBase64Encoded(Boolean.parseBoolean(json.text("isBase64Encoded")));
    event.setRequestContext(json.object("requestContext", LambdaSerializer::context));
    return event;
  }

  private static RequestContext context(Members json) {
    var context = new RequestContext();
    context.setRouteKey(json.text("routeKey"));
    context.setAccountId(json.text("accountId"));
    context.setStage(json.text("stage"));
    context.setApiId(json.text("apiId"));
    context.setDomainName(json.text("domainName"));
    context.setDomainPrefix(json.text("domainPrefix"));
    context.setTime(json.text("time"));
    context.setTimeEpoch(json.number("timeEpoch"));
    context.setHttp(json.object("http", LambdaSerializer::http));
    context.setAuthorizer(json.object("authorizer", LambdaSerializer::authorizer));
    context.setRequestId(json.text("requestId"));
    return context;
  }

  private static Http http(Members json) {
    var http = new Http();
    http.setMethod(json.text("method"));
    http.setPath(json.text("path"));
    http.setProtocol(json.text("protocol"));
    http.setSourceIp(json.text("sourceIp"));
    http.setUserAgent(json.text("userAgent"));
    return http;
  }

  private static Authorizer authorizer(Members json) {
    var authorizer = new Authorizer();
    authorizer.setJwt(json.object("jwt", LambdaSerializer::jwt));
    authorizer.setLambda(json.object("lambda", Members::byName));
    authorizer.setIam(json.object("iam", LambdaSerializer::iam));
    return authorizer;
  }

  private static Authorizer.JWT jwt(Members json) {
    var jwt = new Authorizer.JWT();
    jwt.setClaims(json.textsByName("claims"));
    jwt.setScopes(json.texts("scopes"));
    return jwt;
  }

  private static IAM iam(Members json) {
    var iam = new IAM();
    iam.setAccessKey(json.text("accessKey"));
    iam.setAccountId(json.text("accountId"));
    iam.setCallerId(json.text("callerId"));
    iam.setCognitoIdentity(json.object("cognitoIdentity", LambdaSerializer::cognitoIdentity));
    iam.setPrincipalOrgId(json.text("principalOrgId"));
    iam.setUserArn(json.text("userArn"));
    iam.setUserId(json.text("userId"));
    return iam;
  }

  private static CognitoIdentity cognitoIdentity(Members json) {
    var identity = new CognitoIdentity();
    identity.setAmr(json.texts("amr"));
    identity.setIdentityId(json.text("identityId"));
    identity.setIdentityPoolId(json.text("identityPoolId"));
    return identity;
  }

  /** The members of a JSON object by name. Absent members are null, or zero. */
  private record Members(Map<?, ?> json) {

    @Nullable String text(String name) {
      return text(json.get(name));
    }

    private static @Nullable String text(@Nullable Object value) {
      return switch (value) {
        case null -> null;
        case String text -> text;
        case Number number -> number.toString();
        case Boolean flag -> flag.toString();
        default ->
            throw new IllegalArgumentException(
                "an event's member is not a string, number or boolean");
      };
    }

    long number(String name) {
      return json.get(name) instanceof Number number ? number.longValue() : 0;
    }

    @Nullable List<@Nullable String> texts(String name) {
      if (!(json.get(name) instanceof List<?> list)) {
        return null;
      }
      var texts = new ArrayList<@Nullable String>();
      list.forEach(value -> texts.add(text(value)));
      return texts;
    }

    @Nullable Map<String, @Nullable String> textsByName(String name) {
      if (!(json.get(name) instanceof Map<?, ?> object)) {
        return null;
      }
      var texts = new LinkedHashMap<String, @Nullable String>();
      object.forEach((key, value) -> texts.put((String) key, text(value)));
      return texts;
    }

    <T> @Nullable T object(String name, Function<Members, T> read) {
      return json.get(name) instanceof Map<?, ?> object ? read.apply(new Members(object)) : null;
    }

    @SuppressWarnings("unchecked") // Json reads the names of members as strings
    Map<String, @Nullable Object> byName() {
      return (Map<String, @Nullable Object>) json;
    }
  }
}
