package io.adplatform.decision.targeting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkupFormTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<a href=x>Buy now</a>|1|HTML",
        "<a href=x><img src=a.png></a>|2|HTML IMAGE",
        " <A HREF=x target=_blank>\t<IMG SRC=a.png/></A> |2|HTML IMAGE",
        "<a href=x><img src=a.png>Buy</a>|2|HTML",
        "<img src=a.png>|2|HTML",
        "<div style=background:url(a.png)></div>|2|HTML",
        "<script src=a.js></script>|3|HTML SCRIPT",
        "<a href=javascript:go()>Buy</a>|3|HTML SCRIPT",
        "<a href=x><img src=a.png onload=go()></a>|2 3|HTML SCRIPT",
        "<iframe src=x></iframe>|4|HTML",
        "<IFRAME src=x></IFRAME><SCRIPT></SCRIPT>|3 4|HTML SCRIPT",
        "<p>Only = signs and on = words</p>|1|HTML",
        "<scripture/>|1|HTML"
      })
  void shouldSayWhatMarkupIs(String markup, String kinds, String contents) {
    int expectedKinds = 0;
    for (String kind : kinds.split(" ")) {
      expectedKinds |= MarkupForm.kind(Integer.parseInt(kind));
    }
    int expectedContents = 0;
    for (String content : contents.split(" ")) {
      expectedContents |=
          switch (content) {
            case "HTML" -> MarkupForm.HTML;
            case "SCRIPT" -> MarkupForm.SCRIPT;
            default -> MarkupForm.IMAGE;
          };
    }
    assertEquals(new MarkupForm(expectedKinds, expectedContents), MarkupForm.of(markup));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<", "<a ", "< on", " url", "<a x>"})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldReadWhatNeverClosesInOneGo(String part) {
    String markup = part.repeat(65_536 / part.length());

    assertEquals(MarkupForm.HTML, MarkupForm.of(markup).contents());
  }
}
