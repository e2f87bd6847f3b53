package dev.photocredits.checks.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What takes long, or is large: pictures that come one by one, stopping, deleting, uploads. */
@ExtendWith(AtThePage.class)
final class SlowBrowserIT {

  @Test
  void pictures_appear_one_by_one(Shop shop, Visitor ada) {
    var held = shop.studio.holds();
    ada.comes(shop, shop.customer());
    ada.orders("In the style of film noir");
    ada.sees("balance", "7 credits");
    ada.counts(3, ".tile.drawing");

    held.letGo(0);
    ada.sees("progress", "1 of 3 ready");
    ada.sees_pictures(1);
    ada.keeps("drawing");
    ada.looks_good("drawing");
    held.letGo(2);
    ada.sees("progress", "2 of 3 ready");
    ada.sees_pictures(2);
    held.letGo(1);

    ada.sees("progress", "Your three pictures are ready.");
    ada.sees_pictures(3);
  }

  @Test
  void drawing_is_stopped_and_what_was_not_drawn_comes_back(Shop shop, Visitor ada) {
    var email = shop.customer();
    var held = shop.studio.holds();
    ada.comes(shop, email);
    ada.orders("In the style of film noir");
    held.letGo(0);
    ada.sees("progress", "1 of 3 ready");

    ada.presses("Stop");
    ada.looks_good("stop");
    ada.presses("Stop drawing");

    ada.sees(
        "progress",
        "Stopped. You are refunded for pictures that had not arrived, in whole credits.");
    ada.sees("balance", "9 credits");
    assertThat(shop.balance(email)).isEqualTo(9);
    held.letAllGo();
  }

  @Test
  void pictures_are_deleted_after_a_question(Shop shop, Visitor ada) {
    var email = shop.customer();
    ada.comes(shop, email);
    ada.orders("In the style of film noir");
    ada.sees_pictures(3);
    ada.goesTo("Pictures");
    ada.counts(3, "#gallery img");

    ada.presses("Delete");
    ada.sees("confirm", "Delete these pictures?");
    ada.keeps("delete");
    ada.looks_good("delete");
    ada.presses("Keep");
    ada.counts(3, "#gallery img");
    ada.presses("Delete");
    ada.sees("confirm", "Delete these pictures?");
    ada.pressesIn("confirm", "Delete");

    ada.counts(0, "#gallery img");
    ada.sees("no-pictures", "Nothing here yet.");
    assertThat(shop.get("/api/generations/" + email).path("generations")).isEmpty();
    assertThat(shop.balance(email)).isEqualTo(7);
  }

  @Test
  void a_photo_above_four_megabytes_is_uploaded_first(Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());

    ada.choosesLarge("phone-12mp.jpg", 6_000_000);
    ada.sees("preview-name", "6.0 MB");
    ada.types("prompt", "In the style of film noir");
    ada.presses("Create three pictures");

    ada.sees("progress", "Your three pictures are ready.");
    ada.sees_pictures(3);
  }
}
