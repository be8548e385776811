package io.adplatform.loadtest.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A bid as an SSP reads it, with the addresses that it would fire. */
public record Bid(JsonNode json) {
  /** What an SSP fills into a loss notice: outbid, by a bid of 10.01. */
  public static final int LOSS_REASON = 102;

  public static final long MIN_TO_WIN_CPM_MICROS = 10_010_000;

  private static final Pattern BEACON =
      Pattern.compile("src=[\"'](http[^\"']*/e/imp/[A-Za-z0-9_-]+[^\"']*)[\"']");
  private static final Pattern CLICK =
      Pattern.compile("href=[\"'](http[^\"']*/e/click/[A-Za-z0-9_-]+[^\"']*)[\"']");

  private static final Pattern VIEW =
      Pattern.compile("src=[\"'](http[^\"']*/e/view/[A-Za-z0-9_-]+[^\"']*)[\"']");

  /** The impression beacon in the markup, with the clearing price filled in as an SSP does. */
  public String impression(String price) {
    return filled(find(BEACON), price);
  }

  /** The click address in the markup. */
  public String click() {
    return find(CLICK);
  }

  /** What tells that the ad was viewable. */
  public String view() {
    return find(VIEW);
  }

  /** What the advertiser's page fires, with the token that a click has brought there. */
  public String conversion(String token) {
    return beacon("conv") + token;
  }

  /** The token that stands in the markup. */
  public String token() {
    return click().substring(beacon("click").length());
  }

  private String beacon(String kind) {
    String click = click();
    return click.substring(0, click.indexOf("/e/click/")) + "/e/" + kind + "/";
  }

  /** {@code nurl}, {@code burl} or {@code lurl} with the price filled in. */
  public String notice(String field, String price) {
    return filled(json.path(field).asText(), price);
  }

  /** The auction's id. */
  public String id() {
    return json.path("id").asText();
  }

  private static String filled(String address, String price) {
    return address
        .replace("${AUCTION_PRICE}", price)
        .replace("${AUCTION_LOSS}", Integer.toString(LOSS_REASON))
        .replace("${AUCTION_MIN_TO_WIN}", "10.01");
  }

  private String find(Pattern pattern) {
    Matcher found = pattern.matcher(json.path("adm").asText());
    if (!found.find()) {
      throw new IllegalStateException("no " + pattern + " in " + json);
    }
    return found.group(1).replace("&amp;", "&");
  }
}
