package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.DemandPartner;
import io.vertx.core.json.JsonObject;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * {@code endpoint} and {@code endpoints} of demand partners: where they are asked. Addresses of
 * one's own network are allowed, for partners may live there; those of one's own link, where
 * machines tell their secrets, are not.
 */
public final class EndpointForm {
  /** What address fields of clouds' machines and the like are refused with. */
  public static final String LINK_LOCAL =
      "leads to an address of this machine's own link, or of no machine: no partner lives there";

  private static final int MAX_LENGTH = 2_048;
  private static final int MAX_PORT = 65_535;

  /** Printable ASCII without what has no place in an address, and without macros. */
  private static final Pattern PLAIN = Pattern.compile("[!#-;=?-\\[\\]_a-z~]+");

  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

  /** Labels in lower or upper case; a single one, such as {@code localhost}, is a host as well. */
  private static final Pattern HOST =
      Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\\.[A-Za-z0-9_-]{1,63})*");

  private EndpointForm() {}

  /** Reads both: by region, {@link DemandPartner#ANY_REGION} for {@code endpoint}. */
  public static Map<String, String> read(JsonObject body, PartnerTerms terms, FieldErrors errors) {
    Map<String, String> urls = new TreeMap<>();
    String any = body.getString("endpoint");
    check(any, "/endpoint", errors);
    urls.put(DemandPartner.ANY_REGION, any);
    JsonObject regional = body.getJsonObject("endpoints", new JsonObject());
    for (String region : regional.fieldNames()) {
      String at = "/endpoints/" + region;
      errors.require(
          terms.regions().contains(region),
          at,
          terms.regions().isEmpty()
              ? "is no region: the setting regions names none"
              : "is no region; there are " + new TreeSet<>(terms.regions()));
      String url = regional.getString(region);
      check(url, at, errors);
      if (PartnerTerms.isRegion(region)) {
        urls.put(region, url);
      }
    }
    return urls;
  }

  /** Writes both. */
  public static void write(Map<String, String> urls, JsonObject json) {
    json.put("endpoint", urls.get(DemandPartner.ANY_REGION)).put("endpoints", regional(urls));
  }

  /** All but the one for any region. */
  public static JsonObject regional(Map<String, String> urls) {
    JsonObject json = new JsonObject();
    urls.forEach(
        (region, url) -> {
          if (!region.equals(DemandPartner.ANY_REGION)) {
            json.put(region, url);
          }
        });
    return json;
  }

  /** Scheme, host and port of each: who gets what is sent. */
  public static Set<String> origins(Map<String, String> urls) {
    Set<String> origins = new TreeSet<>();
    for (String url : urls.values()) {
      URI uri = URI.create(url);
      origins.add(
          (uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort()).toLowerCase(Locale.ROOT));
    }
    return origins;
  }

  /** Whether nobody but this machine or its link answers there, or everybody does. */
  public static boolean isLinkLocal(InetAddress address) {
    return address.isLinkLocalAddress()
        || address.isMulticastAddress()
        || address.isAnyLocalAddress()
        // What embeds an IPv4 address is judged by that.
        || address instanceof Inet6Address six
            && six.isIPv4CompatibleAddress()
            && !six.isLoopbackAddress();
  }

  private static void check(String url, String at, FieldErrors errors) {
    String fault = fault(url);
    if (fault != null) {
      errors.add(at, fault);
    }
  }

  /** What is wrong with an address, or null. */
  private static String fault(String url) {
    if (url.length() > MAX_LENGTH) {
      return "must have at most " + MAX_LENGTH + " characters";
    }
    URI uri;
    try {
      uri = PLAIN.matcher(url).matches() ? new URI(url) : null;
    } catch (URISyntaxException e) {
      uri = null;
    }
    boolean http =
        uri != null
            && ("http".equalsIgnoreCase(uri.getScheme())
                || "https".equalsIgnoreCase(uri.getScheme()));
    if (!http || uri.getRawAuthority() == null) {
      return "must be an absolute http or https address in ASCII, other characters"
          + " percent-encoded, without macros";
    }
    if (uri.getRawAuthority().contains("@")) {
      return "must not hold credentials: they belong into authHeader";
    }
    if (uri.getRawFragment() != null) {
      return "must not have a fragment, which no server sees";
    }
    if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
      return "must name a host, and no port or one of 1 to " + MAX_PORT;
    }
    return hostFault(uri.getHost());
  }

  private static String hostFault(String host) {
    boolean literal = host.startsWith("[") || IPV4.matcher(host).matches();
    if (!literal) {
      boolean number = host.matches("[0-9.]+|0[xX][0-9a-fA-F.xX]+");
      return HOST.matcher(host).matches() && !number ? null : "must name a host";
    }
    try {
      // Literals are not looked up.
      return isLinkLocal(InetAddress.getByName(host)) ? LINK_LOCAL : null;
    } catch (UnknownHostException e) {
      return "must name a host";
    }
  }
}
