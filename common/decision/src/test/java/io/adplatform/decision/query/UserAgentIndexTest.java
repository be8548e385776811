package io.adplatform.decision.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserAgentIndexTest {
  private static int marks(String userAgent) {
    byte[] bytes = ("##" + userAgent + "##").getBytes(StandardCharsets.UTF_8);
    return UserAgentIndex.STANDARD.marks(bytes, 2, bytes.length - 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)|true",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)|true",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/126.0.0.0 Safari/537.36|true",
        "curl/8.5.0|true",
        "facebookexternalhit/1.1|true",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0.0.0 Safari/537.36|false",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148"
            + " Safari/604.1|false",
        "Mozilla/5.0 (Linux; Android 14; SM-S918B) SogouMobileBrowser/6 Chrome/126 Mobile"
            + " Safari/537.36|false",
        "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 6)|false",
        "xcurl/1.0|false",
        "^curl|false"
      })
  void shouldTellMachinesFromPeople(String userAgent, boolean crawler) {
    assertEquals(crawler, (marks(userAgent) & UserAgentIndex.CRAWLER) != 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mozilla/5.0 (Windows NT 10.0) Chrome/126 Safari/537.36 Edg/126|WINDOWS EDGE CHROME SAFARI",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17 Safari/605|MACINTOSH SAFARI",
        "Mozilla/5.0 (Linux; Android 14; K) Chrome/126 Mobile Safari/537|LINUX ANDROID MOBILE"
            + " CHROME SAFARI",
        "Mozilla/5.0 (X11; CrOS x86_64) Chrome/126 Safari/537|LINUX CHROME_OS CHROME SAFARI",
        "Mozilla/5.0 (X11; Ubuntu; Linux; rv:127.0) Gecko Firefox/127.0|LINUX FIREFOX",
        "Mozilla/5.0 (Web0S; Linux/SmartTV) Chrome/94 Safari/537|WEB_OS LINUX TV CHROME SAFARI"
      })
  void shouldTellSystemsAndBrowsers(String userAgent, String names) throws Exception {
    int expected = 0;
    for (String name : names.split(" ")) {
      expected |= (int) UserAgentIndex.class.getDeclaredField(name).get(null);
    }
    assertEquals(expected, marks(userAgent));
  }

  @Test
  void shouldRememberOfEachWhatTheIndexTellsHoweverManyTakeTheSamePlaces() {
    UserAgentCache cache = new UserAgentCache(UserAgentIndex.STANDARD);
    String[] kinds = {"Windows NT 10.0", "iPhone", "Android 14; Tablet", "Googlebot"};
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 4 * UserAgentCache.ENTRIES; i++) {
        // The one met before, too: it has moved aside for the next.
        for (int agent = Math.max(0, i - 1); agent <= i; agent++) {
          String text = "Mozilla/5.0 (" + kinds[agent % kinds.length] + ") Version/" + agent;
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          assertEquals(marks(text), cache.marks(bytes, 0, bytes.length), text);
        }
      }
    }
  }
}
