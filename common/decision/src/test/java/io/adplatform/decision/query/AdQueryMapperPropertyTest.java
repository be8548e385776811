package io.adplatform.decision.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.decision.catalogue.CatalogueCompiler;
import io.adplatform.decision.catalogue.CatalogueSnapshot;
import io.adplatform.decision.catalogue.CreativeCompiler;
import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.decision.targeting.CreativeTraits;
import io.adplatform.decision.targeting.NaiveMatcher;
import io.adplatform.wire.catalogue.Advertiser;
import io.adplatform.wire.catalogue.BillableEvent;
import io.adplatform.wire.catalogue.Budget;
import io.adplatform.wire.catalogue.Campaign;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.CatalogueKey;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.LineItem;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.catalogue.SupplyPartner;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.json.ReadFailure;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.OpenRtbReader;
import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Targeting;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The mapper beside a naive reading of the request's tree. */
class AdQueryMapperPropertyTest {
  private static final SupplyPartner PARTNER =
      new SupplyPartner(
          7, 1, "ssp", "SSP", Status.ACTIVE, 300, BillableEvent.BEACON, 250, 1000, 1, 1.0, false);
  private static final Instant NOW = Instant.parse("2026-07-05T22:47:00Z");

  /** By AdCOM's numbers, what targeting calls devices and connections; null is unknown. */
  private static final String[] DEVICES = {
    null,
    "MOBILE",
    "DESKTOP",
    "CONNECTED_TV",
    "PHONE",
    "TABLET",
    "CONNECTED_DEVICE",
    "SET_TOP_BOX",
    "OUT_OF_HOME"
  };

  private static final String[] CONNECTIONS = {
    null, "ETHERNET", "WIFI", "CELLULAR", "CELLULAR_2G", "CELLULAR_3G", "CELLULAR_4G", "CELLULAR_5G"
  };

  private static final List<String> MARKUPS =
      List.of(
          "<a href=\"x\"><img src=\"https://acme.example/a.png\"></a>",
          "<script src=\"https://acme.example/a.js\"></script>",
          "<iframe src=\"https://acme.example/\"></iframe>",
          "<a href=\"x\">Buy</a>");

  private final OpenRtbReader reader = new OpenRtbReader();
  private final BidRequest request = new BidRequest();
  private final AdQuery query = new AdQuery();
  private final AdQueryMapper mapper = new AdQueryMapper(true, "house");

  /** Whose creatives the requests are held against: of the rest of their blocks it keeps none. */
  private final CatalogueSnapshot catalogue = catalogue(creatives(MARKUPS.getFirst()));

  @Property(seed = "2026", tries = 1_000)
  void shouldMapWhatATreeOfTheSameBytesHolds(@ForAll Random random) {
    ObjectNode tree = new RandomRequest(random).request();
    byte[] body = tree.toString().getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    assertEquals(ReadFailure.NONE, reader.read(request));
    Reason reason = mapper.begin(request, PARTNER, catalogue, NOW.toEpochMilli(), query);
    assertEquals(Reason.NONE, reason);
    for (int i = 0; i < request.impCount(); i++) {
      JsonNode imp = tree.get("imp").get(i);
      assertEquals(Reason.NONE, mapper.imp(request, request.imp(i), query));
      checkTargeting(tree, imp);
      checkTime(tree);
      checkTerms(tree, imp);
      for (String markup : MARKUPS) {
        for (Creative creative : creatives(markup)) {
          String where = creative + " for imp " + i + " of " + tree;
          assertEquals(
              refusal(tree, imp, creative), new CreativeTraits(creative).refusedBy(query), where);
        }
      }
    }
  }

  private void checkTargeting(JsonNode tree, JsonNode imp) {
    JsonNode device = tree.path("device");
    JsonNode inventory = inventory(tree);
    String country = country(tree);
    String region = region(tree);
    check(tree, Attribute.COUNTRY, RandomRequest.COUNTRIES, value -> value.equals(country));
    List<String> regions =
        RandomRequest.REGIONS.stream()
            .flatMap(code -> RandomRequest.COUNTRIES.stream().map(of -> of + "/" + code))
            .toList();
    check(tree, Attribute.REGION, regions, value -> value.equals(country + "/" + region));
    String kind = DEVICES[device.path("devicetype").asInt(0)];
    check(
        tree,
        Attribute.DEVICE_TYPE,
        present(DEVICES),
        value ->
            value.equals(kind)
                || (value.equals("MOBILE") && ("PHONE".equals(kind) || "TABLET".equals(kind))));
    String connection = CONNECTIONS[device.path("connectiontype").asInt(0)];
    check(
        tree,
        Attribute.CONNECTION,
        present(CONNECTIONS),
        value ->
            value.equals(connection)
                || (value.equals("CELLULAR")
                    && connection != null
                    && connection.startsWith("CELLULAR")));
    check(
        tree,
        Attribute.OPERATING_SYSTEM,
        List.of("ios", "android", "kaios"),
        value -> value.equals(device.path("os").asText().toLowerCase(Locale.ROOT)));
    String brand = device.path("sua").path("browsers").path(0).path("brand").asText();
    check(
        tree,
        Attribute.BROWSER,
        List.of("firefox", "chrome"),
        value -> !tree.has("app") && brand.toLowerCase(Locale.ROOT).endsWith(value));
    check(
        tree,
        Attribute.PUBLISHER,
        List.of("p1", "p2"),
        value -> value.equals(inventory.path("publisher").path("id").asText()));
    check(
        tree,
        Attribute.APP,
        List.of("com.a", "com.b"),
        value -> value.equals(tree.path("app").path("bundle").asText()));
    String site = site(tree.path("site"));
    check(
        tree,
        Attribute.SITE,
        List.of("example.com", "news.example.com", "example.org", "example.net", "com"),
        value -> site.equals(value) || site.endsWith("." + value));
    check(
        tree,
        Attribute.CATEGORY,
        RandomRequest.CATEGORIES,
        value ->
            Stream.of(
                    inventory.path("cat"),
                    inventory.path("sectioncat"),
                    inventory.path("pagecat"),
                    inventory.path("content").path("cat"))
                .flatMap(AdQueryMapperPropertyTest::texts)
                .anyMatch(own -> isOrIsBelow(own, value)));
    check(
        tree,
        Attribute.LANGUAGE,
        List.of("en", "de", "fr", "pt"),
        value ->
            Stream.of(
                    device.path("language"),
                    device.path("langb"),
                    inventory.path("content").path("language"))
                .anyMatch(
                    tag -> tag.asText().split("[-_]")[0].toLowerCase(Locale.ROOT).equals(value)));
    Set<String> pairs = pairs(tree, imp);
    List<String> asked = new ArrayList<>(List.of("topic=", "none=", "=x"));
    for (String key : RandomRequest.KEYS) {
      RandomRequest.VALUES.forEach(value -> asked.add(key + "=" + value));
    }
    check(tree, Attribute.KEY_VALUE, asked, pairs::contains);
    Set<String> sizes = sizes(imp);
    check(tree, Attribute.SIZE, List.of("300x250", "300x600"), sizes::contains);
  }

  private void check(
      JsonNode tree, Attribute attribute, List<String> values, Predicate<String> expected) {
    NaiveMatcher matcher = new NaiveMatcher(query);
    for (String value : values) {
      Targeting targeting =
          new Targeting(Map.of(attribute.text(), List.of(value)), Map.of(), List.of());
      assertEquals(
          expected.test(value),
          matcher.firstMismatch(targeting) == null,
          () -> attribute + " " + value + " of " + tree);
    }
  }

  private void checkTime(JsonNode tree) {
    ZoneId zone = zone(tree);
    int expected = AdQuery.UNKNOWN_MINUTE;
    if (zone != null) {
      ZonedDateTime local = NOW.atZone(zone);
      expected =
          24 * 60 * (local.getDayOfWeek().getValue() - 1)
              + 60 * local.getHour()
              + local.getMinute();
    }
    assertEquals(expected, query.minuteOfWeek(), tree::toString);
  }

  private void checkTerms(JsonNode tree, JsonNode imp) {
    int ttl = tree.has("app") ? 300 : 60;
    assertEquals(imp.path("instl").asInt() == 1 ? 1_800 : ttl, query.ttlSeconds());
    assertEquals(imp.path("secure").asInt() == 1, query.secureRequired());
    assertEquals(PARTNER.marginBasisPoints(), query.marginBasisPoints());
  }

  private static CatalogueSnapshot catalogue(List<Creative> creatives) {
    CatalogueCompiler compiler = new CatalogueCompiler(CreativeCompiler.NONE);
    List<CatalogueEntity> entities = new ArrayList<>(creatives);
    entities.add(new Advertiser(1, 1, "Acme", "USD", "UTC"));
    entities.add(new Campaign(1, 1, 1, "Sale", Status.ACTIVE, null, null, Budget.UNBOUNDED));
    entities.add(
        new LineItem(
            1,
            1,
            1,
            1,
            "Line item",
            Status.ACTIVE,
            1_000_000,
            creatives.stream().map(Creative::id).toList(),
            Budget.UNBOUNDED,
            null,
            null,
            Targeting.ANY));
    for (int i = 0; i < entities.size(); i++) {
      compiler.apply(CatalogueKey.of(entities.get(i)), entities.get(i), i + 1);
    }
    return compiler.compile(NOW.toEpochMilli());
  }

  private static List<Creative> creatives(String markup) {
    return List.of(
        creative(1, markup, "acme.example", List.of("IAB7-30"), List.of(1), true),
        creative(2, markup, "shop.acme.example", List.of("IAB1", "IAB2-3"), List.of(3, 4), false),
        creative(3, markup, "free.example", List.of(), List.of(), true));
  }

  private static Creative creative(
      long id,
      String markup,
      String domain,
      List<String> categories,
      List<Integer> attributes,
      boolean secure) {
    return new Creative(
        id,
        1,
        1,
        "Banner",
        Status.ACTIVE,
        Format.BANNER,
        300,
        250,
        markup,
        "https://acme.example/",
        List.of(domain),
        categories,
        attributes,
        secure);
  }

  private static Reason refusal(JsonNode tree, JsonNode imp, Creative creative) {
    JsonNode banner = imp.get("banner");
    if (!sizes(imp).contains("300x250")) {
      return Reason.SIZE;
    }
    if (texts(tree.path("bcat"))
        .anyMatch(
            blocked -> creative.categories().stream().anyMatch(own -> isOrIsBelow(own, blocked)))) {
      return Reason.BLOCKED_CATEGORY;
    }
    String domain = creative.advertiserDomains().getFirst();
    if (texts(tree.path("badv"))
        .map(blocked -> blocked.replaceFirst("^www\\.", ""))
        .anyMatch(blocked -> domain.equals(blocked) || domain.endsWith("." + blocked))) {
      return Reason.BLOCKED_ADVERTISER;
    }
    if (texts(banner.path("battr"))
        .anyMatch(a -> creative.attributes().contains(Integer.valueOf(a)))) {
      return Reason.BLOCKED_ATTRIBUTE;
    }
    if (imp.path("secure").asInt() == 1 && !creative.secure()) {
      return Reason.CREATIVE_INSECURE;
    }
    List<String> allowed = texts(tree.path("acat")).toList();
    boolean all =
        creative.categories().stream()
            .allMatch(own -> allowed.stream().anyMatch(category -> isOrIsBelow(own, category)));
    if (!allowed.isEmpty() && (creative.categories().isEmpty() || !all)) {
      return Reason.CATEGORY_NOT_ALLOWED;
    }
    int kind =
        IntStream.of(2, 3, 4, 1).skip(MARKUPS.indexOf(creative.markup())).findFirst().orElse(0);
    if (texts(banner.path("btype")).anyMatch(type -> type.equals(Integer.toString(kind)))) {
      return Reason.BLOCKED_TYPE;
    }
    List<String> mimes = texts(banner.path("mimes")).toList();
    boolean admitted =
        mimes.isEmpty()
            || mimes.stream().anyMatch("text/html"::equalsIgnoreCase)
            || (kind == 3 && mimes.contains("application/javascript"))
            || (kind == 2 && mimes.contains("image/png"));
    return admitted ? Reason.NONE : Reason.MIME_NOT_OFFERED;
  }

  private static JsonNode inventory(JsonNode tree) {
    return tree.has("site") ? tree.get("site") : tree.path("app");
  }

  /** The geo that names the country: the device's, else the user's. */
  private static JsonNode geo(JsonNode tree) {
    JsonNode device = tree.path("device").path("geo");
    return device.has("country") ? device : tree.path("user").path("geo");
  }

  private static String country(JsonNode tree) {
    return geo(tree).path("country").asText(null);
  }

  /** Without its country; null where it is unknown or another country's. */
  private static String region(JsonNode tree) {
    String region = geo(tree).path("region").asText(null);
    String country = country(tree);
    if (region == null || country == null || !region.contains("-")) {
      return country == null ? null : region;
    }
    String[] parts = region.split("-");
    return country.equals("US".equals(parts[0]) ? "USA" : parts[0]) ? parts[1] : null;
  }

  private static ZoneId zone(JsonNode tree) {
    for (String of : List.of("device", "user")) {
      JsonNode offset = tree.path(of).path("geo").path("utcoffset");
      if (offset.isInt() && Math.abs(offset.asInt()) <= 14 * 60) {
        return ZoneOffset.ofTotalSeconds(60 * offset.asInt());
      }
    }
    if (country(tree) == null) {
      return null;
    }
    return switch (country(tree) + " " + region(tree)) {
      case "USA CA" -> ZoneId.of("America/Los_Angeles");
      case "USA HI" -> ZoneId.of("Pacific/Honolulu");
      case String place when place.startsWith("USA") -> ZoneId.of("America/New_York");
      case String place when place.startsWith("CAN") -> ZoneId.of("America/Toronto");
      case String place when place.startsWith("DEU") -> ZoneId.of("Europe/Berlin");
      default -> ZoneId.of("Asia/Kolkata");
    };
  }

  /** In lower case without www; empty where there is none. */
  private static String site(JsonNode site) {
    String host = site.path("domain").asText();
    if (host.isEmpty() && site.has("page")) {
      host = URI.create(site.get("page").asText()).getHost();
    }
    return host.toLowerCase(Locale.ROOT).replaceFirst("^www\\.", "");
  }

  private static Set<String> sizes(JsonNode imp) {
    Set<String> sizes = new HashSet<>();
    JsonNode banner = imp.get("banner");
    for (JsonNode size : List.of(banner, banner.path("format").path(0))) {
      if (size.has("w")) {
        sizes.add(size.get("w").asInt() + "x" + size.get("h").asInt());
      }
    }
    return sizes;
  }

  private static Set<String> pairs(JsonNode tree, JsonNode imp) {
    Set<String> pairs = new HashSet<>();
    JsonNode user = tree.path("user");
    for (JsonNode of : List.of(inventory(tree), user, imp)) {
      JsonNode data = of.path("ext").path("data");
      data.properties()
          .forEach(
              entry -> {
                JsonNode value = entry.getValue();
                (value.isArray() ? texts(value) : Stream.of(value.asText()))
                    .forEach(text -> pairs.add(entry.getKey() + "=" + text));
              });
    }
    Stream.concat(Stream.of(inventory(tree).path("keywords").asText()), texts(user.path("kwarray")))
        .flatMap(list -> Stream.of(list.split(",")))
        .filter(word -> word.indexOf('=') > 0)
        .forEach(word -> pairs.add(word.replace(" ", "")));
    return pairs;
  }

  private static boolean isOrIsBelow(String category, String above) {
    return category.equals(above) || category.startsWith(above + "-");
  }

  private static Stream<String> texts(JsonNode list) {
    return list instanceof MissingNode
        ? Stream.empty()
        : StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText);
  }

  private static List<String> present(String[] names) {
    return Stream.of(names).filter(name -> name != null).toList();
  }
}
