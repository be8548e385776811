package io.adplatform.decision.query;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Bid requests over small sets of values, so that what is asked of them often holds. */
final class RandomRequest {
  static final List<String> COUNTRIES = List.of("USA", "CAN", "DEU", "IND");
  static final List<String> REGIONS = List.of("CA", "HI", "QC", "BE");
  static final List<String> DOMAINS =
      List.of("example.com", "news.example.com", "www.example.org", "Example.NET");
  static final List<String> CATEGORIES = List.of("IAB1", "IAB1-2", "IAB2-3", "IAB7", "IAB7-30");
  static final List<String> LANGUAGES = List.of("en", "de-AT", "FR", "pt_BR");
  static final List<String> KEYS = List.of("topic", "tier", "slot");
  static final List<String> VALUES = List.of("cars", "cats", "1", "2");
  static final List<String> ADVERTISERS =
      List.of("acme.example", "shop.acme.example", "www.acme.example", "other.example");
  static final List<String> MIMES =
      List.of("text/html", "image/png", "application/javascript", "video/mp4", "TEXT/HTML");

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Random random;

  RandomRequest(Random random) {
    this.random = random;
  }

  ObjectNode request() {
    ObjectNode request = JSON.objectNode().put("id", "r");
    if (maybe()) {
      request.set("device", device());
    }
    if (maybe()) {
      ObjectNode user = JSON.objectNode();
      texts(user, "kwarray", List.of("topic=cars", "tier = 2 ", "none", "=x"));
      if (maybe()) {
        user.set("geo", geo());
      }
      data(user);
      request.set("user", user);
    }
    switch (random.nextInt(3)) {
      case 0 -> request.set("site", inventory().put("domain", pick(DOMAINS)));
      case 1 -> {
        ObjectNode site = inventory();
        if (maybe()) {
          site.put(
              "page", "https://" + pick(DOMAINS) + pick(List.of("", "/a.b/c", ":8080/x", "?y")));
        }
        request.set("site", site);
      }
      default -> request.set("app", inventory().put("bundle", pick(List.of("com.a", "com.b"))));
    }
    texts(request, "bcat", CATEGORIES);
    texts(request, "acat", CATEGORIES);
    texts(request, "badv", ADVERTISERS);
    ArrayNode imps = request.putArray("imp");
    do {
      imps.add(imp(imps.size()));
    } while (maybe());
    return request;
  }

  private ObjectNode device() {
    ObjectNode device = JSON.objectNode();
    if (maybe()) {
      device.put("devicetype", random.nextInt(9));
    }
    if (maybe()) {
      device.put("connectiontype", random.nextInt(8));
    }
    if (maybe()) {
      device.put("os", pick(List.of("iOS", "Android", "KaiOS")));
    }
    if (maybe()) {
      ObjectNode sua = device.putObject("sua");
      sua.putArray("browsers").addObject().put("brand", pick(List.of("Firefox", "Google Chrome")));
    }
    if (maybe()) {
      device.put("language", pick(LANGUAGES));
    }
    if (maybe()) {
      device.put("langb", pick(LANGUAGES));
    }
    if (maybe()) {
      device.set("geo", geo());
    }
    return device;
  }

  private ObjectNode geo() {
    ObjectNode geo = JSON.objectNode();
    if (maybe()) {
      geo.put("country", pick(COUNTRIES));
    }
    if (maybe()) {
      String prefix = pick(List.of("", "", "US-", "CAN-"));
      geo.put("region", prefix + pick(REGIONS));
    }
    if (random.nextInt(4) == 0) {
      geo.put("utcoffset", pick(List.of(-600, 0, 330, 5_000)));
    }
    return geo;
  }

  private ObjectNode inventory() {
    ObjectNode inventory = JSON.objectNode();
    for (String name : List.of("cat", "sectioncat", "pagecat")) {
      texts(inventory, name, CATEGORIES);
    }
    if (maybe()) {
      inventory.putObject("publisher").put("id", pick(List.of("p1", "p2")));
    }
    if (maybe()) {
      ObjectNode content = inventory.putObject("content").put("language", pick(LANGUAGES));
      texts(content, "cat", CATEGORIES);
    }
    if (maybe()) {
      inventory.put("keywords", pick(List.of("topic=cats,slot=1", "cars, tier= 1 ,", ",,topic=")));
    }
    data(inventory);
    return inventory;
  }

  private ObjectNode imp(int index) {
    ObjectNode imp = JSON.objectNode().put("id", Integer.toString(index));
    ObjectNode banner = imp.putObject("banner");
    if (maybe()) {
      banner.put("w", 300).put("h", pick(List.of(250, 600)));
    }
    if (maybe()) {
      banner.putArray("format").addObject().put("w", 300).put("h", pick(List.of(250, 600)));
    }
    numbers(banner, "battr");
    numbers(banner, "btype");
    texts(banner, "mimes", MIMES);
    if (maybe()) {
      imp.put("secure", random.nextInt(2));
    }
    if (maybe()) {
      imp.put("instl", random.nextInt(2));
    }
    data(imp);
    return imp;
  }

  private void data(ObjectNode of) {
    if (!maybe()) {
      return;
    }
    ObjectNode data = of.putObject("ext").putObject("data");
    for (String key : KEYS) {
      switch (random.nextInt(4)) {
        case 0 -> data.put(key, pick(VALUES));
        case 1 -> data.put(key, random.nextInt(3));
        case 2 -> data.putArray(key).add(pick(VALUES)).add(random.nextInt(3));
        default -> {
          // Not given.
        }
      }
    }
  }

  private void texts(ObjectNode of, String name, List<String> values) {
    if (random.nextInt(3) == 0) {
      ArrayNode texts = of.putArray(name);
      for (int i = random.nextInt(3); i > 0; i--) {
        texts.add(pick(values));
      }
    }
  }

  private void numbers(ObjectNode of, String name) {
    if (random.nextInt(3) == 0) {
      of.putArray(name).add(random.nextInt(6)).add(random.nextInt(6));
    }
  }

  private boolean maybe() {
    return random.nextBoolean();
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
