package io.adplatform.campaign.certify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.adplatform.campaign.certify.PartnerAnswer.Failure;
import io.adplatform.wire.catalogue.DemandPartner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/** Judges answers by the rules. Of one test; not thread-safe. */
final class AnswerCheck {
  /** What became of a request. */
  enum Outcome {
    BID,
    NO_BID,
    FAULT,
    TIMEOUT,
    UNREACHABLE
  }

  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int BAD_REQUEST = 400;
  private static final int UNSUPPORTED_TYPE = 415;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Bid responses have some five levels; what lies deeper is an attack. */
  private static final int MAX_DEPTH = 64;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final DemandPartner partner;
  private final Verdicts verdicts;
  private final BidCheck bids;
  private int judged;
  private String connectionBefore;

  /** Judges a partner's answers. */
  AnswerCheck(DemandPartner partner, Verdicts verdicts) {
    this.partner = partner;
    this.verdicts = verdicts;
    this.bids = new BidCheck(partner, verdicts);
  }

  /** Judges the answer to a sample; the order is that of asking. */
  Outcome judge(SampleRequest sample, PartnerAnswer answer) {
    verdicts.begin(sample.name());
    boolean first = judged++ == 0;
    String before = connectionBefore;
    connectionBefore = answer.connection();
    if (!verdicts.require(
        Rule.REACHABLE, answer.failure() != Failure.UNREACHABLE, answer.detail())) {
      return Outcome.UNREACHABLE;
    }
    if (answer.failure() == Failure.TIMEOUT) {
      verdicts.require(Rule.TIMING, false, answer.detail());
      return Outcome.TIMEOUT;
    }
    if (!verdicts.require(Rule.SIZE_CAP, answer.failure() != Failure.TOO_LARGE, answer.detail())) {
      return Outcome.FAULT;
    }
    // The first answer pays for the connection, which auctions find open.
    if (!first) {
      long millis = answer.nanos() / NANOS_PER_MILLI;
      int timeout = partner.endpoint().timeoutMillis();
      verdicts.require(
          Rule.TIMING, millis <= timeout, "answered after " + millis + " ms of " + timeout);
    }
    if (before != null) {
      verdicts.require(
          Rule.KEEP_ALIVE, before.equals(answer.connection()), "the connection was closed");
    }
    boolean bid = judgeStatus(sample, answer) && judgeContent(sample, answer);
    return verdicts.faulty() ? Outcome.FAULT : bid ? Outcome.BID : Outcome.NO_BID;
  }

  /** How many bids the answer that was judged last has. */
  int bids() {
    return bids.count();
  }

  /** Whether there is content to be judged. */
  private boolean judgeStatus(SampleRequest sample, PartnerAnswer answer) {
    bids.reset();
    int status = answer.status();
    boolean good = status == OK || status == NO_CONTENT;
    String detail = "status " + status;
    if (partner.endpoint().gzip()) {
      verdicts.require(
          Rule.GZIP_REQUEST, status != BAD_REQUEST && status != UNSUPPORTED_TYPE, detail);
    }
    if (sample.unknown()) {
      verdicts.require(Rule.UNKNOWN_FIELDS, good, detail);
    }
    verdicts.require(Rule.STATUS, good, detail);
    if (status == NO_CONTENT) {
      verdicts.require(Rule.NO_BID_FORM, answer.body().length == 0, "204 with a body");
    }
    return status == OK;
  }

  /** Whether there is a bid in it. */
  private boolean judgeContent(SampleRequest sample, PartnerAnswer answer) {
    if (answer.body().length == 0) {
      verdicts.require(Rule.NO_BID_FORM, false, "200 without a body");
      return false;
    }
    String type = answer.contentType();
    boolean json =
        type == null || type.toLowerCase(Locale.ROOT).matches("application/json(\\s*;.*)?");
    verdicts.require(Rule.CONTENT_TYPE, json, type == null ? "" : Verdicts.quoted(type));
    byte[] text = inflated(answer);
    JsonNode response = text == null ? null : read(text);
    if (response == null) {
      return false;
    }
    JsonNode seatBids = response.path("seatbid");
    JsonNode reason = response.path("nbr");
    boolean empty = seatBids.isMissingNode() || seatBids.isNull() || seatBids.isEmpty();
    if (empty && !seatBids.isTextual()) {
      verdicts.require(
          Rule.NO_BID_FORM,
          response.isEmpty() || seatBids.isArray() || reason.isIntegralNumber(),
          "neither {} nor a seatbid nor an nbr that is a number");
      if (response.has("id")) {
        requireId(sample, response);
      }
      return false;
    }
    requireId(sample, response);
    bids.judge(sample, response);
    return bids.count() > 0;
  }

  private void requireId(SampleRequest sample, JsonNode response) {
    JsonNode id = response.path("id");
    verdicts.require(
        Rule.ID_ECHO,
        id.isTextual() && id.asText().equals(sample.id()),
        id.isMissingNode() ? "it is missing" : "it is " + Verdicts.quoted(id.asText()));
  }

  /** The body as plain text, or null. */
  private byte[] inflated(PartnerAnswer answer) {
    String encoding = answer.contentEncoding();
    if (encoding == null || encoding.isBlank() || encoding.equalsIgnoreCase("identity")) {
      verdicts.require(Rule.ENCODING, true, null);
      return answer.body();
    }
    if (!encoding.equalsIgnoreCase("gzip")) {
      verdicts.require(Rule.ENCODING, false, Verdicts.quoted(encoding));
      return null;
    }
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      byte[] text = gzip.readNBytes(PartnerConnection.MAX_ANSWER_BYTES + 1);
      verdicts.require(Rule.ENCODING, true, null);
      boolean fits = text.length <= PartnerConnection.MAX_ANSWER_BYTES;
      return verdicts.require(Rule.SIZE_CAP, fits, "inflates beyond the cap") ? text : null;
    } catch (IOException e) {
      verdicts.require(Rule.ENCODING, false, "it is no gzip, or cut off");
      return null;
    }
  }

  /** The answer as an object, or null. */
  private JsonNode read(byte[] text) {
    try {
      JsonNode node = JSON.readTree(text);
      boolean object = node != null && node.isObject();
      return verdicts.require(Rule.JSON, object, "it is no object") ? node : null;
    } catch (JsonProcessingException e) {
      verdicts.require(Rule.JSON, false, Verdicts.quoted(e.getOriginalMessage()));
      return null;
    } catch (IOException e) {
      verdicts.require(Rule.JSON, false, "it cannot be read");
      return null;
    }
  }
}
