package dev.photocredits.values;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.photocredits.values.DigestKey.Purpose;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DigestKeyTest {
  private static final DigestKey KEY = key("K".repeat(64));
  private static final String ADA = "ada@example.com";

  /** The test cases of RFC 4231, sections 4.2 to 4.8, without the truncated one. */
  @ParameterizedTest
  @CsvSource({
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265,"
        + " b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f,"
        + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "0102030405060708090a0b0c0d0e0f10111213141516171819,"
        + " cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        + "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd,"
        + " 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
  })
  void it_computes_the_hmac_of_the_test_cases_of_rfc_4231(String key, String text, String hmac) {
    var bytes = HexFormat.of().parseHex(text);
    var half = bytes.length / 2;

    var digest =
        DigestKey.hmac(
            HexFormat.of().parseHex(key),
            Arrays.copyOf(bytes, half),
            Arrays.copyOfRange(bytes, half, bytes.length));

    assertThat(HexFormat.of().formatHex(digest)).isEqualTo(hmac);
  }

  /** Case 6, whose key is longer than a block. */
  @Test
  void a_key_that_is_longer_than_a_block_is_hashed_first() {
    var key = new byte[131];
    Arrays.fill(key, (byte) 0xaa);

    var digest =
        DigestKey.hmac(
            key, "Test Using Larger Than Block-Size Key - Hash Key First".getBytes(US_ASCII));

    assertThat(HexFormat.of().formatHex(digest))
        .isEqualTo("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }

  @Test
  void a_digest_is_the_hmac_of_the_purpose_and_the_text() {
    // printf 'uploads ada@example.com' | openssl dgst -sha256 -hmac KKKK…
    assertThat(KEY.hex(Purpose.UPLOADS, ADA))
        .isEqualTo("90c909ab3b9c7cfa04057262646fa00d1042d83b3a50d5cd014d1436004202c2");
    assertThat(KEY.digest(Purpose.UPLOADS, ADA.getBytes(UTF_8)))
        .isEqualTo(HexFormat.of().parseHex(KEY.hex(Purpose.UPLOADS, ADA)));
  }

  @Test
  void digests_for_two_purposes_or_of_two_keys_are_different() {
    var other = key("k".repeat(64));

    assertThat(Arrays.stream(Purpose.values()).map(purpose -> KEY.hex(purpose, ADA)))
        .doesNotHaveDuplicates()
        .doesNotContain(other.hex(Purpose.LOG, ADA), Sha256.hex(ADA));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32, 63, 65, 128})
  void a_key_of_another_length_is_none(int length) {
    assertThat(DigestKey.parse("K".repeat(length))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "-", "+", "\n", "é", "{"})
  void a_key_consists_of_letters_and_digits(String other) {
    assertThat(DigestKey.parse("K".repeat(63) + other)).isEmpty();
    assertThat(DigestKey.parse(other + "K".repeat(63))).isEmpty();
  }

  @Test
  void a_key_does_not_print_itself() {
    assertThat(KEY).hasToString("a digest key");
  }

  private static DigestKey key(String text) {
    return DigestKey.parse(text).orElseThrow();
  }
}
