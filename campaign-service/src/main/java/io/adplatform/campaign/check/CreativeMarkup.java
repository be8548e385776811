package io.adplatform.campaign.check;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks what a creative shows. */
public final class CreativeMarkup {
  /** What a bid response can carry without outgrowing the buffers of exchanges. */
  public static final int MAX_BYTES = 65_536;

  /** The links of anchors lead away and load nothing. */
  private static final Pattern ANCHOR = Pattern.compile("(?i)<a\\s[^<>]*>");

  /** Where an anchor leads, where that is an absolute address. */
  private static final Pattern LINK =
      Pattern.compile("(?i)<a\\s[^<>]*?\\bhref\\s*=\\s*[\"']?\\s*(https?://[^\"'\\s<>]*)");

  /** An address over plain http, also in a script's string with escaped slashes. */
  private static final Pattern PLAIN_HTTP = Pattern.compile("(?i)http:\\\\?/\\\\?/");

  private static final Pattern CATEGORY =
      Pattern.compile("IAB(?:[1-9]|1[0-9]|2[0-6])(?:-[1-9][0-9]?)?");

  private CreativeMarkup() {}

  /** Checks the size in bytes, and that there is something in it. */
  public static void check(String markup, FieldErrors errors) {
    errors.require(
        markup.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES,
        "/markup",
        "must have at most " + MAX_BYTES + " bytes of UTF-8");
    errors.require(markup.indexOf('\0') < 0, "/markup", "must not hold a zero byte");
    errors.require(Names.isVisible(markup), "/markup", "must not be blank");
  }

  /** Checks that anchors lead to the advertiser's domains, or through the click beacon. */
  public static void checkLinks(String markup, List<String> domains, FieldErrors errors) {
    Matcher links = LINK.matcher(markup);
    while (links.find()) {
      String host = Domains.host(links.group(1).replace("&amp;", "&"));
      if (host != null && !Domains.isAmong(host, domains)) {
        int line =
            1 + (int) markup.substring(0, links.start()).chars().filter(c -> c == '\n').count();
        int column = links.start() - markup.lastIndexOf('\n', links.start());
        errors.add(
            "/markup",
            "a link leads to %s, which advertiserDomains do not declare (line %d, column %d)"
                .formatted(host, line, column));
      }
    }
  }

  /** Whether it loads nothing over plain http and leads to https. */
  public static boolean isSecure(String markup, String landingPage) {
    String loads = ANCHOR.matcher(markup).replaceAll("");
    return Domains.isHttps(landingPage) && !PLAIN_HTTP.matcher(loads).find();
  }

  /** Whether it is a content category of IAB's first taxonomy. */
  static boolean isCategory(String text) {
    return CATEGORY.matcher(text).matches();
  }

  /** Checks {@code categories}. */
  public static void checkCategories(List<String> categories, FieldErrors errors) {
    for (int i = 0; i < categories.size(); i++) {
      errors.require(
          isCategory(categories.get(i)),
          "/categories/" + i,
          "must be an IAB category, such as IAB1 or IAB1-2");
    }
  }
}
