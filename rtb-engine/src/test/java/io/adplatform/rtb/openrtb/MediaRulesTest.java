package io.adplatform.rtb.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaRulesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json|true",
        "Application/JSON; charset=UTF-8|true",
        "application/json;charset=\"utf-8\"|true",
        "application/openrtb+json|true",
        "application/json; profile=x|true",
        "' '|true",
        "application/json; charset=iso-8859-1|false",
        "application/x-protobuf|false",
        "text/html|false",
        "application/jsonp|false",
        "+json|false"
      })
  void shouldTakeJsonInUtf8(String contentType, boolean taken) {
    assertEquals(taken, MediaRules.isJson(contentType));
  }

  @Test
  void shouldTakeAMissingContentTypeForJson() {
    assertTrue(MediaRules.isJson(null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip|true",
        "deflate, gzip;q=0.5, br|true",
        "GZIP|true",
        "gzip;q=0|false",
        "gzip; q=0.000|false",
        "br|false",
        "xgzip|false",
        "''|false"
      })
  void shouldGiveGzipToWhomAcceptsIt(String acceptEncoding, boolean given) {
    assertEquals(given, MediaRules.acceptsGzip(acceptEncoding));
  }

  @Test
  void shouldCompareLengths() {
    assertFalse(MediaRules.isAbove("262144", 262_144));
    assertTrue(MediaRules.isAbove("262145", 262_144));
    assertTrue(MediaRules.isAbove("99999999999999999999999", 262_144));
    assertFalse(MediaRules.isAbove("nothing", 262_144));
  }
}
