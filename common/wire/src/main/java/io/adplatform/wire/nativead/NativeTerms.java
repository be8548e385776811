package io.adplatform.wire.nativead;

import io.adplatform.wire.json.IntList;

/**
 * What {@code imp.native} asks for: the assets of its request object (Native Ads 1.2, 4.2), in
 * their order, and how impressions are told. Numbers alone, in columns; reset, not rebuilt.
 */
public final class NativeTerms {
  /** What comes beyond is passed over; where it is required, nothing can be bid. */
  public static final int MAX_ASSETS = 32;

  /** Kinds of assets. */
  public static final int TITLE = 1;

  /** See {@link #TITLE}. */
  public static final int IMAGE = 2;

  /** See {@link #TITLE}. */
  public static final int DATA = 3;

  /** A video or what is not known here: nothing that can be brought. */
  public static final int OTHER = 4;

  /** Whether native is offered, and its request could be read. */
  public boolean offered;

  /** Whether {@code request} was there but is none that can be read. */
  public boolean unreadable;

  /** 10, 11 or 12: the version of the request; 12 where it does not say. */
  public int version;

  /** Blocked creative attributes. */
  public final IntList blockedAttributes = new IntList();

  /** API frameworks. */
  public final IntList apis = new IntList();

  /** Whether impressions are told by an image ({@code eventtrackers}: event 1, method 1). */
  public boolean tracksImpressions;

  /** Whether views of half the ad for a second are told by an image: event 2, method 1. */
  public boolean tracksViews;

  /** Whether a required asset stands beyond {@link #MAX_ASSETS}. */
  public boolean tooMany;

  private final int[] ids = new int[MAX_ASSETS];
  private final boolean[] required = new boolean[MAX_ASSETS];
  private final int[] kinds = new int[MAX_ASSETS];
  private final int[] types = new int[MAX_ASSETS];
  private final int[] lengths = new int[MAX_ASSETS];
  private final int[] widths = new int[MAX_ASSETS];
  private final int[] heights = new int[MAX_ASSETS];
  private final int[] minWidths = new int[MAX_ASSETS];
  private final int[] minHeights = new int[MAX_ASSETS];
  private final long[] mimes = new long[MAX_ASSETS];
  private int count;

  /** How many assets are asked for, at most {@link #MAX_ASSETS}. */
  public int count() {
    return count;
  }

  /** The id that the response's asset must have. */
  public int id(int asset) {
    return ids[asset];
  }

  /** Whether there is no ad without it. */
  public boolean isRequired(int asset) {
    return required[asset];
  }

  /** {@link #TITLE}, {@link #IMAGE}, {@link #DATA} or {@link #OTHER}. */
  public int kind(int asset) {
    return kinds[asset];
  }

  /** Of an image 1 icon, 3 main, 0 not given; of data its type (Native Ads 1.2, 7.4). */
  public int type(int asset) {
    return types[asset];
  }

  /** Most characters of a title or of data; 0 where there is no limit. */
  public int length(int asset) {
    return lengths[asset];
  }

  /** Width of an image that is asked for exactly, 0 where not given. */
  public int width(int asset) {
    return widths[asset];
  }

  /** See {@link #width}. */
  public int height(int asset) {
    return heights[asset];
  }

  /** Least width of an image, 0 where not given. */
  public int minWidth(int asset) {
    return minWidths[asset];
  }

  /** See {@link #minWidth}. */
  public int minHeight(int asset) {
    return minHeights[asset];
  }

  /** Bits of {@link io.adplatform.wire.video.MediaType} of an image; -1 is any. */
  public long mimes(int asset) {
    return mimes[asset];
  }

  /** Forgets all. */
  public void reset() {
    offered = false;
    unreadable = false;
    version = 12;
    blockedAttributes.clear();
    apis.clear();
    clearRequest();
  }

  /** Forgets what the request object said. */
  void clearRequest() {
    tracksImpressions = false;
    tracksViews = false;
    tooMany = false;
    count = 0;
  }

  /** The next asset's place, all of it unknown; -1 where there is no room. */
  int add() {
    if (count == MAX_ASSETS) {
      return -1;
    }
    int asset = count++;
    ids[asset] = 0;
    required[asset] = false;
    kinds[asset] = OTHER;
    types[asset] = 0;
    lengths[asset] = 0;
    widths[asset] = 0;
    heights[asset] = 0;
    minWidths[asset] = 0;
    minHeights[asset] = 0;
    mimes[asset] = -1;
    return asset;
  }

  void head(int asset, int id, boolean isRequired) {
    ids[asset] = id;
    required[asset] = isRequired;
  }

  void text(int asset, int kind, int type, int length) {
    kinds[asset] = kind;
    types[asset] = type;
    lengths[asset] = length;
  }

  void image(int asset, int type, long admitted) {
    kinds[asset] = IMAGE;
    types[asset] = type;
    mimes[asset] = admitted;
  }

  void imageSize(int asset, int width, int height, int minWidth, int minHeight) {
    widths[asset] = width;
    heights[asset] = height;
    minWidths[asset] = minWidth;
    minHeights[asset] = minHeight;
  }
}
