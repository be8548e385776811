package io.adplatform.wire.privacy;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a bid request a partner may be configured not to see, as paths of member names from the
 * request's root (OpenRTB 2.6, section 3.2): an object and a member of it. A member is taken out
 * with all that is in it; {@code user.eids} in its place of 2.5 ({@code user.ext.eids}), too. What
 * auctions, billing and consent stand on cannot be taken out.
 */
public final class RedactablePath {
  /** All of them, in order. */
  public static final Set<String> ALL = all();

  /** Members without which an answer cannot be judged, or the partner would break the law. */
  private static final Set<String> NEEDED =
      Set.of("id", "imp", "site", "app", "dooh", "device", "user", "at", "cur", "tmax", "test");

  private static final Set<String> BINDING =
      Set.of("bcat", "badv", "bapp", "cattax", "wseat", "bseat", "wlang", "wlangb", "acat");

  private RedactablePath() {}

  private static Set<String> all() {
    Set<String> paths = new TreeSet<>();
    add(paths, "user", "id", "buyeruid", "eids", "data", "keywords", "kwarray", "customdata");
    add(paths, "user", "yob", "gender", "geo");
    add(paths, "device", "ifa", "ip", "ipv6", "geo", "ua", "sua", "didsha1", "didmd5", "dpidsha1");
    add(paths, "device", "dpidmd5", "macsha1", "macmd5", "language", "langb", "carrier", "mccmnc");
    add(paths, "device", "make", "model", "hwv", "osv", "connectiontype");
    add(paths, "site", "id", "name", "domain", "page", "ref", "search", "keywords", "kwarray");
    add(paths, "site", "publisher", "content");
    add(paths, "app", "id", "name", "bundle", "domain", "storeurl", "ver", "keywords", "kwarray");
    add(paths, "app", "publisher", "content");
    add(paths, "dooh", "id", "name", "domain", "keywords", "kwarray", "publisher", "content");
    return Collections.unmodifiableSet(paths);
  }

  private static void add(Set<String> paths, String object, String... members) {
    for (String member : members) {
      paths.add(object + "." + member);
    }
  }

  /**
   * Why a path cannot be taken out of requests.
   *
   * @return null where it can
   */
  public static String fault(String path) {
    if (ALL.contains(path)) {
      return null;
    }
    String root = path.contains(".") ? path.substring(0, path.indexOf('.')) : path;
    if (path.equals(root) && NEEDED.contains(root) || root.equals("imp")) {
      return "cannot be left out: without it no partner can bid";
    }
    if (root.equals("regs") || path.startsWith("user.consent") || path.startsWith("user.ext")) {
      return "cannot be left out: the partner must see what consent allows it";
    }
    if (root.equals("source")) {
      return "cannot be left out: partners check the supply chain";
    }
    if (BINDING.contains(root)) {
      return "cannot be left out: bids are held to it";
    }
    return "is not a field that can be left out, such as device.ifa or user.buyeruid";
  }
}
