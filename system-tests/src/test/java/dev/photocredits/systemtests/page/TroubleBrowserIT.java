package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.systemtests.fakes.FakeGemini;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Errors: the page says what happened, what it cost and what to do. */
@ExtendWith(PageExtension.class)
final class TroubleBrowserIT {

  @Test
  void insufficient_credits_are_reported_with_a_way_to_buy_more(RunningSystem system, Visitor ada) {
    ada.visits(system, RunningSystem.newEmail());
    ada.sees("price", "You have 0 credits. Buy a pack to continue.");

    ada.requests("In the style of film noir");

    ada.sees(
        "generate-problem", "Three pictures cost 3 credits, and you have 0. Nothing was charged.");
    ada.savesScreenshot("no-credits");
    ada.looksGood("no credits");
    ada.presses("Buy credits");
    ada.counts(3, ".packs li");
  }

  @Test
  void a_refused_prompt_can_be_changed_and_costs_nothing(RunningSystem system, Visitor ada) {
    var email = system.customer();
    system.gemini.answers(FakeGemini.promptBlocked("SAFETY"));
    ada.visits(system, email);

    ada.requests("In the style of film noir");

    ada.sees("generate-problem", "The model declined");
    ada.sees("generate-problem", "Nothing was charged.");
    assertThat(system.balance(email)).isEqualTo(10);
    ada.savesScreenshot("refused");
    ada.looksGood("refused");
    ada.presses("Change the prompt");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("prompt");
  }

  @Test
  void an_outage_of_the_model_costs_nothing_and_a_retry_clears_the_error(
      RunningSystem system, Visitor ada) {
    var email = system.customer();
    system.gemini.answers(FakeGemini.status(400));
    ada.visits(system, email);
    ada.requests("In the style of film noir");
    ada.sees("generate-problem", "The pictures could not be created");
    ada.sees("generate-problem", "Nothing was charged.");
    assertThat(system.balance(email)).isEqualTo(10);
    ada.looksGood("outage");

    system.gemini.answers(FakeGemini.promptBlocked("SAFETY"));
    ada.presses("Try again");
    ada.sees("generate-problem", "The model declined");
    system.gemini.generates();
    ada.presses("Create three pictures");

    ada.seesPictures(3);
    ada.seesNo("generate-problem");
    ada.sees("balance", "7 credits");
  }

  @Test
  void a_missing_picture_is_refunded(RunningSystem system, Visitor ada) {
    system.gemini.generatesTwoOfThree();
    ada.visits(system, system.customer());

    ada.requests("In the style of film noir");

    ada.sees(
        "progress",
        "2 pictures for 2 credits. 1 picture could not be created. Refunded: 1 credit.");
    ada.seesPictures(2);
    ada.counts(1, ".tile.missing");
    ada.sees("balance", "8 credits");
    ada.savesScreenshot("partial");
    ada.looksGood("partial");
  }

  @Test
  void a_reload_during_a_generation_keeps_the_pictures_and_pays_once(
      RunningSystem system, Visitor ada) {
    var email = system.customer();
    var pictures = system.gemini.generatesWhenReleased();
    ada.visits(system, email);
    ada.requests("In the style of film noir");
    ada.sees("balance", "10 credits");
    ada.sees("go", "Creating");

    ada.reloads();
    ada.sees("go", "Creating");
    pictures.releaseAll();

    ada.seesPictures(3);
    ada.sees("balance", "7 credits");
    assertThat(system.gemini.calls()).isEqualTo(3);
    assertThat(system.balance(email)).isEqualTo(7);
  }

  @Test
  void a_user_who_was_offline_gets_the_pictures_and_pays_once(RunningSystem system, Visitor ada) {
    var email = system.customer();
    var pictures = system.gemini.generatesWhenReleased();
    ada.visits(system, email);
    ada.requests("In the style of film noir");
    ada.sees("go", "Creating");

    ada.offline(true);
    ada.sees("offline", "You are offline.");
    ada.savesScreenshot("offline");
    ada.looksGood("offline");
    pictures.releaseAll();
    ada.offline(false);

    ada.seesPictures(3);
    ada.seesNo("offline");
    ada.sees("balance", "7 credits");
    assertThat(system.gemini.calls()).isEqualTo(3);
    assertThat(system.balance(email)).isEqualTo(7);
  }

  @Test
  void a_photo_that_only_the_server_rejects_costs_nothing(RunningSystem system, Visitor ada) {
    var email = system.customer();
    ada.visits(system, email);
    ada.chooses("truncated.png");
    ada.sees("preview-name", "truncated.png");
    ada.types("prompt", "In the style of film noir");

    ada.presses("Create three pictures");

    ada.sees("generate-problem", "This photo cannot be read");
    assertThat(system.balance(email)).isEqualTo(10);
    ada.presses("Choose another photo");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("photo");
  }

  @Test
  void a_user_who_reaches_the_hourly_limit_is_told_when_to_try_again(Visitor ada) {
    try (var system = RunningSystem.open(Map.of("GENERATION_HOURLY_LIMIT", "1"))) {
      ada.visits(system, system.customer());
      ada.requests("In the style of film noir");
      ada.seesPictures(3);

      ada.presses("Create three pictures");

      ada.sees("generate-problem", "You have reached a limit. Nothing was charged. Try again in");
      ada.sees("balance", "7 credits");
    }
  }

  @Test
  void an_incomplete_form_says_what_is_missing(RunningSystem system, Visitor ada) {
    ada.opens(system.url() + "/");

    ada.presses("Create three pictures");
    assertThat(ada.focused().getDomAttribute("id")).isEqualTo("email");
    ada.signsIn(RunningSystem.newEmail());
    ada.presses("Create three pictures");
    ada.sees("photo-problem", "Choose a photo first");
    ada.chooses("portrait.jpg");
    ada.presses("Create three pictures");
    ada.sees("prompt-problem", "Describe what it should become.");
  }
}
