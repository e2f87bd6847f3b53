package dev.photocredits.systemtests.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.selenium.AxeBuilder;
import dev.photocredits.systemtests.ProjectFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A user of the page in a browser. Every look-up waits for up to 30 seconds. */
final class Visitor implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path PHOTOS = ProjectFiles.root().resolve("photos");

  private final Path folder;
  private final ChromeDriver browser;

  private Visitor(Path folder, ChromeDriver browser) {
    this.folder = folder;
    this.browser = browser;
    size(1280, 860);
  }

  static Visitor arrive() {
    try {
      var folder = Files.createTempDirectory("visitor");
      return new Visitor(folder, Chromium.start(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Actions

  void opens(String address) {
    browser.get(address);
    until("the page has started", () -> exists("nav a[aria-current]"));
  }

  /** Opens the page and signs in. */
  void visits(RunningSystem system, String email) {
    opens(system.url() + "/");
    signsIn(email);
  }

  void signsIn(String email) {
    types("email", email);
    presses("Continue");
    until("the balance is shown", () -> shown("#balance"));
  }

  void reloads() {
    browser.navigate().refresh();
    until("the page has started", () -> exists("nav a[aria-current]"));
  }

  /** Goes to a view by its link in the navigation. */
  void goesTo(String view) {
    click(find(By.linkText(view)));
  }

  void chooses(String photo) {
    find(By.id("photo")).sendKeys(PHOTOS.resolve(photo).toString());
  }

  /** Chooses a JPEG padded to this many bytes; decoders ignore what follows the image. */
  void choosesLarge(String photo, int size) {
    try {
      var file = Files.copy(PHOTOS.resolve(photo), folder.resolve(photo));
      try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.setLength(size);
      }
      find(By.id("photo")).sendKeys(file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Chooses the portrait, and requests pictures with this prompt. */
  void requests(String prompt) {
    chooses("portrait.jpg");
    sees("preview-name", "portrait.jpg");
    types("prompt", prompt);
    presses("Create three pictures");
  }

  void types(String id, String text) {
    var field = find(By.id(id));
    field.clear();
    field.sendKeys(text);
  }

  /** Presses the visible button or link with this text or label. */
  void presses(String words) {
    var button =
        "//button[normalize-space()='"
            + words
            + "' or @aria-label='"
            + words
            + "']"
            + "|//a[normalize-space()='"
            + words
            + "']";
    click(
        until(
            "there is " + words,
            () ->
                browser.findElements(By.xpath(button)).stream()
                    .filter(found -> found.isDisplayed() && found.isEnabled())
                    .findFirst()));
  }

  /** Presses a button in the dialog; buttons beneath it may have the same text. */
  void pressesIn(String dialog, String words) {
    var button = "//dialog[@id='" + dialog + "']//button[normalize-space()='" + words + "']";
    click(find(By.xpath(button)));
  }

  void key(Keys... keys) {
    var actions = new Actions(browser);
    for (var key : keys) {
      actions.sendKeys(key);
    }
    actions.perform();
  }

  /** Presses Tab until this element has the focus. */
  void tabsTo(String selector) {
    for (var tabs = 0; tabs < 80; tabs++) {
      key(Keys.TAB);
      if (focused().equals(find(By.cssSelector(selector)))) {
        return;
      }
    }
    throw new AssertionError("Tab does not reach " + selector);
  }

  void write(String text) {
    new Actions(browser).sendKeys(text).perform();
  }

  WebElement focused() {
    return browser.switchTo().activeElement();
  }

  /** Drops or pastes a photo, by an event {@code drop} or {@code paste}. */
  void dropsOrPastes(String event, String photo) {
    run(
        """
        const bytes = Uint8Array.from(atob(arguments[1]), letter => letter.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], arguments[2], {type: 'application/octet-stream'}));
        document.body.dispatchEvent(arguments[0] === 'drop'
          ? new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})
          : new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
        """,
        event,
        Base64.getEncoder().encodeToString(read(PHOTOS.resolve(photo))),
        photo);
  }

  // The environment

  void size(int width, int height) {
    devtools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 700));
  }

  void usesAPhone() {
    size(360, 740);
    devtools("Emulation.setTouchEmulationEnabled", Map.of("enabled", true));
  }

  void dark(boolean is) {
    var scheme = Map.of("name", "prefers-color-scheme", "value", is ? "dark" : "light");
    devtools("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  void offline(boolean is) {
    devtools("Network.enable", Map.of());
    devtools(
        "Network.emulateNetworkConditions",
        Map.of("offline", is, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  String address() {
    return Objects.requireNonNull(browser.getCurrentUrl());
  }

  /** Waits until the address contains this, and returns it. */
  URI arrivesAt(String part) {
    until("the address contains " + part, () -> address().contains(part));
    return URI.create(address());
  }

  // The content of the page

  /** Waits until the element contains this text. */
  void sees(String id, String words) {
    until("#" + id + " says " + words, () -> text(id).contains(words), () -> text(id));
  }

  String text(String id) {
    return find(By.id(id)).getText().replace('\n', ' ');
  }

  /** Waits until the element is no longer shown. */
  void seesNo(String id) {
    until("#" + id + " is no longer shown", () -> !shown("#" + id));
  }

  /** Waits until this many result pictures are loaded. */
  void seesPictures(int number) {
    until(
        number + " pictures are loaded",
        () ->
            evaluate(
                    "return [...document.querySelectorAll('#spread img')]"
                        + ".filter(image => image.complete && image.naturalWidth).length")
                .equals((long) number));
  }

  List<String> texts(String selector) {
    return browser.findElements(By.cssSelector(selector)).stream()
        .map(WebElement::getText)
        .toList();
  }

  /** Waits until exactly this many elements match. */
  void counts(int number, String selector) {
    until(number + " " + selector, () -> texts(selector).size() == number);
  }

  /** Whether the element is entirely on the screen, vertically. */
  boolean isInView(String selector) {
    return evaluate(
            "const {top, bottom} = document.querySelector('%s').getBoundingClientRect();"
                    .formatted(selector)
                + "return top >= 0 && bottom <= innerHeight")
        .equals(true);
  }

  boolean shown(String selector) {
    return browser.findElements(By.cssSelector(selector)).stream()
        .anyMatch(WebElement::isDisplayed);
  }

  /** Waits for a download and returns its text. */
  String downloaded(String name) {
    var file = folder.resolve("downloads").resolve(name);
    until("there is " + name, () -> Files.exists(file));
    return new String(read(file), UTF_8);
  }

  /**
   * Checks the current page in the light scheme on a desktop, and in the dark scheme on a small
   * phone: it must be accessible, and not wider than the phone.
   */
  void looksGood(String state) {
    settles();
    isAccessible(state);
    dark(true);
    size(360, 740);
    settles();
    isAccessible(state + ", dark, 360 pixels");
    assertThat(evaluate("return document.documentElement.scrollWidth")).as(state).isEqualTo(360L);
    dark(false);
    size(1280, 860);
  }

  /** Saves a screenshot, if the system property {@code photocredits.screenshots} names a folder. */
  void savesScreenshot(String name) {
    var folderName = System.getProperty("photocredits.screenshots", "");
    if (!folderName.isBlank()) {
      settles();
      savesScreenshot(name, ProjectFiles.root().resolve(folderName));
    }
  }

  void savesScreenshot(String name, Path into) {
    try {
      var file = Files.createDirectories(into).resolve(name + ".png");
      var _ = Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void settles() {
    run(
        "document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < Infinity)"
            + ".forEach(one => one.finish())");
  }

  private void isAccessible(String state) {
    var found = new AxeBuilder().analyze(browser).getViolations();
    assertThat(found)
        .as(state)
        .extracting(rule -> rule.getId() + ": " + rule.getNodes().getFirst().getHtml())
        .isEmpty();
  }

  /** The messages in the browser's console, without those about failed requests. */
  List<String> complaints() {
    return browser.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(entry -> entry.getMessage())
        .filter(message -> !message.contains("Failed to load resource"))
        .toList();
  }

  @Override
  public void close() {
    browser.quit();
    RunningSystem.delete(folder);
  }

  // Helpers

  private boolean exists(String selector) {
    return !browser.findElements(By.cssSelector(selector)).isEmpty();
  }

  private WebElement find(By by) {
    return until("there is " + by, () -> browser.findElements(by).stream().findFirst());
  }

  private void click(WebElement element) {
    run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element);
    element.click();
  }

  private void run(String script, Object... arguments) {
    var _ = browser.executeScript(script, arguments);
  }

  private Object evaluate(String script) {
    return Objects.requireNonNull(browser.executeScript(script));
  }

  private void devtools(String command, Map<String, Object> parameters) {
    var _ = browser.executeCdpCommand(command, parameters);
  }

  private <T> T until(String what, Supplier<Optional<T>> found) {
    return Objects.requireNonNull(wait(what).<@Nullable T>until(_ -> found.get().orElse(null)));
  }

  private void until(String what, BooleanSupplier holds) {
    until(what, holds, () -> "");
  }

  private void until(String what, BooleanSupplier holds, Supplier<String> instead) {
    try {
      var _ = wait(what).until(_ -> holds.getAsBoolean());
    } catch (WebDriverException e) {
      throw new AssertionError("expected that " + what + ", but found: " + instead.get(), e);
    }
  }

  private WebDriverWait wait(String what) {
    var wait = new WebDriverWait(browser, PATIENCE, Duration.ofMillis(50));
    var _ = wait.withMessage(what).ignoring(StaleElementReferenceException.class);
    return wait;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
