package dev.photocredits.emulators.stripe;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.photocredits.emulators.LocalCallers;
import dev.photocredits.emulators.stripe.Call.Answer;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Routes requests to their actions, and turns a {@link StripeError} into Stripe's error response.
 * Refuses requests of other sites' pages, except that any page may link to a checkout page.
 */
public final class Router extends Handler.Abstract {
  /** Handles the requests of one route. */
  @FunctionalInterface
  interface Action {
    Answer answer(Call call) throws InterruptedException;
  }

  /** A method and a path, in which {@code *} matches one segment. */
  record Route(String method, String path, Action action) {
    /** Whether it is a page that other sites may link to. */
    private boolean isPage() {
      return method.equals("GET") && path.startsWith(CheckoutPage.path(""));
    }

    private List<String> parts() {
      return List.of(path.split("/", -1));
    }
  }

  private static final int MAX_BODY = 1 << 20;

  private final List<Route> routes;
  private final LocalCallers callers;
  private final Ids ids;

  Router(List<Route> routes, LocalCallers callers, Ids ids) {
    this.routes = List.copyOf(routes);
    this.callers = callers;
    this.ids = ids;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    var answer = answer(request);
    response.setStatus(answer.status());
    answer.writeTo(response.getHeaders());
    response.getHeaders().put("Request-Id", ids.request());
    response.write(true, UTF_8.encode(answer.body()), callback);
    return true;
  }

  private Answer answer(Request request) throws Exception {
    var path = Request.getPathInContext(request);
    var body = new String(Content.Source.asInputStream(request).readNBytes(MAX_BODY), UTF_8);
    try {
      if (!callers.isAddressedHere(request.getHeaders())) {
        throw StripeError.forbidden(LocalCallers.OTHER_HOST);
      }
      for (var route : routes) {
        var id = matched(route, request.getMethod(), List.of(path.split("/", -1)));
        if (id != null) {
          if (!route.isPage() && LocalCallers.isCrossOrigin(request.getHeaders())) {
            throw StripeError.forbidden(
                "The Stripe emulator refuses calls from pages of other origins.");
          }
          var query = Objects.requireNonNullElse(request.getHttpURI().getQuery(), "");
          var call = new Call(request.getMethod(), path, query, request.getHeaders(), body, id);
          return route.action().answer(call);
        }
      }
      throw StripeError.noSuchRoute(request.getMethod(), path);
    } catch (StripeError e) {
      return Answer.json(e.status(), e.json());
    }
  }

  private static @Nullable String matched(Route route, String method, List<String> parts) {
    var wanted = route.parts();
    if (!route.method().equals(method) || wanted.size() != parts.size()) {
      return null;
    }
    var id = "";
    for (var i = 0; i < parts.size(); i++) {
      if (wanted.get(i).equals("*")) {
        id = parts.get(i);
      } else if (!wanted.get(i).equals(parts.get(i))) {
        return null;
      }
    }
    return id;
  }
}
