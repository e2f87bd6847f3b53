package dev.photocredits.operator;

import java.net.URI;

/**
 * A service that a command calls, for what the operator reads if it fails.
 *
 * @param host the host and port that is called, or an empty text if it is not known
 * @param address the settings that determine the host
 * @param keys what the service may reject
 * @param newKeys how to get keys that it accepts, in the imperative
 * @param rights how to get the permission that is missing, in the imperative
 */
record Service(
    String name, String host, String address, String keys, String newKeys, String rights) {
  /** The host and port of a URL. */
  static String host(URI url) {
    return url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
  }

  /** What went wrong, as a sentence without its full stop. */
  String problem(ServiceFailure failure) {
    var detail = failure.detail().isEmpty() ? "" : " (" + failure.detail() + ")";
    return switch (failure.kind()) {
      case UNKNOWN_HOST -> "there is no host " + host + " for " + name;
      case REFUSED -> name + place() + " refuses connections";
      case UNREACHABLE -> name + place() + " cannot be reached";
      case TIMED_OUT -> name + place() + " did not respond in time";
      case INSECURE -> "there is no secure connection to " + name + place();
      case NO_CREDENTIALS -> "there are no credentials for " + name;
      case WRONG_CLOCK -> "this computer's clock differs from that of " + name + detail;
      case KEYS_REJECTED -> name + " does not accept " + keys + detail;
      case FORBIDDEN -> name + " accepts " + keys + " but not for this request" + detail;
      case RATE_LIMITED -> name + " gets too many requests" + detail;
      case BROKEN -> name + " failed" + detail;
      case UNEXPECTED_STATUS -> name + place() + " did not understand the request" + detail;
      case MALFORMED ->
          (host.isEmpty() ? "a server" : host) + " does not respond as " + name + " does";
    };
  }

  /** What the operator can do about it, in the imperative and without a full stop. */
  String remedy(ServiceFailure failure) {
    return switch (failure.kind()) {
      case UNKNOWN_HOST -> "check " + address + ", and the DNS of this network";
      case REFUSED -> "check " + address + ", and that it is running there";
      case UNREACHABLE -> "check " + address + ", and the network, its proxy and its firewall";
      case TIMED_OUT ->
          "run this again; if it happens again, check the network and " + name + "'s status page";
      case INSECURE ->
          "check " + address + ", and whether a proxy replaces the certificates of this network";
      case NO_CREDENTIALS, KEYS_REJECTED -> newKeys;
      case WRONG_CLOCK -> "set the clock, and run this again";
      case FORBIDDEN -> rights;
      case RATE_LIMITED -> "run this again in a minute";
      case BROKEN -> "run this again in a few minutes; if it happens again, check its status page";
      case UNEXPECTED_STATUS, MALFORMED ->
          "check " + address + ", because another program may be listening there";
    };
  }

  /** Both as sentences. */
  String sentences(ServiceFailure failure) {
    return capitalized(problem(failure)) + ". " + capitalized(remedy(failure)) + ".";
  }

  private String place() {
    return host.isEmpty() ? "" : " at " + host;
  }

  private static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
