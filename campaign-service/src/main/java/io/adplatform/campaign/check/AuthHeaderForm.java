package io.adplatform.campaign.check;

import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.secret.SecretSeal;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code authHeader} of demand partners: {@code {"name","value"}} in, {@code {"name","set"}} out.
 * The value goes in alone: sealed at once, it is never shown again.
 *
 * @param name null where none is sent
 * @param sealed null where none is sent, or the body leaves the stored one as it is
 */
public record AuthHeaderForm(String name, String sealed) {
  private static final String FIELD = "/authHeader";
  private static final AuthHeaderForm NONE = new AuthHeaderForm(null, null);

  /** A token of RFC 9110, section 5.6.2. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

  /** Visible ASCII with blanks inside: RFC 9110, section 5.5; nothing that ends a line. */
  private static final Pattern VALUE = Pattern.compile("[!-~](?:[ -~]*[!-~])?");

  /** What the connection, the body and the protocol are said with: never a partner's to choose. */
  private static final Set<String> TAKEN =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "content-encoding",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "upgrade",
          "te",
          "trailer",
          "expect",
          "date",
          "via",
          "accept",
          "accept-encoding",
          "http2-settings",
          "x-openrtb-version");

  /** Reads it and seals its value for the partner. */
  public static AuthHeaderForm read(
      JsonObject body, long partnerId, SecretSeal seal, FieldErrors errors) {
    JsonObject json = body.getJsonObject("authHeader");
    if (json == null) {
      return NONE;
    }
    String name = json.getString("name", "");
    errors.require(NAME.matcher(name).matches(), FIELD + "/name", "must be the name of a header");
    String lower = name.toLowerCase(Locale.ROOT);
    errors.require(
        !TAKEN.contains(lower) && !lower.startsWith("proxy-"),
        FIELD + "/name",
        "is a header of the connection or the protocol, which cannot be set");
    String value = json.getString("value");
    if (value == null) {
      return new AuthHeaderForm(name, null);
    }
    boolean good = value.length() <= SecretSeal.MAX_SECRET_BYTES && VALUE.matcher(value).matches();
    errors.require(
        good,
        FIELD + "/value",
        "must be 1 to "
            + SecretSeal.MAX_SECRET_BYTES
            + " visible ASCII characters, with blanks only between them");
    errors.require(
        seal != null,
        FIELD + "/value",
        "cannot be kept: campaign-service has no secrets-key-file to seal it with");
    return new AuthHeaderForm(
        name, good && seal != null ? seal.seal(value, DemandPartner.authPlace(partnerId)) : null);
  }

  /** Writes that there is one. */
  public static JsonObject toJson(String name) {
    return name == null ? null : new JsonObject().put("name", name).put("set", true);
  }
}
