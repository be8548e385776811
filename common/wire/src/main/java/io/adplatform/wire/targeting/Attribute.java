package io.adplatform.wire.targeting;

/**
 * What a line item can be targeted by, with the name it has in {@link Targeting} and the form of
 * its values.
 */
public enum Attribute {
  /**
   * ISO 3166-1 alpha-3, upper case, from {@code device.geo.country} (alpha-2 is mapped); else
   * {@code user.geo}.
   */
  COUNTRY("country"),
  /**
   * {@code USA/CA}: the country and the region of {@code device.geo.region} (ISO 3166-2 without the
   * country).
   */
  REGION("region"),
  /** A name of {@link DeviceType}. */
  DEVICE_TYPE("deviceType"),
  /**
   * Lower-case name such as {@code ios}, {@code android}, {@code windows}, {@code macos}, {@code
   * linux}.
   */
  OPERATING_SYSTEM("operatingSystem"),
  /** Lower-case name such as {@code chrome}, {@code safari}, {@code firefox}, {@code edge}. */
  BROWSER("browser"),
  /** {@code 300x250}: any of the sizes offered. */
  SIZE("size"),
  /**
   * {@code site.domain}, lower case, without a leading {@code www.}; a value matches its subdomains
   * too.
   */
  SITE("site"),
  /** {@code app.bundle}, exact. */
  APP("app"),
  /** {@code site.publisher.id} or {@code app.publisher.id} as the SSP gives it, exact. */
  PUBLISHER("publisher"),
  /**
   * Of the site, app or content, such as {@code IAB1} or {@code IAB1-2}; a top category matches
   * those below it.
   */
  CATEGORY("category"),
  /** {@code device.language} or {@code content.language}, first subtag, lower case. */
  LANGUAGE("language"),
  /** A name of {@link Connection}. */
  CONNECTION("connection"),
  /**
   * {@code key=value} from {@code site.keywords}, {@code app.keywords}, {@code user.keywords}
   * ({@code k=v} entries) and {@code ext.data} of site, app, user and imp.
   */
  KEY_VALUE("keyValue");

  private final String text;

  Attribute(String text) {
    this.text = text;
  }

  /** The name in {@link Targeting}. */
  public String text() {
    return text;
  }

  /** The attribute of a name, or null. */
  public static Attribute of(String text) {
    for (Attribute attribute : values()) {
      if (attribute.text.equals(text)) {
        return attribute;
      }
    }
    return null;
  }
}
