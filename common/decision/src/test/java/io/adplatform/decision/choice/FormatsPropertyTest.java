package io.adplatform.decision.choice;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.nativead.NativeRequestReader;
import io.adplatform.wire.nativead.NativeTerms;
import io.adplatform.wire.openrtb.Video;
import io.adplatform.wire.targeting.Targeting;
import io.adplatform.wire.video.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Formats as the chooser and the explanation take them, beside a plain reading of the rules. */
class FormatsPropertyTest {
  private static final int ITEMS = 40;
  private static final List<MediaType> TYPES = List.of(MediaType.MP4, MediaType.WEBM);
  private static final int[] SIDES = {180, 320, 640};

  /** What an imp offers; null formats are not offered. */
  private record Offer(int width, int height, Player player, Asked asked) {}

  private record Player(
      int min,
      int max,
      List<Integer> required,
      List<Integer> protocols,
      List<MediaType> types,
      int width,
      int height,
      int linearity,
      List<Integer> apis,
      List<Integer> blocked) {}

  private record Asked(int titleLength, boolean titleRequired, int minWidth, int dataType) {}

  @Property(seed = "4711", tries = 400)
  void shouldChooseAmongFormatsAsThePlainRulesDo(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Demand demand = new Demand();
    List<Creative> creatives = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      Creative creative = creative(random, 500 + i);
      creatives.add(creative);
      demand.add(creative);
      demand.add(Demand.lineItem(1_000 + i, 1_000_000 + i, Targeting.ANY, creative.id()));
    }
    CatalogueSnapshot snapshot = demand.compile();
    for (int tries = 0; tries < 5; tries++) {
      Offer offer = offer(random);
      AdQuery query = query(offer);
      TreeSet<Long> expected = new TreeSet<>();
      for (int i = 0; i < ITEMS; i++) {
        if (fits(creatives.get(i), offer)) {
          expected.add(1_000L + i);
        }
      }
      TreeSet<Long> explained = new TreeSet<>();
      Explanation.explain(
          snapshot,
          query,
          Demand.NOW,
          1,
          2,
          (item, reason, part) -> {
            if (reason == Reason.NONE || reason == Reason.OUTBID) {
              explained.add(item.id());
            }
          });
      assertEquals(expected, explained, offer.toString());
      Candidates candidates = new Candidates();
      query.maxBids(1);
      int won = new Chooser().choose(snapshot, query, null, Demand.NOW, 1, 2, candidates);
      assertEquals(expected.isEmpty() ? 0 : 1, won, offer.toString());
      if (won > 0) {
        assertEquals(expected.last(), candidates.lineItemId(candidates.winner(0)));
      }
    }
  }

  private static Creative creative(SplittableRandom random, long id) {
    Format format = Format.values()[random.nextInt(3)];
    Creative.Video video = null;
    Creative.NativeAd nativeAd = null;
    int width = SIDES[random.nextInt(3)];
    int height = SIDES[random.nextInt(3)];
    if (format == Format.VIDEO) {
      List<Creative.Media> media = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(2); i++) {
        media.add(
            new Creative.Media(
                TYPES.get(random.nextInt(2)).text(),
                width,
                height,
                0,
                2,
                random.nextInt(3) == 0 ? 2 : 0));
      }
      video = new Creative.Video(5 * (1 + random.nextInt(6)), 2 + random.nextInt(3), null, media);
    } else if (format == Format.NATIVE) {
      nativeAd =
          new Creative.NativeAd(
              "x".repeat(1 + random.nextInt(40)),
              List.of(new Creative.Image(3, "https://a.example/a", width, height, null)),
              random.nextBoolean() ? List.of(new Creative.Data(12, "Go")) : List.of());
    }
    return new Creative(
        id,
        1,
        10,
        "c",
        Status.ACTIVE,
        format,
        width,
        height,
        "<a></a>",
        "https://acme.example/",
        List.of("acme.example"),
        List.of(),
        random.nextBoolean() ? List.of(16) : List.of(),
        true,
        video,
        nativeAd);
  }

  private static Offer offer(SplittableRandom random) {
    Player player = null;
    if (random.nextInt(3) > 0) {
      boolean required = random.nextInt(4) == 0;
      player =
          new Player(
              random.nextInt(15),
              random.nextBoolean() ? 0 : 10 + random.nextInt(25),
              required ? List.of(15, 30) : List.of(),
              random.nextBoolean() ? List.of() : List.of(2, 3),
              random.nextBoolean() ? TYPES : List.of(TYPES.get(random.nextInt(2))),
              random.nextBoolean() ? 0 : SIDES[random.nextInt(3)],
              SIDES[random.nextInt(3)],
              random.nextInt(6) == 0 ? 2 : random.nextInt(2),
              random.nextBoolean() ? List.of(1, 2) : List.of(),
              random.nextBoolean() ? List.of(16) : List.of());
    }
    Asked asked =
        random.nextInt(3) == 0
            ? null
            : new Asked(
                random.nextInt(40),
                random.nextBoolean(),
                random.nextBoolean() ? 0 : 300,
                random.nextBoolean() ? 0 : 12);
    boolean banner = random.nextInt(3) > 0 || player == null && asked == null;
    return new Offer(
        banner ? SIDES[random.nextInt(3)] : 0, SIDES[random.nextInt(3)], player, asked);
  }

  private static AdQuery query(Offer offer) {
    AdQuery query = new AdQuery();
    query.ttlSeconds(60);
    query.floorCpmMicros(1);
    query.addSize(offer.width, offer.height);
    if (offer.player != null) {
      Player player = offer.player;
      Video video = new Video();
      video.offered = true;
      video.minSeconds = player.min;
      video.maxSeconds = player.max;
      player.required.forEach(video.requiredSeconds::add);
      player.protocols.forEach(video.protocols::add);
      video.hasMimes = true;
      player.types.forEach(type -> video.mimes |= type.bit());
      video.width = player.width;
      video.height = player.height;
      video.linearity = player.linearity;
      player.apis.forEach(video.apis::add);
      player.blocked.forEach(video.blockedAttributes::add);
      query.formats().offerVideo(video, 1_800);
    }
    if (offer.asked != null) {
      NativeTerms terms = new NativeTerms();
      byte[] json = json(offer.asked).getBytes(StandardCharsets.UTF_8);
      terms.offered = new NativeRequestReader().read(json, 0, json.length, terms);
      query.formats().offerNative(terms);
    }
    return query;
  }

  private static String json(Asked asked) {
    return "{\"assets\":[{\"id\":1,\"required\":"
        + (asked.titleRequired ? 1 : 0)
        + ",\"title\":{\"len\":"
        + asked.titleLength
        + "}},{\"id\":2,\"required\":1,\"img\":{\"type\":3,\"wmin\":"
        + asked.minWidth
        + "}}"
        + (asked.dataType == 0
            ? ""
            : ",{\"id\":3,\"required\":1,\"data\":{\"type\":" + asked.dataType + "}}")
        + "]}";
  }

  private static boolean fits(Creative creative, Offer offer) {
    return switch (creative.format()) {
      case BANNER -> creative.width() == offer.width && creative.height() == offer.height;
      case VIDEO -> offer.player != null && plays(creative, offer.player);
      case NATIVE -> offer.asked != null && satisfies(creative.nativeAd(), offer.asked);
    };
  }

  private static boolean plays(Creative creative, Player player) {
    int seconds = creative.video().durationSeconds();
    boolean timed =
        player.required.isEmpty()
            ? seconds >= player.min && (player.max == 0 || seconds <= player.max)
            : player.required.contains(seconds);
    boolean spoken =
        player.protocols.isEmpty() || player.protocols.contains(creative.video().protocol());
    boolean blocked = creative.attributes().stream().anyMatch(player.blocked::contains);
    boolean played =
        creative.video().media().stream()
            .anyMatch(
                file ->
                    player.types.contains(MediaType.of(file.mime()))
                        && (file.api() == 0 || player.apis.contains(file.api()))
                        && isOriented(file, player));
    return timed && spoken && !blocked && played && player.linearity != 2;
  }

  private static boolean isOriented(Creative.Media file, Player player) {
    boolean broad = player.width > player.height && file.width() < file.height();
    boolean upright = player.width < player.height && file.width() > file.height();
    return player.width == 0 || !broad && !upright;
  }

  private static boolean satisfies(Creative.NativeAd brought, Asked asked) {
    boolean titled = asked.titleLength == 0 || brought.title().length() <= asked.titleLength;
    return (titled || !asked.titleRequired)
        && brought.images().getFirst().width() >= asked.minWidth
        && (asked.dataType == 0 || !brought.data().isEmpty());
  }
}
