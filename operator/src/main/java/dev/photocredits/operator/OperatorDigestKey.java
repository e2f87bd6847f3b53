package dev.photocredits.operator;

import dev.photocredits.aws.AwsAccess;
import dev.photocredits.aws.Secrets;
import dev.photocredits.lambda.DigestKeys;
import dev.photocredits.lambda.Environment;
import dev.photocredits.lambda.InvalidSetting;
import dev.photocredits.values.DigestKey;
import software.amazon.awssdk.core.exception.SdkException;

/** The digest key of the system that a command works on. */
final class OperatorDigestKey {
  private OperatorDigestKey() {}

  /**
   * Reads {@code DIGEST_KEY}, or the secret {@code DIGEST_SECRET_ID}. Throws {@link CommandFailure}
   * if the key is missing, malformed or cannot be read.
   */
  static DigestKey of(Environment environment) {
    if (environment.find("DIGEST_KEY").isEmpty()
        && environment.find("DIGEST_SECRET_ID").isEmpty()) {
      throw new CommandFailure(
          "This command needs the digest key. Set DIGEST_SECRET_ID to the output DigestSecretId of"
              + " the stack.");
    }
    try {
      return DigestKeys.of(Secrets.withDigestKey(environment));
    } catch (InvalidSetting e) {
      throw e.getCause() instanceof SdkException refusal ? unreadable(environment, refusal) : e;
    } catch (SdkException e) {
      throw unreadable(environment, e);
    }
  }

  private static CommandFailure unreadable(Environment environment, SdkException thrown) {
    var service =
        AwsServices.secretsManager(
            AwsAccess.of(environment),
            "get the permission secretsmanager:GetSecretValue on DIGEST_SECRET_ID");
    return new CommandFailure(service.sentences(ServiceFailure.of(thrown)), thrown);
  }
}
