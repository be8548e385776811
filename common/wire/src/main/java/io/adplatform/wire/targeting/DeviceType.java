package io.adplatform.wire.targeting;

/**
 * Kinds of devices (AdCOM list of device types); the code is OpenRTB's {@code device.devicetype}.
 */
public enum DeviceType {
  UNKNOWN(0),
  /**
   * OpenRTB's 1, "mobile/tablet": targeted as PHONE or TABLET where the user agent tells, else by
   * this name.
   */
  MOBILE(1),
  DESKTOP(2),
  CONNECTED_TV(3),
  PHONE(4),
  TABLET(5),
  CONNECTED_DEVICE(6),
  SET_TOP_BOX(7),
  OUT_OF_HOME(8);

  private static final DeviceType[] BY_CODE = values();
  private final int code;

  DeviceType(int code) {
    this.code = code;
  }

  /** OpenRTB's number; 0 is unknown. */
  public int code() {
    return code;
  }

  /** The kind with a code; UNKNOWN for any other number. */
  public static DeviceType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
