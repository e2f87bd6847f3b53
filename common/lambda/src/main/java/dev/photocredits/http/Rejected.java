package dev.photocredits.http;

/** Thrown to reject a request with a response that explains why. Nothing has been written. */
public final class Rejected extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Response response;

  public Rejected(Response response) {
    super(response.outcome());
    this.response = response;
  }

  public Response response() {
    return response;
  }
}
