package io.adplatform.decision.targeting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BlockableTextsPropertyTest {
  private static final List<String> DOMAINS =
      List.of("acme.example", "shop.acme.example", "Ford.example", "a.b.c.d.example", "x.io");
  private static final List<String> BLOCKED_DOMAINS =
      List.of(
          "acme.example",
          "ACME.Example",
          "example",
          "www.ford.example",
          "c.d.example",
          "acme.exampl",
          "acme.example.org",
          "acmf.example",
          "io",
          "");
  private static final List<String> CATEGORIES = List.of("IAB1", "IAB1-2", "IAB11-24", "IAB7-3");
  private static final List<String> BLOCKED_CATEGORIES =
      List.of("IAB1", "iab1-2", "IAB11", "IAB7", "IAB7-30", "IAB", "IAB11-2", "acme.example", "");

  @Property(seed = "2026", tries = 2_000)
  void shouldRefuseTheSameWhetherBlocksAreSiftedOrNot(@ForAll Random random) {
    CreativeTraits[] creatives = new CreativeTraits[1 + random.nextInt(3)];
    for (int i = 0; i < creatives.length; i++) {
      creatives[i] = new CreativeTraits(creative(some(DOMAINS, random), some(CATEGORIES, random)));
    }
    AdQuery whole = query(null);
    AdQuery sifted = query(new BlockableTexts(creatives));
    List<String> domains = some(BLOCKED_DOMAINS, random);
    List<String> categories = some(BLOCKED_CATEGORIES, random);
    for (AdQuery query : List.of(whole, sifted)) {
      domains.forEach(text -> query.addBlockedAdvertiser(bytes(text), 2, text.length()));
      categories.forEach(text -> query.addBlockedCategory(bytes(text), 2, text.length()));
    }
    for (CreativeTraits creative : creatives) {
      assertEquals(
          creative.refusedBy(whole), creative.refusedBy(sifted), () -> domains + " " + categories);
    }
  }

  @Test
  void shouldKeepNothingOfWhatNoCreativeHas() {
    CreativeTraits creative = new CreativeTraits(creative(List.of("acme.example"), List.of()));
    AdQuery query = query(new BlockableTexts(new CreativeTraits[] {creative}));
    for (int i = 0; i < 1_000; i++) {
      String text = "blocked-" + i + ".example";
      query.addBlockedAdvertiser(bytes(text), 2, text.length());
      String category = "IAB7-" + i;
      query.addBlockedCategory(bytes(category), 2, category.length());
    }
    assertTrue(query.blockedTexts().isEmpty());
    String own = "Acme.Example";
    query.addBlockedCategory(bytes(own), 2, own.length());
    assertTrue(query.blockedTexts().isEmpty());
    query.addBlockedAdvertiser(bytes(own), 2, own.length());
    assertFalse(query.blockedTexts().isEmpty());
    assertEquals(Reason.BLOCKED_ADVERTISER, creative.refusedBy(query));
  }

  private static AdQuery query(BlockableTexts blockable) {
    AdQuery query = new AdQuery();
    query.addSize(300, 250);
    query.blockableTexts(blockable);
    return query;
  }

  /** A text with two other bytes before it. */
  private static byte[] bytes(String text) {
    return ("..." + text).substring(1).getBytes(StandardCharsets.US_ASCII);
  }

  private static List<String> some(List<String> texts, Random random) {
    List<String> chosen = new ArrayList<>();
    while (random.nextInt(3) > 0) {
      String text = texts.get(random.nextInt(texts.size()));
      chosen.add(random.nextInt(4) == 0 ? text.toLowerCase(Locale.ROOT) : text);
    }
    return chosen;
  }

  private static Creative creative(List<String> domains, List<String> categories) {
    return new Creative(
        1,
        1,
        1,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        "<a></a>",
        "https://acme.example/",
        domains,
        categories,
        List.of(),
        true);
  }
}
