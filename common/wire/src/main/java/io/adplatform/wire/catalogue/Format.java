package io.adplatform.wire.catalogue;

/** Kinds of ads; the code is OpenRTB's {@code bid.mtype}. */
public enum Format {
  BANNER(1),
  VIDEO(2),
  NATIVE(4);

  private final int code;

  Format(int code) {
    this.code = code;
  }

  /** OpenRTB's {@code mtype}. */
  public int code() {
    return code;
  }
}
