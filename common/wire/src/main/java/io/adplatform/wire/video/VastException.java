package io.adplatform.wire.video;

/** Says what is wrong with a VAST document, and where. */
public final class VastException extends Exception {
  private static final long serialVersionUID = 1;

  private final int line;
  private final int column;

  /**
   * @param line from 1
   * @param column from 1, in characters
   */
  public VastException(String detail, int line, int column) {
    super(detail + " (line " + line + ", column " + column + ")");
    this.line = line;
    this.column = column;
  }

  static VastException at(String document, int offset, String detail) {
    int line = 1;
    int start = 0;
    int end = Math.min(offset, document.length());
    for (int at = document.indexOf('\n'); at >= 0 && at < end; at = document.indexOf('\n', start)) {
      line++;
      start = at + 1;
    }
    return new VastException(detail, line, end - start + 1);
  }

  /** From 1. */
  public int line() {
    return line;
  }

  /** From 1, in characters. */
  public int column() {
    return column;
  }
}
