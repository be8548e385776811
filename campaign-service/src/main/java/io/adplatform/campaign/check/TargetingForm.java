package io.adplatform.campaign.check;

import io.adplatform.wire.targeting.Attribute;
import io.adplatform.wire.targeting.Connection;
import io.adplatform.wire.targeting.Daypart;
import io.adplatform.wire.targeting.DeviceType;
import io.adplatform.wire.targeting.Targeting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads, checks and writes {@code targeting}. */
public final class TargetingForm {
  private static final Set<String> COUNTRIES =
      Locale.getISOCountries(Locale.IsoCountryCode.PART1_ALPHA3);

  private static final Pattern REGION = Pattern.compile("([A-Z]{3})/[A-Z0-9]{1,3}");
  private static final Pattern SOFTWARE = Pattern.compile("[a-z0-9](?:[a-z0-9 ._-]{0,63})");
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,4})");
  private static final Pattern VISIBLE = Pattern.compile("[^\\s\\p{Cntrl}]{1,256}");
  private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}");
  private static final Pattern KEY_VALUE =
      Pattern.compile("[^=\\s\\p{Cntrl}]{1,64}=[^\\p{Cntrl}]+");
  private static final int MAX_PIXELS = 10_000;

  /** Thousands of sites; every auction node holds all of it. */
  private static final int MAX_BYTES = 256 * 1024;

  private TargetingForm() {}

  /** Reads {@code targeting} of a body; every request where it is not there. */
  public static Targeting read(JsonObject body, FieldErrors errors) {
    JsonObject json = body.getJsonObject("targeting");
    if (json == null) {
      return Targeting.ANY;
    }
    Targeting targeting =
        new Targeting(
            attributes(json, "include", errors),
            attributes(json, "exclude", errors),
            dayparts(json.getJsonArray("dayparts"), errors));
    errors.require(
        toJson(targeting).toBuffer().length() <= MAX_BYTES,
        "/targeting",
        "must have at most " + MAX_BYTES + " bytes of JSON");
    return targeting;
  }

  private static Map<String, List<String>> attributes(
      JsonObject json, String part, FieldErrors errors) {
    JsonObject given = json.getJsonObject(part);
    Map<String, List<String>> read = new LinkedHashMap<>();
    if (given != null) {
      for (Attribute attribute : Attribute.values()) {
        JsonArray values = given.getJsonArray(attribute.text());
        if (values != null) {
          String at = "/targeting/" + part + "/" + attribute.text();
          read.put(attribute.text(), values(attribute, values, at, errors));
        }
      }
    }
    return read;
  }

  private static List<String> values(
      Attribute attribute, JsonArray values, String at, FieldErrors errors) {
    Set<String> distinct = new LinkedHashSet<>();
    for (int i = 0; i < values.size(); i++) {
      String value = values.getString(i);
      String wrong = fault(attribute, value);
      if (wrong != null) {
        errors.add(at + "/" + i, wrong);
      }
      distinct.add(value);
    }
    return List.copyOf(distinct);
  }

  /** What is wrong with a value, or null. */
  private static String fault(Attribute attribute, String value) {
    return switch (attribute) {
      case COUNTRY ->
          COUNTRIES.contains(value)
              ? null
              : "must be a country of ISO 3166-1 in three letters, such as USA";
      case REGION ->
          isRegion(value) ? null : "must be a country and a region of ISO 3166-2, such as USA/CA";
      case DEVICE_TYPE ->
          isName(DeviceType.class, value) ? null : "must be a kind of device, such as DESKTOP";
      case CONNECTION ->
          isName(Connection.class, value) ? null : "must be a kind of connection, such as WIFI";
      case OPERATING_SYSTEM, BROWSER ->
          SOFTWARE.matcher(value).matches() ? null : "must be a name in lower case";
      case SIZE -> isSize(value) ? null : "must be a size of 1 to 10000 pixels, such as 300x250";
      case SITE ->
          Domains.isDomain(value) && !value.startsWith("www.")
              ? null
              : "must be a domain in lower case without www., such as news.example";
      case APP, PUBLISHER ->
          VISIBLE.matcher(value).matches() ? null : "must have 1 to 256 visible characters";
      case CATEGORY ->
          CreativeMarkup.isCategory(value)
              ? null
              : "must be an IAB category, such as IAB1 or IAB1-2";
      case LANGUAGE ->
          LANGUAGE.matcher(value).matches()
              ? null
              : "must be a language of ISO 639 in lower case, such as en";
      case KEY_VALUE -> KEY_VALUE.matcher(value).matches() ? null : "must be written key=value";
    };
  }

  private static boolean isRegion(String value) {
    var matcher = REGION.matcher(value);
    return matcher.matches() && COUNTRIES.contains(matcher.group(1));
  }

  private static boolean isSize(String value) {
    var matcher = SIZE.matcher(value);
    return matcher.matches()
        && Integer.parseInt(matcher.group(1)) <= MAX_PIXELS
        && Integer.parseInt(matcher.group(2)) <= MAX_PIXELS;
  }

  private static <E extends Enum<E>> boolean isName(Class<E> type, String value) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(value)) {
        return !value.equals("UNKNOWN");
      }
    }
    return false;
  }

  private static List<Daypart> dayparts(JsonArray given, FieldErrors errors) {
    List<Daypart> read = new ArrayList<>();
    for (int i = 0; given != null && i < given.size(); i++) {
      JsonObject part = given.getJsonObject(i);
      JsonArray days = part.getJsonArray("days", new JsonArray());
      String from = part.getString("from");
      String to = part.getString("to");
      errors.require(
          !from.equals(to), "/targeting/dayparts/" + i + "/to", "must differ from \"from\"");
      read.add(new Daypart(days.stream().map(String.class::cast).toList(), from, to));
    }
    return read;
  }

  /** Writes targeting as the API has it. */
  public static JsonObject toJson(Targeting targeting) {
    JsonArray dayparts = new JsonArray();
    for (Daypart part : targeting.dayparts()) {
      dayparts.add(
          new JsonObject()
              .put("days", new JsonArray(part.days()))
              .put("from", part.from())
              .put("to", part.to()));
    }
    return new JsonObject()
        .put("include", attributes(targeting.include()))
        .put("exclude", attributes(targeting.exclude()))
        .put("dayparts", dayparts);
  }

  private static JsonObject attributes(Map<String, List<String>> values) {
    JsonObject json = new JsonObject();
    values.forEach((name, list) -> json.put(name, new JsonArray(list)));
    return json;
  }
}
