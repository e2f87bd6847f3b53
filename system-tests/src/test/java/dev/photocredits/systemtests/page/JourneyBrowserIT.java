package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** The main journeys: buying credits, generating pictures and viewing them. */
@ExtendWith(PageExtension.class)
final class JourneyBrowserIT {

  @Test
  void a_user_buys_credits_generates_three_pictures_and_finds_them_again(
      RunningSystem system, Visitor ada) {
    var email = RunningSystem.newEmail();
    ada.opens(system.url() + "/");
    ada.savesScreenshot("first-visit");
    ada.sees("footer-price", "A set of three pictures costs 3 credits.");
    ada.looksGood("first visit");
    ada.signsIn(email);
    ada.sees("balance", "0 credits");
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg, 61 kB");
    ada.presses("Film noir");

    ada.presses("You have 0 credits. Buy a pack to continue.");
    ada.counts(3, ".packs li");
    ada.looksGood("packs");
    ada.presses("Buy Starter Pack, 10 credits, for $9.99");
    var _ = ada.arrivesAt("/c/pay/");
    ada.presses("Pay $9.99");
    ada.sees("payment", "Thank you. 10 credits were added.");
    ada.sees("balance", "10 credits");
    assertThat(ada.address()).doesNotContain("session_id");
    ada.looksGood("paid");

    // The photo and the prompt are still there.
    ada.sees("preview-name", "portrait.jpg, 61 kB");
    ada.presses("Create three pictures");
    ada.sees("progress", "Your three pictures are ready. They cost 3 credits.");
    ada.seesPictures(3);
    ada.sees("balance", "7 credits");
    ada.sees("result-title", "In the style of film noir");
    ada.savesScreenshot("result");
    ada.looksGood("result");

    ada.goesTo("Pictures");
    ada.counts(3, "#gallery img");
    assertThat(ada.texts("#gallery h2")).containsExactly("In the style of film noir");
    ada.savesScreenshot("pictures");
    ada.looksGood("pictures");

    ada.goesTo("Credits");
    ada.counts(2, "#statement tbody tr");
    assertThat(ada.texts("#statement td:nth-child(3)")).containsExactly("−3", "+10");
    assertThat(ada.texts("#statement td:nth-child(4)")).containsExactly("7", "10");
    ada.savesScreenshot("statement");
    ada.looksGood("statement");
    assertThat(system.balance(email)).isEqualTo(7);
  }

  @Test
  void a_cancelled_payment_is_reported_and_costs_nothing(RunningSystem system, Visitor ada) {
    ada.visits(system, RunningSystem.newEmail());

    ada.goesTo("Credits");
    ada.presses("Buy Pro Pack, 50 credits, for $39.99");
    var _ = ada.arrivesAt("/c/pay/");
    ada.presses("Cancel");

    ada.sees("payment", "The payment was cancelled. Nothing was charged.");
    ada.sees("balance", "0 credits");
    ada.looksGood("cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"portrait.png", "portrait.webp", "portrait.heic", "phone-12mp.jpg"})
  void photos_of_every_format_are_accepted(String photo, RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());

    ada.chooses(photo);
    ada.sees("preview-name", photo);
    ada.types("prompt", "In the style of film noir");
    ada.presses("Create three pictures");

    ada.sees("progress", "Your three pictures are ready.");
    ada.seesPictures(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "paste"})
  void a_photo_may_be_dropped_or_pasted(String event, RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());

    ada.dropsOrPastes(event, "portrait.png");

    ada.sees("preview-name", "portrait.png, 112 kB");
    ada.presses("Change photo");
    ada.seesNo("preview");
  }

  @ParameterizedTest
  @ValueSource(strings = {"not-an-image.png", "bomb-400mp.png"})
  void an_invalid_photo_is_refused_at_once(String file, RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());

    ada.chooses(file);

    ada.sees("photo-problem", "This ");
    ada.sees("photo-problem", "Nothing was charged.");
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg");
    ada.seesNo("photo-problem");
  }

  @Test
  void pictures_can_be_enlarged_paged_through_downloaded_and_shared(
      RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());
    ada.requests("In the style of film noir");
    ada.seesPictures(3);

    ada.presses("Enlarge picture 2");
    ada.sees("zoom-count", "2 of 3");
    ada.savesScreenshot("enlarged");
    ada.looksGood("enlarged");
    ada.key(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    ada.sees("zoom-count", "1 of 3");
    ada.presses("Download");
    ada.sees("zoom-told", "Saved.");
    assertThat(ada.downloaded("picture-1.jpg")).contains("JFIF");
    ada.presses("Copy link");
    ada.sees("zoom-told", "Anyone who has it can see the picture for 60 minutes.");
    ada.key(Keys.ESCAPE);
    ada.seesNo("zoom");
    assertThat(ada.focused().getAccessibleName()).isEqualTo("Enlarge picture 2");
  }

  @Test
  void the_page_works_on_a_phone(RunningSystem system, Visitor ada) {
    ada.dark(true);
    ada.usesAPhone();
    ada.visits(system, system.customer());
    assertThat(ada.shown("#camera")).isTrue();

    ada.requests("In the style of film noir");

    ada.seesPictures(3);
    assertThat(ada.isInView("#spread li:nth-child(1)")).isTrue();
    ada.savesScreenshot("phone");
  }

  @Test
  void the_page_works_with_the_keyboard_alone(RunningSystem system, Visitor ada) {
    var email = system.customer();
    ada.opens(system.url() + "/");

    ada.tabsTo("#email");
    ada.write(email);
    ada.key(Keys.ENTER);
    ada.sees("balance", "10 credits");
    ada.tabsTo("#photo");
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg");
    ada.tabsTo("#examples button:nth-child(2)");
    ada.key(Keys.ENTER);
    assertThat(ada.focused().getDomProperty("value"))
        .isEqualTo("In the style of a 1920s film star");
    ada.tabsTo("#request [name=mode]:checked");
    ada.key(Keys.ARROW_DOWN);
    ada.tabsTo("#go");
    ada.key(Keys.ENTER);
    ada.seesPictures(3);
    ada.tabsTo("#spread li:nth-child(1) button");
    ada.key(Keys.ENTER);
    ada.sees("zoom-count", "1 of 3");
    ada.key(Keys.ARROW_LEFT);
    ada.sees("zoom-count", "3 of 3");
    ada.key(Keys.ESCAPE);
    ada.seesNo("zoom");

    var generated = system.get("/api/generations/" + email).at("/generations/0");
    assertThat(generated.path("transformation_mode").asText()).isEqualTo("item-only");
  }
}
