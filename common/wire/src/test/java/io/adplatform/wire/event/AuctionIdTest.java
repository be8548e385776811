package io.adplatform.wire.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AuctionIdTest {
  @Property(seed = "2026")
  void shouldBeWrittenAsLowerCaseHexAndReadBack(@ForAll long hi, @ForAll long lo) {
    String text = AuctionId.text(hi, lo);
    assertEquals(HexFormat.of().toHexDigits(hi) + HexFormat.of().toHexDigits(lo), text);
    assertTrue(AuctionId.isText(text));
    assertEquals(hi, AuctionId.parseHi(text));
    assertEquals(lo, AuctionId.parseLo(text));
  }
}
