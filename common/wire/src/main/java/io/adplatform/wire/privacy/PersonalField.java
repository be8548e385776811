package io.adplatform.wire.privacy;

/**
 * What a request tells of a person, by what is taken away together. A set of them is a bit mask
 * ({@link #bit()}), 0 is nothing: what privacy signals forbid is decided as such a set, and what a
 * partner is sent goes without its members. The codes stand in records.
 */
public enum PersonalField {
  /** {@code user.id}. */
  USER_ID(0),
  /** {@code user.buyeruid}, of 2.5 and 2.6. */
  BUYER_UID(1),
  /** {@code user.eids} and {@code user.ext.eids}. */
  EXTENDED_IDS(2),
  /** {@code user.data}, {@code keywords}, {@code kwarray}, {@code customdata}. */
  USER_DATA(3),
  /** {@code user.yob}, {@code user.gender}. */
  DEMOGRAPHICS(4),
  /** {@code user.geo}. */
  USER_GEO(5),
  /** {@code device.ifa} and the hashed ids of the device ({@code didsha1} and its like). */
  DEVICE_IDS(6),
  /** {@code device.ip} below /24, {@code device.ipv6} below /48. */
  ADDRESS(7),
  /** {@code device.geo}: coordinates beyond one decimal, {@code zip}, {@code accuracy}. */
  PRECISE_GEO(8);

  private final int code;

  PersonalField(int code) {
    this.code = code;
  }

  /** Its number. */
  public int code() {
    return code;
  }

  /** The set of it alone. */
  public int bit() {
    return 1 << code;
  }

  /** The set of all. */
  public static int all() {
    return (1 << values().length) - 1;
  }

  /** Whether it is in a set. */
  public boolean in(int set) {
    return (set & bit()) != 0;
  }
}
