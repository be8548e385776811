package io.adplatform.analytics.notice;

import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.DemandPartner;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.LongFunction;

/**
 * Where notices may go. Their URLs come from partners' answers, so that one could have us call what
 * only our own network reaches: hosts with an address that is not of the public internet are
 * refused, but for those (host and port) under which the operator has configured that partner.
 * Thread-safe; may block on name resolution.
 */
final class NoticeTargets {
  private static final int DELETE = 0x7f;
  private static final int HTTP_PORT = 80;
  private static final int HTTPS_PORT = 443;

  private final LongFunction<CatalogueEntity> entities;

  /**
   * @param entities of the catalogue as it is now, by id; null where there is none
   */
  NoticeTargets(LongFunction<CatalogueEntity> entities) {
    this.entities = entities;
  }

  /**
   * The address of a notice.
   *
   * @throws IllegalArgumentException where it is not an absolute http or https URL, or leads to
   *     where notices do not go
   * @throws UnknownHostException where its host has no address now
   */
  URI check(String url, long demandPartnerId) throws UnknownHostException {
    URI uri = URI.create(escaped(url));
    String scheme = uri.getScheme();
    boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
    if (!web || uri.getHost() == null || uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("not an http or https URL");
    }
    if (!isConfigured(uri, demandPartnerId)) {
      for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
        if (!isPublic(address)) {
          throw new IllegalArgumentException("not an address of the public internet");
        }
      }
    }
    return uri;
  }

  /** Encodes what may not stand in a URL, such as the braces of a macro that nobody fills in. */
  private static String escaped(String url) {
    StringBuilder escaped = new StringBuilder(url.length());
    for (byte b : url.getBytes(StandardCharsets.UTF_8)) {
      if (b > ' ' && b < DELETE && "\"<>\\^`{|}".indexOf(b) < 0) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  private boolean isConfigured(URI uri, long demandPartnerId) {
    if (!(entities.apply(demandPartnerId) instanceof DemandPartner partner)) {
      return false;
    }
    for (String endpoint : partner.endpoint().urls().values()) {
      URI configured = URI.create(endpoint);
      if (uri.getHost().equalsIgnoreCase(configured.getHost()) && port(uri) == port(configured)) {
        return true;
      }
    }
    return false;
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? HTTPS_PORT : HTTP_PORT;
  }

  /** RFC 6890 and its registries: what is not loopback, private, link-local, shared or reserved. */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    int first = bytes[0] & 0xff;
    int second = bytes[1] & 0xff;
    if (address instanceof Inet6Address) {
      // Global unicast is 2000::/3; 2002::/16 (6to4) and 2001::/32 (Teredo) carry IPv4 addresses.
      boolean carriesIpv4 =
          first == 0x20 && (second == 2 || second == 1 && bytes[2] == 0 && bytes[3] == 0);
      return (first & 0xe0) == 0x20 && !carriesIpv4;
    }
    boolean shared = first == 100 && (second & 0xc0) == 64;
    boolean protocols = first == 192 && second == 0 && (bytes[2] == 0 || bytes[2] == 2);
    boolean benchmarks = first == 198 && (second & 0xfe) == 18;
    return first != 0 && first < 240 && !shared && !protocols && !benchmarks;
  }
}
