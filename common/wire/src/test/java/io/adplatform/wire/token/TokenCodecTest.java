package io.adplatform.wire.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCodecTest {
  private static final long NOW = 1_800_000_000L;
  private static final byte[] KEY = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");

  /** What the release before wrote of {@link #token()}, without its deal. */
  private static final String FORMER =
      "AQEAAQABZUMhAAABAAAAAAAAACoAAAAAAAAD6QAAAExLQAAAAAAAAAPqAAAAAAAAA-sAAAAAAAAD7AAAAAAJxAAA"
          + "ACYloANIa0nSPDA5AgAXFu9WeiDptqXgjI2xEx9z";

  private final TokenCodec codec = new TokenCodec(TokenKeys.of(KEY));

  @Property(seed = "2026")
  void shouldReadBackWhatItWrote(
      @ForAll long hi,
      @ForAll @LongRange(min = 0) long lease,
      @ForAll @LongRange(min = 0, max = Token.MAX_AMOUNT) long amount,
      @ForAll @IntRange(min = 0, max = 65535) int country,
      @ForAll long deal,
      @ForAll boolean test) {
    Token token = token();
    token.auctionHi = hi;
    token.leaseId = lease;
    token.leaseAmountMicros = amount;
    token.chargeMicros = amount;
    token.country = country;
    token.dealId = deal;
    token.partnerFlags(test, 1);
    Token read = new Token();
    assertEquals(TokenCodec.Result.VALID, codec.read(write(token), 0, NOW, read));
    assertEquals(hi, read.auctionHi);
    assertEquals(token.auctionLo, read.auctionLo);
    assertEquals(lease, read.leaseId);
    assertEquals(amount, read.leaseAmountMicros);
    assertEquals(token.lineItemId, read.lineItemId);
    assertEquals(token.creativeId, read.creativeId);
    assertEquals(token.supplyPartnerId, read.supplyPartnerId);
    assertEquals(amount, read.chargeMicros);
    assertEquals(token.bidCpmMicros, read.bidCpmMicros);
    assertEquals(token.currency, read.currency);
    assertEquals(token.expirySeconds, read.expirySeconds);
    assertEquals(country, read.country);
    assertEquals(token.deviceType, read.deviceType);
    assertEquals(token.format, read.format);
    assertEquals(test, read.isTest());
    assertEquals(1, read.billableEvent());
    assertEquals(deal, read.dealId);
    assertTrue(read.isPartner());
    assertTrue(TokenCodec.TEXT_LENGTH <= 160);
  }

  @Test
  void shouldWriteTheSameTextInEveryRelease() {
    assertEquals(
        "AgEAAQABZUMhAAABAAAAAAAAACoAAAAAAAAD6QAAAExLQAAAAAAAAAPqAAAAAAAAA-sAAAAAAAAD7AAAAAAJxAAA"
            + "ACYloANIa0nSPDA5AgAAAAAAAAAD7Y9HttooXU31dEq3DOUMcIQA",
        write(token()));
  }

  @Test
  void shouldReadATokenOfTheFormerRelease() {
    Token read = new Token();
    read.dealId = 7;
    assertEquals(TokenCodec.Result.VALID, codec.read(FORMER, 0, NOW, read));
    assertEquals(1001, read.leaseId);
    assertEquals(2, read.deviceType);
    assertEquals(0, read.dealId);
    assertEquals(
        TokenCodec.Result.FORGED, codec.read(FORMER.replace("AAAD6Q", "AAAD6R"), 0, NOW, read));
    assertEquals(
        TokenCodec.Result.MALFORMED, codec.read(FORMER + "AAAAAAAAAAAA", 0, NOW, new Token()));
    assertEquals(
        TokenCodec.Result.MALFORMED, codec.read(write(token()).substring(0, 128), 0, NOW, read));
  }

  @Property(seed = "2026")
  void shouldRefuseAnyAlteration(
      @ForAll @IntRange(min = 0, max = TokenCodec.TEXT_LENGTH - 1) int at,
      @ForAll @IntRange(min = 0, max = 127) int character) {
    StringBuilder text = new StringBuilder(write(token()));
    if (text.charAt(at) != (char) character) {
      text.setCharAt(at, (char) character);
      assertTrue(codec.read(text, 0, NOW, new Token()) != TokenCodec.Result.VALID);
    }
  }

  @Test
  void shouldRefuseATokenOfAnotherInstallation() {
    byte[] other = KEY.clone();
    other[0] ^= 1;
    TokenCodec foreign = new TokenCodec(TokenKeys.of(other));
    assertEquals(TokenCodec.Result.FORGED, foreign.read(write(token()), 0, NOW, new Token()));
  }

  @Test
  void shouldRefuseATokenWhoseTimeIsOver() {
    Token token = token();
    token.expirySeconds = NOW - 1;
    assertEquals(TokenCodec.Result.EXPIRED, codec.read(write(token), 0, NOW, new Token()));
  }

  @Test
  void shouldRefuseAnythingOfAnotherLength() {
    String text = write(token());
    assertEquals(TokenCodec.Result.MALFORMED, codec.read("", 0, NOW, new Token()));
    assertEquals(TokenCodec.Result.MALFORMED, codec.read(text + "A", 0, NOW, new Token()));
    assertEquals(TokenCodec.Result.MALFORMED, codec.read(text, 1, NOW, new Token()));
    assertEquals(TokenCodec.Result.VALID, codec.read("/e/imp/" + text, 7, NOW, new Token()));
  }

  @Test
  void shouldAcceptThePreviousKeyAndSignWithTheCurrentOne(@TempDir Path folder) throws IOException {
    Path old = Files.writeString(folder.resolve("old"), "1 " + "11".repeat(16) + "\n");
    Path both =
        Files.writeString(
            folder.resolve("both"), "2 " + "22".repeat(16) + "\n1 " + "11".repeat(16) + "\n");
    TokenCodec before = new TokenCodec(TokenKeys.read(old));
    TokenCodec after = new TokenCodec(TokenKeys.read(both));
    byte[] text = new byte[TokenCodec.TEXT_LENGTH];
    before.write(token(), text);
    assertEquals(TokenCodec.Result.VALID, after.read(ascii(text), 0, NOW, new Token()));
    after.write(token(), text);
    assertEquals(TokenCodec.Result.FORGED, before.read(ascii(text), 0, NOW, new Token()));
  }

  @Test
  void shouldNameTheLineOfABadKeyFileWithoutItsContents(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), "1 secret\n");
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> TokenKeys.read(file));
    assertTrue(refused.getMessage().contains("line 1"));
    assertTrue(!refused.getMessage().contains("secret"));
  }

  private static Token token() {
    Token token = new Token();
    token.format = 1;
    token.auctionHi = 0x0001_6543_2100_0001L;
    token.auctionLo = 42;
    token.leaseId = 1001;
    token.leaseAmountMicros = 5_000_000;
    token.lineItemId = 1002;
    token.creativeId = 1003;
    token.supplyPartnerId = 1004;
    token.chargeMicros = 2_500;
    token.bidCpmMicros = 2_500_000;
    token.currency = 840;
    token.expirySeconds = NOW + 60;
    token.country = 12345;
    token.deviceType = 2;
    token.dealId = 1005;
    return token;
  }

  private String write(Token token) {
    byte[] text = new byte[TokenCodec.TEXT_LENGTH];
    codec.write(token, text);
    return ascii(text);
  }

  private static String ascii(byte[] text) {
    return new String(text, StandardCharsets.US_ASCII);
  }
}
