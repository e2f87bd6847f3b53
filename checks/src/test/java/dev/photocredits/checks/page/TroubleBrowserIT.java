package dev.photocredits.checks.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.checks.fakes.FakeGemini;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes wrong: what happened, whether it cost anything, and what to do. */
@ExtendWith(AtThePage.class)
final class TroubleBrowserIT {

  @Test
  void without_credits_the_page_says_what_is_missing_and_where_to_get_it(Shop shop, Visitor ada) {
    ada.comes(shop, Shop.somebody());
    ada.sees("price", "You have 0 credits. Buy a pack to go on.");

    ada.orders("In the style of film noir");

    ada.sees("draw-problem", "Three pictures cost 3 credits, and you have 0. Nothing was charged.");
    ada.keeps("no-credits");
    ada.looks_good("no credits");
    ada.presses("Buy credits");
    ada.counts(3, ".packs li");
  }

  @Test
  void a_refusal_of_the_model_asks_for_other_words_and_costs_nothing(Shop shop, Visitor ada) {
    var email = shop.customer();
    shop.studio.answers(FakeGemini.promptBlocked("SAFETY"));
    ada.comes(shop, email);

    ada.orders("In the style of film noir");

    ada.sees("draw-problem", "The model declined");
    ada.sees("draw-problem", "Nothing was charged.");
    assertThat(shop.balance(email)).isEqualTo(10);
    ada.keeps("refused");
    ada.looks_good("refused");
    ada.presses("Change the words");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("prompt");
  }

  @Test
  void an_outage_of_the_model_costs_nothing_and_the_next_try_leaves_no_old_error(
      Shop shop, Visitor ada) {
    var email = shop.customer();
    shop.studio.answers(FakeGemini.status(400));
    ada.comes(shop, email);
    ada.orders("In the style of film noir");
    ada.sees("draw-problem", "The pictures could not be drawn");
    ada.sees("draw-problem", "Nothing was charged.");
    assertThat(shop.balance(email)).isEqualTo(10);
    ada.looks_good("outage");

    shop.studio.answers(FakeGemini.promptBlocked("SAFETY"));
    ada.presses("Try again");
    ada.sees("draw-problem", "The model declined");
    shop.studio.draws();
    ada.presses("Create three pictures");

    ada.sees_pictures(3);
    ada.sees_no("draw-problem");
    ada.sees("balance", "7 credits");
  }

  @Test
  void a_picture_that_is_missing_is_given_back(Shop shop, Visitor ada) {
    shop.studio.draws_two_of_three();
    ada.comes(shop, shop.customer());

    ada.orders("In the style of film noir");

    ada.sees(
        "progress",
        "2 pictures for 2 credits. 1 picture could not be drawn, and 1 credit came back.");
    ada.sees_pictures(2);
    ada.counts(1, ".tile.missing");
    ada.sees("balance", "8 credits");
    ada.keeps("partial");
    ada.looks_good("partial");
  }

  @Test
  void a_reload_in_the_middle_finds_the_pictures_and_pays_once(Shop shop, Visitor ada) {
    var email = shop.customer();
    var held = shop.studio.holds();
    ada.comes(shop, email);
    ada.orders("In the style of film noir");
    ada.sees("balance", "10 credits");
    ada.sees("go", "Drawing");

    ada.reloads();
    ada.sees("go", "Drawing");
    held.letAllGo();

    ada.sees_pictures(3);
    ada.sees("balance", "7 credits");
    assertThat(shop.studio.calls()).isEqualTo(3);
    assertThat(shop.balance(email)).isEqualTo(7);
  }

  @Test
  void whoever_is_offline_for_a_while_gets_the_pictures_and_pays_once(Shop shop, Visitor ada) {
    var email = shop.customer();
    var held = shop.studio.holds();
    ada.comes(shop, email);
    ada.orders("In the style of film noir");
    ada.sees("go", "Drawing");

    ada.offline(true);
    ada.sees("offline", "You are offline.");
    ada.keeps("offline");
    ada.looks_good("offline");
    held.letAllGo();
    ada.offline(false);

    ada.sees_pictures(3);
    ada.sees_no("offline");
    ada.sees("balance", "7 credits");
    assertThat(shop.studio.calls()).isEqualTo(3);
    assertThat(shop.balance(email)).isEqualTo(7);
  }

  @Test
  void a_photo_that_only_the_server_finds_broken_costs_nothing(Shop shop, Visitor ada) {
    var email = shop.customer();
    ada.comes(shop, email);
    ada.chooses("truncated.png");
    ada.sees("preview-name", "truncated.png");
    ada.types("prompt", "In the style of film noir");

    ada.presses("Create three pictures");

    ada.sees("draw-problem", "This file is not a photo we can read");
    assertThat(shop.balance(email)).isEqualTo(10);
    ada.presses("Choose another photo");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("photo");
  }

  @Test
  void whoever_orders_more_than_their_share_is_told_when_to_come_back(Visitor ada) {
    try (var shop = Shop.open(Map.of("GENERATION_HOURLY_LIMIT", "1"))) {
      ada.comes(shop, shop.customer());
      ada.orders("In the style of film noir");
      ada.sees_pictures(3);

      ada.presses("Create three pictures");

      ada.sees("draw-problem", "You have reached a limit. Nothing was charged. Try again in");
      ada.sees("balance", "7 credits");
    }
  }

  @Test
  void an_order_that_is_not_complete_says_what_is_missing(Shop shop, Visitor ada) {
    ada.opens(shop.url() + "/");

    ada.presses("Create three pictures");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("email");
    ada.signsIn(Shop.somebody());
    ada.presses("Create three pictures");
    ada.sees("photo-problem", "Choose a photo first");
    ada.chooses("portrait.jpg");
    ada.presses("Create three pictures");
    ada.sees("prompt-problem", "Say what it should become.");
  }
}
