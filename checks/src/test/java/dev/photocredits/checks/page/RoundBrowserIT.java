package dev.photocredits.checks.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/** What people come for: buying, paying, and three pictures. */
@ExtendWith(AtThePage.class)
final class RoundBrowserIT {

  @Test
  void somebody_buys_pays_has_three_pictures_drawn_and_finds_them_again(Shop shop, Visitor ada) {
    var email = Shop.somebody();
    ada.opens(shop.url() + "/");
    ada.keeps("first-visit");
    ada.looks_good("first visit");
    ada.signsIn(email);
    ada.sees("balance", "0 credits");
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg, 61 kB");
    ada.presses("Film noir");

    ada.presses("You have 0 credits. Buy a pack to go on.");
    ada.counts(3, ".packs li");
    ada.looks_good("packs");
    ada.presses("Buy Starter Pack, 10 credits, for $9.99");
    var _ = ada.arrivesAt("/c/pay/");
    ada.presses("Pay $9.99");
    ada.sees("payment", "Thank you. 10 credits were added.");
    ada.sees("balance", "10 credits");
    assertThat(ada.address()).doesNotContain("session_id");
    ada.looks_good("paid");

    // The photo and the words have waited.
    ada.sees("preview-name", "portrait.jpg, 61 kB");
    ada.presses("Create three pictures");
    ada.sees("progress", "Your three pictures are ready. They cost 3 credits.");
    ada.sees_pictures(3);
    ada.sees("balance", "7 credits");
    ada.sees("result-title", "In the style of film noir");
    ada.keeps("result");
    ada.looks_good("result");

    ada.goesTo("Pictures");
    ada.counts(3, "#gallery img");
    assertThat(ada.texts("#gallery h2")).containsExactly("In the style of film noir");
    ada.keeps("pictures");
    ada.looks_good("pictures");

    ada.goesTo("Credits");
    ada.counts(2, "#statement tbody tr");
    assertThat(ada.texts("#statement td:nth-child(3)")).containsExactly("−3", "+10");
    assertThat(ada.texts("#statement td:nth-child(4)")).containsExactly("7", "10");
    ada.keeps("statement");
    ada.looks_good("statement");
    assertThat(shop.balance(email)).isEqualTo(7);
  }

  @Test
  void a_payment_that_is_cancelled_costs_nothing_and_says_so(Shop shop, Visitor ada) {
    ada.comes(shop, Shop.somebody());

    ada.goesTo("Credits");
    ada.presses("Buy Pro Pack, 50 credits, for $39.99");
    var _ = ada.arrivesAt("/c/pay/");
    ada.presses("Cancel");

    ada.sees("payment", "The payment was cancelled. Nothing was charged.");
    ada.sees("balance", "0 credits");
    ada.looks_good("cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"portrait.png", "portrait.webp", "portrait.heic", "phone-12mp.jpg"})
  void photos_of_every_kind_are_drawn(String photo, Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());

    ada.chooses(photo);
    ada.sees("preview-name", photo);
    ada.types("prompt", "In the style of film noir");
    ada.presses("Create three pictures");

    ada.sees("progress", "Your three pictures are ready.");
    ada.sees_pictures(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "paste"})
  void a_photo_may_be_dropped_or_pasted(String event, Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());

    ada.gives(event, "portrait.png");

    ada.sees("preview-name", "portrait.png, 112 kB");
    ada.presses("Other photo");
    ada.sees_no("preview");
  }

  @ParameterizedTest
  @ValueSource(strings = {"not-an-image.png", "bomb-400mp.png"})
  void what_is_no_good_photo_is_refused_at_once(String file, Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());

    ada.chooses(file);

    ada.sees("photo-problem", "This ");
    ada.sees("photo-problem", "Nothing was charged.");
    ada.chooses("portrait.jpg");
    ada.sees("preview-name", "portrait.jpg");
    ada.sees_no("photo-problem");
  }

  @Test
  void a_picture_is_enlarged_walked_through_saved_and_shared(Shop shop, Visitor ada) {
    ada.comes(shop, shop.customer());
    ada.orders("In the style of film noir");
    ada.sees_pictures(3);

    ada.presses("Enlarge picture 2");
    ada.sees("zoom-count", "2 of 3");
    ada.keeps("enlarged");
    ada.looks_good("enlarged");
    ada.key(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    ada.sees("zoom-count", "1 of 3");
    ada.presses("Download");
    ada.sees("zoom-told", "Saved.");
    assertThat(ada.downloaded("picture-1.jpg")).contains("JFIF");
    ada.presses("Copy link");
    ada.sees("zoom-told", "Whoever has it sees the picture for 60 minutes.");
    ada.key(Keys.ESCAPE);
    ada.sees_no("zoom");
    assertThat(ada.focused().getAccessibleName()).isEqualTo("Enlarge picture 2");
  }

  @Test
  void a_phone_is_enough(Shop shop, Visitor ada) {
    ada.dark(true);
    ada.holds_a_phone();
    ada.comes(shop, shop.customer());
    assertThat(ada.shown("#camera")).isTrue();

    ada.orders("In the style of film noir");

    ada.sees_pictures(3);
    assertThat(ada.isInView("#spread li:nth-child(1)")).isTrue();
    ada.keeps("phone");
  }

  @Test
  void the_keyboard_is_enough(Shop shop, Visitor ada) {
    var email = shop.customer();
    ada.opens(shop.url() + "/");

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
    ada.tabsTo("#order [name=mode]:checked");
    ada.key(Keys.ARROW_DOWN);
    ada.tabsTo("#go");
    ada.key(Keys.ENTER);
    ada.sees_pictures(3);
    ada.tabsTo("#spread li:nth-child(1) button");
    ada.key(Keys.ENTER);
    ada.sees("zoom-count", "1 of 3");
    ada.key(Keys.ARROW_LEFT);
    ada.sees("zoom-count", "3 of 3");
    ada.key(Keys.ESCAPE);
    ada.sees_no("zoom");

    var drawn = shop.get("/api/generations/" + email).at("/generations/0");
    assertThat(drawn.path("transformation_mode").asText()).isEqualTo("item-only");
  }
}
