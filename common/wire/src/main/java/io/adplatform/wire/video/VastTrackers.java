package io.adplatform.wire.video;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Puts our trackers into a VAST document: in every ad an impression and an error beacon, in every
 * linear creative the beacons of its progress and of clicks. Each goes where the document's version
 * has such an element; all else stays as it is.
 */
public final class VastTrackers {
  /** The beacons of progress, by the event's name in VAST, which their path ends in. */
  private static final List<String> PROGRESS =
      List.of("start", "firstQuartile", "midpoint", "thirdQuartile", "complete");

  private final VastDocument document;
  private final String publicUrl;
  private final String token;
  private final List<Edit> edits = new ArrayList<>();

  /**
   * A change at a place.
   *
   * @param order among changes at the same place
   */
  private record Edit(int from, int to, int order, String text) {}

  private VastTrackers(VastDocument document, String publicUrl, String token) {
    this.document = document;
    this.publicUrl = publicUrl;
    this.token = token;
  }

  /**
   * A document with trackers.
   *
   * @param publicUrl what beacons start with; no slash at its end
   * @param token what stands where the bid's token goes
   */
  public static String insert(VastDocument document, String publicUrl, String token) {
    VastTrackers trackers = new VastTrackers(document, publicUrl, token);
    document.ads().forEach(trackers::track);
    return trackers.apply();
  }

  private void track(XmlElement ad) {
    boolean four = document.version().isFour();
    XmlElement firstImpression = ad.child("Impression");
    String prefix = ad.prefix();
    XmlElement system = ad.child("AdSystem");
    XmlElement error = ad.child("Error");
    int errorAt = four && system != null ? system.to : firstImpression.from;
    // VAST 2 and 3 have errors right before impressions, VAST 4 right after the ad's system.
    insert(
        error == null ? errorAt : error.from,
        0,
        element(prefix, "Error", "/e/video/error/", "?e=[ERRORCODE]"));
    insert(
        firstImpression.from, 1, element(prefix, "Impression", "/e/imp/", "?p=${AUCTION_PRICE}"));
    List<XmlElement> linears = VastDocument.linears(ad);
    linears.forEach(linear -> track(linear, prefix));
    if (linears.isEmpty()) {
      addLinear(ad, prefix);
    }
  }

  private void track(XmlElement linear, String prefix) {
    XmlElement events = linear.child("TrackingEvents");
    XmlElement clicks = linear.child("VideoClicks");
    String newEvents = events == null ? newEvents(prefix) : "";
    String newClicks = clicks == null && document.isWrapper() ? newClicks(prefix) : "";
    if (linear.empty) {
      expand(linear, newEvents + newClicks);
      return;
    }
    if (events == null) {
      insert(eventsAt(linear), 2, newEvents);
    } else {
      into(events, progress(prefix));
    }
    if (clicks == null) {
      // An inline ad without clicks leads nowhere: there is nothing to be told of it.
      insert(clicksAt(linear), 3, newClicks);
    } else {
      XmlElement through = clicks.child("ClickThrough");
      String tracking = element(prefix, "ClickTracking", "/e/clicktrack/", "");
      if (through == null || document.version().isFour()) {
        into(clicks, tracking);
      } else {
        insert(through.to, 4, tracking);
      }
    }
  }

  /** VAST 4 has icons before the events, VAST 2 and 3 the duration. */
  private int eventsAt(XmlElement linear) {
    XmlElement before = linear.child(document.version().isFour() ? "Icons" : "Duration");
    return before == null ? linear.contentFrom : before.to;
  }

  /** Of a wrapper: behind its events. */
  private int clicksAt(XmlElement linear) {
    XmlElement events = linear.child("TrackingEvents");
    return events == null ? eventsAt(linear) : events.to;
  }

  /** A wrapper need not name the creative that it wraps; its progress is told all the same. */
  private void addLinear(XmlElement ad, String prefix) {
    String creative =
        open(prefix, "Creative")
            + open(prefix, "Linear")
            + newEvents(prefix)
            + newClicks(prefix)
            + close(prefix, "Linear")
            + close(prefix, "Creative");
    XmlElement creatives = ad.child("Creatives");
    if (creatives != null) {
      into(creatives, creative);
      return;
    }
    XmlElement after = ad.children("Impression").getLast();
    int at = document.version().isFour() ? ad.child("VASTAdTagURI").from : after.to;
    insert(at, 5, open(prefix, "Creatives") + creative + close(prefix, "Creatives"));
  }

  private String newEvents(String prefix) {
    return open(prefix, "TrackingEvents") + progress(prefix) + close(prefix, "TrackingEvents");
  }

  private String newClicks(String prefix) {
    return open(prefix, "VideoClicks")
        + element(prefix, "ClickTracking", "/e/clicktrack/", "")
        + close(prefix, "VideoClicks");
  }

  private String progress(String prefix) {
    StringBuilder all = new StringBuilder();
    for (String event : PROGRESS) {
      all.append('<').append(prefix).append("Tracking event=\"").append(event).append("\">");
      all.append(address("/e/video/" + event + "/", "")).append(close(prefix, "Tracking"));
    }
    return all.toString();
  }

  private String element(String prefix, String name, String path, String query) {
    return open(prefix, name) + address(path, query) + close(prefix, name);
  }

  private String address(String path, String query) {
    return XmlOutline.CDATA_OPEN + publicUrl + path + token + query + XmlOutline.CDATA_CLOSE;
  }

  private static String open(String prefix, String name) {
    return "<" + prefix + name + ">";
  }

  private static String close(String prefix, String name) {
    return "</" + prefix + name + ">";
  }

  /** Puts a text at the beginning of an element. */
  private void into(XmlElement element, String text) {
    if (element.empty) {
      expand(element, text);
    } else {
      insert(element.contentFrom, 0, text);
    }
  }

  /** Makes of {@code <a/>} an element that holds a text: only the slash goes. */
  private void expand(XmlElement element, String text) {
    int slash = element.contentFrom - 2;
    String name = element.prefix() + element.name();
    edits.add(new Edit(slash, slash + 2, 0, ">" + text + "</" + name + ">"));
  }

  private void insert(int at, int order, String text) {
    if (!text.isEmpty()) {
      edits.add(new Edit(at, at, order, text));
    }
  }

  private String apply() {
    edits.sort(Comparator.comparingInt(Edit::from).thenComparingInt(Edit::order));
    String text = document.text();
    StringBuilder out = new StringBuilder(text.length() + 4_096);
    int at = 0;
    for (Edit edit : edits) {
      out.append(text, at, edit.from).append(edit.text);
      at = edit.to;
    }
    return out.append(text, at, text.length()).toString();
  }
}
