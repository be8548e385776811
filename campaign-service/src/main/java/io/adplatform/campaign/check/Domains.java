package io.adplatform.campaign.check;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Checks domains and landing pages. */
public final class Domains {
  /** Labels of RFC 1035 in lower case, at least two, the last not a number. */
  private static final Pattern DOMAIN =
      Pattern.compile(
          "(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+"
              + "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private Domains() {}

  /** Whether it is a domain in lower case, internationalised names in their ASCII form. */
  public static boolean isDomain(String text) {
    return DOMAIN.matcher(text).matches();
  }

  /** Checks {@code advertiserDomains}. */
  public static void check(List<String> domains, FieldErrors errors) {
    for (int i = 0; i < domains.size(); i++) {
      errors.require(
          isDomain(domains.get(i)),
          "/advertiserDomains/" + i,
          "must be a domain in lower case, such as acme.example");
    }
  }

  /** Checks that a landing page is an absolute address on one of the domains, or below one. */
  public static void checkLandingPage(String page, List<String> domains, FieldErrors errors) {
    URI uri = parse(page);
    if (uri == null) {
      errors.add(
          "/landingPage",
          "must be an absolute http or https address in ASCII, other characters percent-encoded");
      return;
    }
    String host = uri.getHost().toLowerCase(Locale.ROOT);
    errors.require(
        isAmong(host, domains),
        "/advertiserDomains",
        "must hold the domain of the landing page, " + host);
  }

  /** Whether a host is one of the domains, or below one. */
  public static boolean isAmong(String host, List<String> domains) {
    return domains.stream().anyMatch(domain -> host.equals(domain) || host.endsWith("." + domain));
  }

  /** The host of an absolute http or https address, in lower case; null where it is none. */
  public static String host(String page) {
    URI uri = parse(page);
    return uri == null ? null : uri.getHost().toLowerCase(Locale.ROOT);
  }

  /** Whether the address is https. */
  public static boolean isHttps(String page) {
    return page.regionMatches(true, 0, "https://", 0, "https://".length());
  }

  private static URI parse(String page) {
    try {
      // Macros and braces are common in query strings, and not allowed in a URI: they are set
      // aside.
      int end = page.indexOf('?') >= 0 ? page.indexOf('?') : page.length();
      URI uri = new URI(page.substring(0, end));
      boolean http = "http".equalsIgnoreCase(uri.getScheme()) || isHttps(page);
      boolean plain = page.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '<');
      return http && plain && uri.getHost() != null && uri.getUserInfo() == null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
