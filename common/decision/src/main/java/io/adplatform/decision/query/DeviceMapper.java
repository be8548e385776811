package io.adplatform.decision.query;

import io.adplatform.decision.targeting.AdQuery;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.openrtb.Device;
import io.adplatform.wire.openrtb.Inventory;
import io.adplatform.wire.targeting.Connection;
import io.adplatform.wire.targeting.DeviceType;
import java.nio.charset.StandardCharsets;

/**
 * What is shown on: kind of device, operating system, browser. What {@code device} says holds; what
 * it leaves out comes from {@code sua}, then from the user agent string. One lane; allocates
 * nothing.
 */
final class DeviceMapper {
  private static final byte[] IOS = ascii("ios");
  private static final byte[] ANDROID = ascii("android");
  private static final byte[] WINDOWS = ascii("windows");
  private static final byte[] MACOS = ascii("macos");
  private static final byte[] LINUX = ascii("linux");
  private static final byte[] CHROME_OS = ascii("chromeos");
  private static final byte[] TIZEN = ascii("tizen");
  private static final byte[] WEB_OS = ascii("webos");
  private static final byte[] CHROME = ascii("chrome");
  private static final byte[] SAFARI = ascii("safari");
  private static final byte[] FIREFOX = ascii("firefox");
  private static final byte[] EDGE = ascii("edge");
  private static final byte[] OPERA = ascii("opera");
  private static final byte[] SAMSUNG = ascii("samsung");

  /** What names of operating systems begin with, and what we call them; either case. */
  private static final byte[][] SYSTEMS = {
    ascii("ios"), IOS,
    ascii("ipados"), IOS,
    ascii("iphone"), IOS,
    ascii("android"), ANDROID,
    ascii("windows"), WINDOWS,
    ascii("mac"), MACOS,
    ascii("os x"), MACOS,
    ascii("chrome"), CHROME_OS,
    ascii("cros"), CHROME_OS,
    ascii("linux"), LINUX,
    ascii("ubuntu"), LINUX,
    ascii("tizen"), TIZEN,
    ascii("webos"), WEB_OS
  };

  /** What brands of {@code sua.browsers} begin with, the telling ones first; either case. */
  private static final byte[][] BROWSERS = {
    ascii("microsoft edge"), EDGE,
    ascii("edge"), EDGE,
    ascii("opera"), OPERA,
    ascii("samsung"), SAMSUNG,
    ascii("firefox"), FIREFOX,
    ascii("google chrome"), CHROME,
    ascii("chrome"), CHROME,
    ascii("chromium"), CHROME,
    ascii("safari"), SAFARI
  };

  private final UserAgentCache userAgents = new UserAgentCache(UserAgentIndex.STANDARD);
  private int marks;

  /** Whether the user agent last mapped is a crawler's or another machine's. */
  boolean isCrawler() {
    return (marks & UserAgentIndex.CRAWLER) != 0;
  }

  void map(BidRequest request, AdQuery query) {
    Device device = request.device;
    byte[] bytes = request.bytes();
    long userAgent = device.userAgent;
    marks = userAgents.marks(bytes, Span.offset(userAgent), Span.length(userAgent));
    query.deviceType(deviceType(device));
    query.connection(Connection.of(device.connectionType).code());
    mapSystem(bytes, device, query);
    if (request.inventory.kind != Inventory.Kind.APP) {
      byte[] browser = browser(bytes, device);
      if (browser != null) {
        query.browser(browser, 0, browser.length);
      }
    }
  }

  private int deviceType(Device device) {
    DeviceType given = DeviceType.of(device.deviceType);
    if (given != DeviceType.UNKNOWN && given != DeviceType.MOBILE) {
      return given.code();
    }
    DeviceType told = told(device);
    boolean mobile = told == DeviceType.PHONE || told == DeviceType.TABLET;
    return (given == DeviceType.UNKNOWN || mobile ? told : given).code();
  }

  private DeviceType told(Device device) {
    if (has(UserAgentIndex.TV)) {
      return DeviceType.CONNECTED_TV;
    }
    if (has(UserAgentIndex.TABLET)) {
      return DeviceType.TABLET;
    }
    if (has(UserAgentIndex.MOBILE) || device.suaMobile == 1) {
      return DeviceType.PHONE;
    }
    if (has(UserAgentIndex.ANDROID)) {
      return DeviceType.TABLET;
    }
    int desktops =
        UserAgentIndex.WINDOWS
            | UserAgentIndex.MACINTOSH
            | UserAgentIndex.CHROME_OS
            | UserAgentIndex.LINUX;
    return has(desktops) ? DeviceType.DESKTOP : DeviceType.UNKNOWN;
  }

  private void mapSystem(byte[] bytes, Device device, AdQuery query) {
    long given = Span.length(device.os) > 0 ? device.os : device.suaPlatform;
    byte[] name = find(SYSTEMS, bytes, given);
    if (name == null && Span.length(given) > 0) {
      query.operatingSystem(bytes, Span.offset(given), Span.length(given));
      return;
    }
    name = name == null ? systemOfMarks() : name;
    if (name != null) {
      query.operatingSystem(name, 0, name.length);
    }
  }

  private byte[] systemOfMarks() {
    if (has(UserAgentIndex.IOS)) {
      return IOS;
    }
    if (has(UserAgentIndex.CHROME_OS)) {
      return CHROME_OS;
    }
    if (has(UserAgentIndex.WINDOWS)) {
      return WINDOWS;
    }
    if (has(UserAgentIndex.ANDROID)) {
      return ANDROID;
    }
    if (has(UserAgentIndex.MACINTOSH)) {
      return MACOS;
    }
    if (has(UserAgentIndex.TIZEN)) {
      return TIZEN;
    }
    if (has(UserAgentIndex.WEB_OS)) {
      return WEB_OS;
    }
    return has(UserAgentIndex.LINUX) ? LINUX : null;
  }

  private byte[] browser(byte[] bytes, Device device) {
    for (int known = 0; known < BROWSERS.length; known += 2) {
      for (int i = 0; i < device.suaBrowsers.size(); i++) {
        if (startsWith(bytes, device.suaBrowsers.get(i), BROWSERS[known])) {
          return BROWSERS[known + 1];
        }
      }
    }
    if (has(UserAgentIndex.EDGE)) {
      return EDGE;
    }
    if (has(UserAgentIndex.OPERA)) {
      return OPERA;
    }
    if (has(UserAgentIndex.SAMSUNG)) {
      return SAMSUNG;
    }
    if (has(UserAgentIndex.FIREFOX)) {
      return FIREFOX;
    }
    if (has(UserAgentIndex.CHROME)) {
      return CHROME;
    }
    return has(UserAgentIndex.SAFARI) ? SAFARI : null;
  }

  private boolean has(int anyOf) {
    return (marks & anyOf) != 0;
  }

  private static byte[] find(byte[][] table, byte[] bytes, long span) {
    if (Span.length(span) == 0) {
      return null;
    }
    for (int i = 0; i < table.length; i += 2) {
      if (startsWith(bytes, span, table[i])) {
        return table[i + 1];
      }
    }
    return null;
  }

  private static boolean startsWith(byte[] bytes, long span, byte[] lowerCase) {
    if (Span.length(span) < lowerCase.length) {
      return false;
    }
    int offset = Span.offset(span);
    for (int i = 0; i < lowerCase.length; i++) {
      byte b = bytes[offset + i];
      if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != lowerCase[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
