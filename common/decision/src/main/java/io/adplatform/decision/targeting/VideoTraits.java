package io.adplatform.decision.targeting;

import io.adplatform.wire.catalogue.Creative;
import io.adplatform.wire.event.Reason;
import io.adplatform.wire.openrtb.Video;
import io.adplatform.wire.video.MediaType;
import java.util.List;

/**
 * What a player can refuse in a video (OpenRTB 2.6, 3.2.7), in the form it is compared in.
 * Immutable; any thread; compares without allocation.
 */
final class VideoTraits {
  /** {@code linearity} of players that show ads beside the content alone; ours are linear. */
  private static final int NON_LINEAR = 2;

  private static final int STREAMING = 1;
  private static final int DOWNLOAD = 3;

  private final int durationSeconds;

  private final int protocol;

  // By file.
  private final long[] mimes;
  private final int[] widths;
  private final int[] heights;
  private final int[] bitrates;
  private final int[] deliveries;
  private final int[] apis;

  VideoTraits(Creative.Video video) {
    durationSeconds = video.durationSeconds();
    protocol = video.protocol();
    List<Creative.Media> media = video.media();
    mimes = media.stream().mapToLong(VideoTraits::mime).toArray();
    widths = media.stream().mapToInt(Creative.Media::width).toArray();
    heights = media.stream().mapToInt(Creative.Media::height).toArray();
    bitrates = media.stream().mapToInt(Creative.Media::bitrateKbps).toArray();
    deliveries = media.stream().mapToInt(Creative.Media::delivery).toArray();
    apis = media.stream().mapToInt(Creative.Media::api).toArray();
  }

  private static long mime(Creative.Media file) {
    MediaType type = MediaType.of(file.mime());
    return type == null ? 0 : type.bit();
  }

  /** What a player refuses in it first, or NONE. */
  Reason refusedBy(Video asked) {
    if (asked.linearity == NON_LINEAR) {
      return Reason.VIDEO_LINEARITY;
    }
    if (!fitsDuration(asked)) {
      return Reason.VIDEO_DURATION;
    }
    if (asked.protocols.size() > 0 && !asked.protocols.contains(protocol)) {
      return Reason.VIDEO_PROTOCOL;
    }
    boolean admitted = false;
    for (int file = 0; file < mimes.length; file++) {
      if (!asked.hasMimes || (mimes[file] & asked.mimes) != 0) {
        admitted = true;
        if (plays(file, asked)) {
          return Reason.NONE;
        }
      }
    }
    return admitted ? Reason.VIDEO_PLAYER : Reason.MIME_NOT_OFFERED;
  }

  /** Where durations are required, minimum and maximum do not hold (3.2.7, {@code rqddurs}). */
  private boolean fitsDuration(Video asked) {
    if (asked.requiredSeconds.size() > 0) {
      return asked.requiredSeconds.contains(durationSeconds);
    }
    return durationSeconds >= asked.minSeconds
        && (asked.maxSeconds == 0 || durationSeconds <= asked.maxSeconds);
  }

  private boolean plays(int file, Video asked) {
    return (apis[file] == 0 || asked.apis.contains(apis[file]))
        && isOriented(file, asked)
        && fitsBitrate(bitrates[file], asked)
        && isDelivered(deliveries[file], asked);
  }

  /** Players scale; what they do not is turn: an upright video does not fit a broad player. */
  private boolean isOriented(int file, Video asked) {
    boolean known = asked.width > 0 && asked.height > 0 && widths[file] > 0 && heights[file] > 0;
    return !known
        || Integer.compare(asked.width, asked.height) * Integer.compare(widths[file], heights[file])
            >= 0;
  }

  private static boolean fitsBitrate(int kbps, Video asked) {
    return kbps == 0
        || kbps >= asked.minBitrateKbps
            && (asked.maxBitrateKbps == 0 || kbps <= asked.maxBitrateKbps);
  }

  /** A file that is loaded while it plays can be loaded before. */
  private static boolean isDelivered(int delivery, Video asked) {
    return delivery == 0
        || asked.deliveries.size() == 0
        || asked.deliveries.contains(delivery)
        || delivery != STREAMING && asked.deliveries.contains(DOWNLOAD);
  }
}
