package dev.photocredits.systemtests.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Slow operations: generating one picture after the other, cancelling, deleting and uploads. */
@ExtendWith(PageExtension.class)
final class SlowBrowserIT {

  @Test
  void pictures_appear_one_by_one(RunningSystem system, Visitor ada) {
    var pictures = system.gemini.generatesWhenReleased();
    ada.visits(system, system.customer());
    ada.requests("In the style of film noir");
    ada.sees("balance", "7 credits");
    ada.counts(3, ".tile.pending");

    pictures.release(0);
    ada.sees("progress", "1 of 3 ready");
    ada.seesPictures(1);
    ada.savesScreenshot("drawing");
    ada.looksGood("drawing");
    pictures.release(2);
    ada.sees("progress", "2 of 3 ready");
    ada.seesPictures(2);
    pictures.release(1);

    ada.sees("progress", "Your three pictures are ready.");
    ada.seesPictures(3);
  }

  @Test
  void stopping_a_generation_refunds_the_missing_pictures(RunningSystem system, Visitor ada) {
    var email = system.customer();
    var pictures = system.gemini.generatesWhenReleased();
    ada.visits(system, email);
    ada.requests("In the style of film noir");
    pictures.release(0);
    ada.sees("progress", "1 of 3 ready");

    ada.presses("Stop");
    ada.looksGood("stop");
    ada.presses("Stop creating");

    ada.sees(
        "progress",
        "Stopped. You are refunded for the pictures that were not finished, in whole credits.");
    ada.sees("balance", "9 credits");
    assertThat(system.balance(email)).isEqualTo(9);
    pictures.releaseAll();
  }

  @Test
  void pictures_are_deleted_after_a_confirmation(RunningSystem system, Visitor ada) {
    var email = system.customer();
    ada.visits(system, email);
    ada.requests("In the style of film noir");
    ada.seesPictures(3);
    ada.goesTo("Pictures");
    ada.counts(3, "#gallery img");

    ada.presses("Delete");
    ada.sees("confirm", "Delete these pictures?");
    ada.savesScreenshot("delete");
    ada.looksGood("delete");
    ada.presses("Keep");
    ada.counts(3, "#gallery img");
    ada.presses("Delete");
    ada.sees("confirm", "Delete these pictures?");
    ada.pressesIn("confirm", "Delete");

    ada.counts(0, "#gallery img");
    ada.sees("no-pictures", "Nothing here yet.");
    assertThat(system.get("/api/generations/" + email).path("generations")).isEmpty();
    assertThat(system.balance(email)).isEqualTo(7);
  }

  @Test
  void a_photo_above_four_megabytes_is_uploaded_first(RunningSystem system, Visitor ada) {
    ada.visits(system, system.customer());

    ada.choosesLarge("phone-12mp.jpg", 6_000_000);
    ada.sees("preview-name", "6.0 MB");
    ada.types("prompt", "In the style of film noir");
    ada.presses("Create three pictures");

    ada.sees("progress", "Your three pictures are ready.");
    ada.seesPictures(3);
  }
}
