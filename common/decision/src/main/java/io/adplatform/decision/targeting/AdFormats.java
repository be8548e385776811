package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.nativead.NativeTerms;
import io.adplatform.wire.openrtb.Video;
import java.util.Arrays;

/**
 * Which formats an imp offers beside each other, and what it asks of each: a part of {@link
 * AdQuery}. Filled and read by one lane; allocates nothing once its list has grown.
 */
public final class AdFormats {
  /** Where banners have a size that they are found by, videos have this: no size is 0 wide. */
  static final int VIDEO_TERM = Format.VIDEO.code();

  /** See {@link #VIDEO_TERM}. */
  static final int NATIVE_TERM = Format.NATIVE.code();

  private static final int FIRST_CAPACITY = 16;

  /** Packed; those of banners first, then those of players, which no banner fits. */
  int[] sizes = new int[FIRST_CAPACITY];

  int sizeCount;
  private boolean banner;
  private int bannerSizeCount;
  private long blockedBannerAttributes;
  private long blockedVideoAttributes;
  private long blockedNativeAttributes;
  private int videoTtlSeconds;
  private Video video;
  private NativeTerms nativeTerms;

  void reset() {
    sizeCount = 0;
    banner = false;
    bannerSizeCount = 0;
    blockedBannerAttributes = 0;
    blockedVideoAttributes = 0;
    blockedNativeAttributes = 0;
    videoTtlSeconds = 0;
    video = null;
    nativeTerms = null;
  }

  void addBannerSize(int width, int height) {
    addSize(width, height);
    banner = true;
    bannerSizeCount = sizeCount;
  }

  private void addSize(int width, int height) {
    int max = (1 << Short.SIZE) - 1;
    if (width < 1 || height < 1 || width > max || height > max || sizeCount == AdQuery.MAX_VALUES) {
      return;
    }
    if (sizeCount == sizes.length) {
      sizes = Arrays.copyOf(sizes, 2 * sizeCount);
    }
    int size = AdQuery.packSize(width, height);
    if (sizeCount == 0 || sizes[sizeCount - 1] != size) {
      // Many name the first format again as the banner's own size.
      sizes[sizeCount++] = size;
    }
  }

  void blockBannerAttribute(int attribute) {
    blockedBannerAttributes |= CreativeTraits.attribute(attribute);
  }

  /**
   * Offers video, with what its {@code battr} blocks.
   *
   * @param terms stay as they are until the query is reset
   * @param ttlSeconds how long a bid with a video may still be charged for, positive
   */
  public void offerVideo(Video terms, int ttlSeconds) {
    video = terms;
    videoTtlSeconds = ttlSeconds;
    for (int i = 0; i < terms.blockedAttributes.size(); i++) {
      blockedVideoAttributes |= CreativeTraits.attribute(terms.blockedAttributes.get(i));
    }
    addSize(terms.width, terms.height);
  }

  /**
   * Offers native, with what its {@code battr} blocks.
   *
   * @param terms stay as they are until the query is reset
   */
  public void offerNative(NativeTerms terms) {
    nativeTerms = terms;
    for (int i = 0; i < terms.blockedAttributes.size(); i++) {
      blockedNativeAttributes |= CreativeTraits.attribute(terms.blockedAttributes.get(i));
    }
  }

  /** What a player takes; null where no video is offered. */
  Video video() {
    return video;
  }

  /** What native is asked for; null where it is not offered. */
  NativeTerms nativeTerms() {
    return nativeTerms;
  }

  /** Sets how long a bid with a video may still be charged for. */
  public void videoTtlSeconds(int seconds) {
    videoTtlSeconds = seconds;
  }

  /** See the setter; 0 where no video is offered. */
  public int videoTtlSeconds() {
    return videoTtlSeconds;
  }

  /** Whether a format is offered at all. */
  public boolean offers(Format format) {
    return switch (format) {
      case BANNER -> banner;
      case VIDEO -> video != null;
      case NATIVE -> nativeTerms != null;
    };
  }

  /** How many of {@link #term} there are. */
  int termCount() {
    return bannerSizeCount + (video == null ? 0 : 1) + (nativeTerms == null ? 0 : 1);
  }

  /** What creatives are found by: a size of banners, or a format that has none. */
  int term(int i) {
    if (i < bannerSizeCount) {
      return sizes[i];
    }
    return i == bannerSizeCount && video != null ? VIDEO_TERM : NATIVE_TERM;
  }

  /** Whether creatives of a term may be shown. */
  boolean offersTerm(int packed) {
    for (int i = 0; i < bannerSizeCount; i++) {
      if (sizes[i] == packed) {
        return true;
      }
    }
    return packed == VIDEO_TERM && video != null || packed == NATIVE_TERM && nativeTerms != null;
  }

  /** Blocked attributes of a format, as {@link CreativeTraits#attribute} makes bits of them. */
  long blockedAttributes(Format format) {
    return switch (format) {
      case BANNER -> blockedBannerAttributes;
      case VIDEO -> blockedVideoAttributes;
      case NATIVE -> blockedNativeAttributes;
    };
  }
}
