package io.adplatform.rtb.openrtb;

/** The end of a path as a text of its own, without copying it. */
final class PathTail implements CharSequence {
  private String path;
  private int from;

  PathTail of(String ofPath, int start) {
    path = ofPath;
    from = start;
    return this;
  }

  @Override
  public int length() {
    return path.length() - from;
  }

  @Override
  public char charAt(int index) {
    return path.charAt(from + index);
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return path.subSequence(from + start, from + end);
  }

  @Override
  public String toString() {
    return path.substring(from);
  }
}
