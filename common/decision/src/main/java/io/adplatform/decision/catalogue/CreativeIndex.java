package io.adplatform.decision.catalogue;

import io.adplatform.decision.targeting.BlockableTexts;
import io.adplatform.decision.targeting.CreativeTraits;
import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.catalogue.Format;
import java.util.Arrays;

/** The creatives that line items can show, by ordinal. Immutable; any thread. */
public final class CreativeIndex {
  private final CompiledCreative[] creatives;

  /** Again, for those who look at many and need nothing else. */
  private final CreativeTraits[] traits;

  private final BlockableTexts blockableTexts;

  CreativeIndex(CompiledCreative[] creatives) {
    this.creatives = creatives;
    traits = Arrays.stream(creatives).map(CompiledCreative::traits).toArray(CreativeTraits[]::new);
    blockableTexts = new BlockableTexts(traits);
  }

  /** How many there are; ordinals are 0 to one less. */
  public int count() {
    return creatives.length;
  }

  /** The creative's id. */
  public long id(int ordinal) {
    return creatives[ordinal].creative().id();
  }

  /** What kind of ad it is. */
  public Format format(int ordinal) {
    return traits[ordinal].format();
  }

  /** Width in device-independent pixels; 0 of native. */
  public int width(int ordinal) {
    return creatives[ordinal].creative().width();
  }

  /** Height in device-independent pixels. */
  public int height(int ordinal) {
    return creatives[ordinal].creative().height();
  }

  /** What a query may refuse in it. */
  public CreativeTraits traits(int ordinal) {
    return traits[ordinal];
  }

  /** All that a query may name to block one of them. */
  public BlockableTexts blockableTexts() {
    return blockableTexts;
  }

  /** What the {@link CreativeCompiler} made of it, or null. */
  public Object attachment(int ordinal) {
    return creatives[ordinal].attachment();
  }

  /** The whole document. */
  public Creative creative(int ordinal) {
    return creatives[ordinal].creative();
  }

  /** A creative with what was prepared of it. */
  record CompiledCreative(Creative creative, CreativeTraits traits, Object attachment) {}
}
