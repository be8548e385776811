package io.adplatform.wire.targeting;

/**
 * Kinds of connections (AdCOM list of connection types); the code is OpenRTB's {@code
 * device.connectiontype}.
 */
public enum Connection {
  UNKNOWN(0),
  ETHERNET(1),
  WIFI(2),
  CELLULAR(3),
  CELLULAR_2G(4),
  CELLULAR_3G(5),
  CELLULAR_4G(6),
  CELLULAR_5G(7);

  private static final Connection[] BY_CODE = values();
  private final int code;

  Connection(int code) {
    this.code = code;
  }

  /** OpenRTB's number; 0 is unknown. */
  public int code() {
    return code;
  }

  /** The kind with a code; UNKNOWN for any other number. */
  public static Connection of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
