package dev.photocredits.checks.bench.cold;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** A Secrets Manager whose every secret holds the same settings. */
final class SecretStore extends Handler.Abstract {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final byte[] answer;

  SecretStore(Map<String, String> settings) throws Exception {
    var answered = JSON.createObjectNode();
    answered.put("Name", "bench").put("VersionId", "00000000-0000-0000-0000-000000000000");
    answered.put("ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:bench-AbCdEf");
    answer =
        answered.put("SecretString", JSON.writeValueAsString(settings)).toString().getBytes(UTF_8);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    var _ = Content.Source.asString(request, UTF_8);
    response.getHeaders().put("Content-Type", "application/x-amz-json-1.1");
    response.write(true, ByteBuffer.wrap(answer), callback);
    return true;
  }
}
