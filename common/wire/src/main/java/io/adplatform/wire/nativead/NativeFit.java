package io.adplatform.wire.nativead;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.video.MediaType;
import java.util.List;

/**
 * Whether what an advertiser brought is enough for what a request asks for, and what of it each
 * asset gets. Immutable; any thread; compares without allocation.
 */
public final class NativeFit {
  /** Nothing was brought for an asset. */
  public static final int NOTHING = -1;

  /** The title's number; images come next, then data. */
  static final int TITLE_PIECE = 0;

  private static final int FIRST_IMAGE = 1;

  /** Characters; -1 where there is no title. */
  private final int titleLength;

  private final int[] imageTypes;
  private final int[] widths;
  private final int[] heights;

  /** Bits; 0 where it is not known. */
  private final long[] imageMimes;

  private final int[] dataTypes;
  private final int[] dataLengths;

  /** Of what was brought. */
  public NativeFit(Creative.NativeAd brought) {
    titleLength = brought.title() == null ? -1 : characters(brought.title());
    List<Creative.Image> images = brought.images();
    imageTypes = images.stream().mapToInt(Creative.Image::type).toArray();
    widths = images.stream().mapToInt(Creative.Image::width).toArray();
    heights = images.stream().mapToInt(Creative.Image::height).toArray();
    imageMimes = images.stream().mapToLong(NativeFit::mime).toArray();
    dataTypes = brought.data().stream().mapToInt(Creative.Data::type).toArray();
    dataLengths = brought.data().stream().mapToInt(data -> characters(data.value())).toArray();
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private static long mime(Creative.Image image) {
    MediaType type = image.mime() == null ? null : MediaType.of(image.mime());
    return type == null ? 0 : type.bit();
  }

  /** Whether every required asset gets something, and at least one asset does. */
  public boolean satisfies(NativeTerms terms) {
    if (terms.tooMany) {
      return false;
    }
    boolean any = false;
    for (int asset = 0; asset < terms.count(); asset++) {
      boolean given = piece(terms, asset) != NOTHING;
      if (!given && terms.isRequired(asset)) {
        return false;
      }
      any |= given;
    }
    return any;
  }

  /** The number of what an asset gets: title, images, data; or {@link #NOTHING}. */
  int piece(NativeTerms terms, int asset) {
    return switch (terms.kind(asset)) {
      case NativeTerms.TITLE ->
          titleLength >= 0 && isWithin(titleLength, terms.length(asset)) ? TITLE_PIECE : NOTHING;
      case NativeTerms.IMAGE -> image(terms, asset);
      case NativeTerms.DATA -> data(terms, asset);
      default -> NOTHING;
    };
  }

  private int image(NativeTerms terms, int asset) {
    for (int i = 0; i < imageTypes.length; i++) {
      boolean typed = terms.type(asset) == 0 || terms.type(asset) == imageTypes[i];
      boolean admitted = terms.mimes(asset) == -1 || (terms.mimes(asset) & imageMimes[i]) != 0;
      if (typed
          && admitted
          && isSide(widths[i], terms.width(asset), terms.minWidth(asset))
          && isSide(heights[i], terms.height(asset), terms.minHeight(asset))) {
        return FIRST_IMAGE + i;
      }
    }
    return NOTHING;
  }

  private int data(NativeTerms terms, int asset) {
    for (int i = 0; i < dataTypes.length; i++) {
      if (dataTypes[i] == terms.type(asset) && isWithin(dataLengths[i], terms.length(asset))) {
        return FIRST_IMAGE + imageTypes.length + i;
      }
    }
    return NOTHING;
  }

  /** Native Ads 1.2, 4.4: with a minimum the exact size is what is wished for. */
  private static boolean isSide(int side, int exact, int least) {
    return least > 0 ? side >= least : exact == 0 || side == exact;
  }

  private static boolean isWithin(int length, int most) {
    return most == 0 || length <= most;
  }
}
