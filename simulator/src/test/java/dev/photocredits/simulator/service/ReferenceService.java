package dev.photocredits.simulator.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.photocredits.checkout.Payments.CustomerCreated;
import dev.photocredits.checkout.Payments.SessionOpened;
import dev.photocredits.generation.GenerationRequest;
import dev.photocredits.idempotency.IdempotencyKey;
import dev.photocredits.images.Image;
import dev.photocredits.images.ModelAnswer.Generated;
import dev.photocredits.images.PictureOptions;
import dev.photocredits.images.PictureRequest;
import dev.photocredits.images.VariationPrompt;
import dev.photocredits.payments.CreditPackage;
import dev.photocredits.payments.PurchaseOrder;
import dev.photocredits.payments.Sale;
import dev.photocredits.simulator.ExternalServices;
import dev.photocredits.simulator.Schedule;
import dev.photocredits.simulator.World;
import dev.photocredits.simulator.execution.Invocation;
import dev.photocredits.simulator.service.Evidence.GenerationEvidence;
import dev.photocredits.simulator.service.Evidence.Line;
import dev.photocredits.simulator.service.Evidence.State;
import dev.photocredits.simulator.stripe.SimulatedStripe;
import dev.photocredits.values.Email;
import dev.photocredits.values.GenerationId;
import dev.photocredits.values.PurchaseOrderId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The negative control: moves credits as the reference service does, which ours replaces. It reads
 * and checks a balance, calls the model, and writes the balance back. It grants every completed
 * session by the current catalogue, does not recognize repeats, and repairs nothing.
 */
public final class ReferenceService implements Service {
  private static final int PRICE = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final World world;
  private final Map<Email, Integer> balances = new HashMap<>();
  private final List<Line> lines = new ArrayList<>();
  private final List<GenerationEvidence> generations = new ArrayList<>();

  public ReferenceService(World world) {
    this.world = world;
  }

  @Override
  public Evidence evidence() {
    return new Evidence(balances, lines, generations, 0);
  }

  private int read(Invocation process, Email email) {
    return world.call(process, Site.FIND_USER, () -> balances.getOrDefault(email, 0));
  }

  private void write(Invocation process, Site site, Email email, int balance, Line line) {
    var _ =
        world.call(
            process,
            site,
            () -> {
              balances.put(email, balance);
              return lines.add(line);
            });
  }

  private Line line(Email email, String type, int credits, String about) {
    return new Line(email, type, credits, type, about, world.scheduler.now());
  }

  @Override
  public Reply generate(
      Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    var email = request.email();
    var before = read(process, email);
    if (before < PRICE) {
      return new Reply.InsufficientCredits(PRICE, before);
    }
    var id = "generation " + lines.size();
    write(process, Site.START, email, before - PRICE, line(email, "usage", -PRICE, id));
    var external = new ExternalServices(world, process);
    var keys = new ArrayList<String>();
    var prompt = new VariationPrompt(request.prompt().text());
    var wanted =
        new PictureRequest(
            request.photo().prepared().image(),
            prompt,
            PictureOptions.DEFAULT.aspectRatio(),
            PictureOptions.DEFAULT.size());
    for (var i = 0; i < PictureOptions.DEFAULT.variations(); i++) {
      var answer = external.model(email).generate(wanted, process.deadline());
      if (answer instanceof Generated(Image image)) {
        keys.add(external.images().put(new GenerationId(new UUID(0, i)), image).key());
      }
    }
    if (keys.isEmpty()) {
      write(process, Site.FINISH, email, before, line(email, "refund", PRICE, id));
      return new Reply.Refused();
    }
    generations.add(
        new GenerationEvidence(
            id,
            email,
            request.prompt().text(),
            State.SUCCEEDED,
            PRICE,
            keys,
            world.scheduler.now()));
    return new Reply.Pictures(null, keys, Optional.empty());
  }

  @Override
  public Reply queue(Invocation process, GenerationRequest request, @Nullable IdempotencyKey key) {
    return generate(process, request, key);
  }

  @Override
  public Reply getGeneration(Invocation process, Email email, GenerationId generation) {
    return new Reply.Refused();
  }

  @Override
  public void work(Invocation process, World.Message message) {}

  @Override
  public void delete(Invocation process, Email email, GenerationId generation) {}

  @Override
  public String checkout(
      Invocation process, Email email, CreditPackage pack, @Nullable IdempotencyKey key) {
    var external = new ExternalServices(world, process);
    var payments = external.stripe().payments();
    var attempt = new UUID(world.random().nextLong(), 0);
    var order =
        external.asSold(
            new PurchaseOrder(
                new PurchaseOrderId(attempt),
                email,
                pack.key(),
                new Sale(pack.title(), pack.credits(), pack.price()),
                SimulatedStripe.OUR_STAGE,
                process.clock().instant(),
                null));
    return payments.createCustomer(email, attempt) instanceof CustomerCreated(var customer)
            && payments.openSession(order, customer) instanceof SessionOpened(var session)
        ? session.id().value()
        : "none";
  }

  @Override
  public void status(Invocation process, String session) {}

  @Override
  public void webhook(Invocation process, byte[] body, String signature) {
    try {
      var event = JSON.readTree(new String(body, StandardCharsets.UTF_8));
      var session = event.path("data").path("object");
      if (event.path("type").asText().equals("checkout.session.completed")) {
        var email =
            Email.parse(session.path("metadata").path("user_email").asText())
                .orElseThrow(() -> new Unavailable("no e-mail address"));
        var pack = session.path("metadata").path("package").asText();
        var credits = CreditPackage.find(pack).orElseThrow().credits().value();
        var line = line(email, "purchase", credits, session.path("id").asText());
        write(process, Site.GRANT, email, read(process, email) + credits, line);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int balance(Invocation process, Email email) {
    return read(process, email);
  }

  @Override
  public boolean promote(Invocation process, Schedule.PromotionRequest promotion, boolean again) {
    return false;
  }

  @Override
  public boolean adjust(Invocation process, Schedule.AdjustmentRequest adjustment) {
    return false;
  }

  @Override
  public boolean erase(Invocation process, Email email, long seed) {
    return true;
  }

  @Override
  public void resumeErasures(Invocation process) {}

  @Override
  public void sweep(Invocation process) {}

  @Override
  public boolean reconcile(Invocation process) {
    return false;
  }

  @Override
  public void reconcileSince(Invocation process, Instant since) {}

  @Override
  public void audit(Invocation process) {}

  @Override
  public List<GenerationEvidence> pending() {
    return List.of();
  }
}
