package io.adplatform.decision.catalogue;

import io.adplatform.wire.catalogue.Creative;

/** The creatives that line items can show, by ordinal. Immutable; any thread. */
public final class CreativeIndex {
  private final Creative[] creatives;
  private final Object[] attachments;

  CreativeIndex(Creative[] creatives, Object[] attachments) {
    this.creatives = creatives;
    this.attachments = attachments;
  }

  /** How many there are; ordinals are 0 to one less. */
  public int count() {
    return creatives.length;
  }

  /** The creative's id. */
  public long id(int ordinal) {
    return creatives[ordinal].id();
  }

  /** Width in device-independent pixels. */
  public int width(int ordinal) {
    return creatives[ordinal].width();
  }

  /** Height in device-independent pixels. */
  public int height(int ordinal) {
    return creatives[ordinal].height();
  }

  /** What the {@link CreativeCompiler} made of it, or null. */
  public Object attachment(int ordinal) {
    return attachments[ordinal];
  }

  /** The whole document. */
  public Creative creative(int ordinal) {
    return creatives[ordinal];
  }
}
