package dev.photocredits.systemtests.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.systemtests.client.Api;
import dev.photocredits.systemtests.client.ApiResponse;
import dev.photocredits.systemtests.client.Form;
import dev.photocredits.systemtests.client.SharedApi;
import dev.photocredits.systemtests.fakes.FakeGemini;
import dev.photocredits.systemtests.fakes.StripeEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Part 3 of the contract: additions to the reference. */
@ExtendWith(SharedApi.class)
final class ContractAdditionsTest {
  private final Api api;

  ContractAdditionsTest(Api api) {
    this.api = api;
  }

  @Test
  void the_catalogue() {
    assertThat(api.get("/api/packages").text())
        .isEqualTo(
            "200 [{\"key\":\"starter\",\"name\":\"Starter Pack\",\"credits\":10,"
                + "\"price\":{\"amount\":999,\"currency\":\"usd\"}},"
                + "{\"key\":\"pro\",\"name\":\"Pro Pack\",\"credits\":50,"
                + "\"price\":{\"amount\":3999,\"currency\":\"usd\"}},"
                + "{\"key\":\"business\",\"name\":\"Business Pack\",\"credits\":150,"
                + "\"price\":{\"amount\":9999,\"currency\":\"usd\"}}]");
  }

  @Test
  void the_prices() {
    assertThat(api.get("/api/prices").text())
        .startsWith("200 {\"credits_per_generation\":3,\"variations\":3,");
  }

  @Nested
  final class Statement {
    @Test
    void is_empty_for_a_new_user() {
      assertThat(api.get("/api/credits/" + Api.newEmail() + "/transactions").text())
          .isEqualTo("200 {\"transactions\":[],\"next_cursor\":null}");
    }

    @Test
    void every_transaction_has_all_fields() {
      var email = Api.newEmail();
      var session = StripeEvent.newSession();
      api.buys(email, session);
      api.gemini.follows(
          call -> call.variation() == 0 ? FakeGemini.text("no") : FakeGemini.generates(call));
      var generation = api.generate(email).header("x-generation-id");

      var response = api.get("/api/credits/" + email + "/transactions");

      assertThat(withoutIdsAndTimes(response))
          .isEqualTo(
              "{\"transactions\":["
                  + "{\"id\":0,\"type\":\"refund\",\"credits\":1,\"amount\":null,"
                  + "\"currency\":null,\"payment_id\":null,"
                  + "\"description\":\"Refund: 1 of 3 variations missing\",\"generation_id\":\""
                  + generation
                  + "\",\"created_at\":0},"
                  + "{\"id\":0,\"type\":\"usage\",\"credits\":-3,\"amount\":null,"
                  + "\"currency\":null,\"payment_id\":null,"
                  + "\"description\":\"Image generation (3 variations)\",\"generation_id\":\""
                  + generation
                  + "\",\"created_at\":0},"
                  + "{\"id\":0,\"type\":\"purchase\",\"credits\":10,\"amount\":999,"
                  + "\"currency\":\"usd\",\"payment_id\":\""
                  + session
                  + "\",\"description\":\"Purchase: Starter Pack\",\"generation_id\":null,"
                  + "\"created_at\":0}],\"next_cursor\":null}");
      assertThat(api.transactions(email))
          .allSatisfy(line -> assertThat(line.path("created_at").asText()).endsWith("Z"))
          .extracting(line -> Instant.parse(line.path("created_at").asText()))
          .allSatisfy(ContractAdditionsTest::assertRecent);
      assertThat(api.transactions(email))
          .extracting(line -> line.path("id").asText())
          .doesNotHaveDuplicates();
    }

    private static String withoutIdsAndTimes(ApiResponse response) {
      return response
          .body()
          .replaceAll("\"id\":\"[^\"]+\"", "\"id\":0")
          .replaceAll("\"created_at\":\"[^\"]+\"", "\"created_at\":0");
    }

    @Test
    void pages_join_without_gaps_or_repeats() {
      var email = Api.newEmail();
      for (var i = 0; i < 5; i++) {
        api.buys(email, StripeEvent.newSession());
      }

      var pages = pages("/api/credits/" + email + "/transactions?limit=2", "transactions");

      assertThat(pages).extracting(List::size).containsExactly(2, 2, 1);
      assertThat(pages.stream().flatMap(List::stream)).containsExactlyElementsOf(ids(email));
    }

    private List<String> ids(String email) {
      return api.transactions(email).stream().map(line -> line.path("id").asText()).toList();
    }
  }

  @Nested
  final class Gallery {
    @Test
    void is_empty_for_a_new_user() {
      assertThat(api.get("/api/generations/" + Api.newEmail()).text())
          .isEqualTo("200 {\"generations\":[],\"next_cursor\":null}");
    }

    @Test
    void a_generation_has_all_fields() {
      var email = api.customer();
      api.gemini.follows(
          call -> call.variation() == 2 ? FakeGemini.text("no") : FakeGemini.generates(call));
      var id =
          api.generate(
                  Form.request(email)
                      .text("prompt", "only change to a hat")
                      .text("transformation_mode", "item-only"))
              .header("x-generation-id");

      var found = api.get("/api/generations/" + email + "/" + id).json();

      assertThat(found.fieldNames())
          .toIterable()
          .containsExactly(
              "id",
              "status",
              "prompt",
              "transformation_mode",
              "aspect_ratio",
              "image_size",
              "price",
              "refunded",
              "images",
              "progress",
              "error_code",
              "created_at");
      assertThat(found.path("id").asText()).isEqualTo(id);
      assertThat(found.path("status").asText()).isEqualTo("succeeded");
      assertThat(found.path("prompt").asText()).isEqualTo("only change to a hat");
      assertThat(found.path("transformation_mode").asText()).isEqualTo("item-only");
      assertThat(found.path("price").intValue()).isEqualTo(3);
      assertThat(found.path("refunded").intValue()).isEqualTo(1);
      assertRecent(Instant.parse(found.path("created_at").asText()));
      assertThat(found.path("images").valueStream().map(JsonNode::asText).map(api::image))
          .containsExactly("200 image/png first picture", "200 image/jpeg second picture");
    }

    @Test
    void a_failed_generation_shows_its_refund_and_no_images() {
      var email = api.customer();
      api.gemini.answers(FakeGemini.noCandidates());
      var id = api.generate(email).header("x-generation-id");

      var found = api.get("/api/generations/" + email + "/" + id).json();

      assertThat(found.path("status").asText()).isEqualTo("failed");
      assertThat(found.path("refunded").intValue()).isEqualTo(3);
      assertThat(found.path("images")).isEmpty();
    }

    @Test
    void lists_generations_newest_first() {
      var email = api.customer();
      var ids = new ArrayList<String>();
      for (var i = 0; i < 3; i++) {
        ids.addFirst(api.generate(email).header("x-generation-id"));
      }

      var pages = pages("/api/generations/" + email + "?limit=2", "generations");

      assertThat(pages).containsExactly(ids.subList(0, 2), ids.subList(2, 3));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"0197a3c0-0000-7000-8000-000000000000", "nonsense", "1-1-1-1-1", "%20", "..."})
    void an_unknown_generation_is_not_found(String id) {
      assertThat(api.get("/api/generations/ada@example.com/" + id).text())
          .isEqualTo(
              "404 {\"detail\":\"Generation not found\",\"error_code\":\"GENERATION_NOT_FOUND\"}");
    }

    @Test
    void the_generation_of_another_user_is_not_found() {
      var id = api.generate(api.customer()).header("x-generation-id");

      assertThat(api.get("/api/generations/" + Api.newEmail() + "/" + id).error())
          .isEqualTo("404 GENERATION_NOT_FOUND");
    }
  }

  @Nested
  final class Pages {
    private static final List<String> LISTS =
        List.of("/api/credits/ada@example.com/transactions", "/api/generations/ada@example.com");

    @ParameterizedTest
    @CsvSource({
      "0, 422, greater_than_equal",
      "-1, 422, greater_than_equal",
      "101, 422, less_than_equal",
      "ten, 422, int_parsing",
      "1e1, 422, int_parsing",
      "'', 422, int_parsing",
      "1, 200, ''",
      "100, 200, ''"
    })
    void a_limit_is_a_number_from_1_to_100(String limit, int status, String type) {
      for (var list : LISTS) {
        var response = api.get(list + "?limit=" + limit);

        assertThat(response.status()).as(list).isEqualTo(status);
        assertThat(response.json().at("/detail/0/type").asText()).as(list).isEqualTo(type);
        if (status == 422) {
          assertThat(response.json().at("/detail/0/loc").toString())
              .isEqualTo("[\"query\",\"limit\"]");
        }
      }
    }

    @Test
    void a_cursor_that_is_tampered_with_or_from_another_list_is_rejected() {
      var email = Api.newEmail();
      api.buys(email, StripeEvent.newSession());
      api.buys(email, StripeEvent.newSession());
      var list = "/api/credits/" + email + "/transactions?limit=1&cursor=";
      var cursor =
          api.get("/api/credits/" + email + "/transactions?limit=1")
              .json()
              .path("next_cursor")
              .asText();

      assertThat(api.get(list + cursor).status()).isEqualTo(200);
      assertThat(
              List.of(
                  api.get(list + cursor.substring(1)),
                  api.get(list + "A".repeat(cursor.length())),
                  api.get(list + "nonsense!"),
                  api.get(list),
                  api.get("/api/generations/" + email + "?cursor=" + cursor),
                  api.get("/api/credits/ada@example.com/transactions?cursor=" + cursor)))
          .extracting(ApiResponse::text)
          .containsOnly("400 {\"detail\":\"Invalid cursor.\",\"error_code\":\"BAD_REQUEST\"}");
    }
  }

  @Nested
  final class Headers {
    @ParameterizedTest
    @ValueSource(
        strings = {"/api/health", "/api/packages", "/api/nothing", "/api/credits/nonsense"})
    void every_response_has_a_unique_request_id(String path) {
      var first = api.get(path).header("x-request-id");
      var second = api.get(path).header("x-request-id");

      assertThat(first).isNotEmpty().isNotEqualTo(second);
    }

    @Test
    void every_started_generation_returns_its_id() {
      var email = api.customer();
      var good = api.generate(email);
      api.gemini.answers(FakeGemini.text("no"));
      var failed = api.generate(email);

      assertThat(api.get("/api/generations/" + email).json().path("generations").valueStream())
          .extracting(generation -> generation.path("id").asText())
          .containsExactly(failed.header("x-generation-id"), good.header("x-generation-id"));
      assertThat(api.generate(Api.newEmail()).header("x-generation-id")).isEmpty();
    }
  }

  /** The ids on each page, following the cursors. */
  private List<List<String>> pages(String first, String list) {
    var pages = new ArrayList<List<String>>();
    var path = first;
    while (true) {
      var page = api.get(path).json();
      pages.add(page.path(list).valueStream().map(item -> item.path("id").asText()).toList());
      if (page.path("next_cursor").isNull()) {
        return pages;
      }
      path = first + "&cursor=" + page.path("next_cursor").asText();
    }
  }

  private static void assertRecent(Instant time) {
    assertThat(Duration.between(time, Instant.now()).abs()).isLessThan(Duration.ofMinutes(5));
  }
}
