package io.adplatform.campaign.certify;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.DemandPartner.Protocol;
import io.adplatform.wire.catalogue.Format;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A packaged bid request, written for one partner: in its protocol, currency and time, without what
 * it must not see, and as a test that nobody bills.
 *
 * @param name what reports call it
 * @param unknown whether it is full of what no specification knows
 * @param body the request
 */
record SampleRequest(String name, boolean unknown, ObjectNode body) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final JsonNode PACKAGED = packaged();

  private static JsonNode packaged() {
    try (InputStream in = SampleRequest.class.getResourceAsStream("samples.json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those that the partner is to be asked, in order: with a format that it takes. */
  static List<SampleRequest> of(DemandPartner partner) {
    List<SampleRequest> samples = new ArrayList<>();
    for (JsonNode packaged : PACKAGED) {
      for (Format format : partner.sent().formats()) {
        if (packaged.path("formats").toString().contains('"' + name(format) + '"')) {
          samples.add(of(packaged, partner));
          break;
        }
      }
    }
    return samples;
  }

  private static SampleRequest of(JsonNode packaged, DemandPartner partner) {
    ObjectNode body = packaged.get("request").deepCopy();
    body.put("id", "test-" + UUID.randomUUID());
    body.put("test", 1).put("at", 1).put("tmax", partner.endpoint().timeoutMillis());
    ArrayNode currencies = body.putArray("cur").add("USD");
    if (!partner.terms().currency().equals("USD")) {
      currencies.add(partner.terms().currency());
    }
    ObjectNode source = body.putObject("source").put("fd", 0).put("tid", body.get("id").asText());
    ObjectNode chain = source.putObject("schain").put("ver", "1.0").put("complete", 1);
    chain.putArray("nodes").addObject().put("asi", "ssp.example").put("sid", "1").put("hp", 1);
    if (partner.endpoint().protocol() == Protocol.OPENRTB_2_5) {
      moveIntoExt(body, "source", "schain");
      moveIntoExt(body, "regs", "gdpr");
      moveIntoExt(body, "regs", "us_privacy");
      moveIntoExt(body, "user", "consent");
      moveIntoExt(body, "user", "eids");
    }
    partner.sent().redactedFields().forEach(path -> redact(body, path));
    return new SampleRequest(
        packaged.get("name").asText(), packaged.path("unknown").asBoolean(), body);
  }

  /** What 2.6 made a field of its own stood in {@code ext} before. */
  private static void moveIntoExt(ObjectNode body, String object, String member) {
    if (body.get(object) instanceof ObjectNode in && in.has(member)) {
      JsonNode value = in.remove(member);
      in.withObject("/ext").set(member, value);
    }
  }

  private static void redact(ObjectNode body, String path) {
    int dot = path.indexOf('.');
    if (body.get(path.substring(0, dot)) instanceof ObjectNode object) {
      String member = path.substring(dot + 1);
      object.remove(member);
      if (object.get("ext") instanceof ObjectNode ext) {
        ext.remove(member);
      }
    }
  }

  /** Its id. */
  String id() {
    return body.get("id").asText();
  }

  /** Its imp of an id, or null. */
  JsonNode imp(String impId) {
    for (JsonNode imp : body.get("imp")) {
      if (imp.get("id").asText().equals(impId)) {
        return imp;
      }
    }
    return null;
  }

  /** Formats that an imp offers. */
  static List<Format> offered(JsonNode imp) {
    List<Format> formats = new ArrayList<>();
    for (Format format : Format.values()) {
      if (imp.has(name(format))) {
        formats.add(format);
      }
    }
    return formats;
  }

  private static String name(Format format) {
    return format.name().toLowerCase(Locale.ROOT);
  }
}
