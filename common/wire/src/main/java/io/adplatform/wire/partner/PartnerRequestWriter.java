package io.adplatform.wire.partner;

import io.adplatform.wire.event.AuctionId;
import io.adplatform.wire.json.JsonReader;
import io.adplatform.wire.json.JsonScanner;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.money.Decimal;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.partner.RequestEdit.Action;
import io.adplatform.wire.partner.RequestEdit.Scope;
import io.adplatform.wire.privacy.PersonalField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes what a partner is asked: the SSP's request, member by member byte for byte, so that what
 * is not modelled reaches the partner unharmed, but for what must change (OpenRTB 2.6, 3.2.1,
 * 3.2.2, 3.2.25): {@code tmax}, {@code cur}, {@code wseat}, the imps, their {@code secure} and
 * floor, our node of the supply chain, {@code source.fd} and {@code tid}, what must not be told,
 * and what 2.5 and 2.6 have in different places, which is added in the partner's where it stands in
 * the other's. {@link #load} once per request, then {@link #write} per partner. One thread;
 * allocates nothing once its buffers have grown.
 */
public final class PartnerRequestWriter {
  private static final int FIRST_CAPACITY = 16 * 1024;

  /** Bytes that are added beside seats, moved members and floors. */
  private static final int OVERHEAD = 1024;

  /** Bytes added to an imp: {@code secure}, floor and its currency. */
  private static final int IMP_OVERHEAD = 96;

  /** {@code fd}: the SSP that asks us decides in the end. */
  private static final byte[] FINAL_DECISION = ascii("\"fd\":1");

  private static final byte[] CHAIN = ascii("\"schain\":");
  private static final byte[] NEW_CHAIN = ascii("{\"ver\":\"1.0\",\"complete\":0,\"nodes\":[");
  private static final byte[] EXT = ascii("\"ext\":{");
  private static final byte[] SOURCE = ascii("\"source\":{");
  private static final byte[][] MOVED = new byte[RequestOutline.MOVED][];

  static {
    for (int i = 0; i < MOVED.length; i++) {
      MOVED[i] = ascii("\"" + RequestOutline.NAMES[i] + "\":");
    }
  }

  private final JsonReader json = new JsonReader();
  private final RequestOutline outline = new RequestOutline();
  private final byte[] node;
  private byte[] body = new byte[JsonScanner.capacityFor(FIRST_CAPACITY)];
  private int bodyLength;
  private byte[] out = new byte[FIRST_CAPACITY];
  private int at;
  private PartnerForm form;
  private PartnerQuestion question;
  private int impPosition;

  /**
   * @param domain the exchange's own, {@code asi} of its node in supply chains
   */
  public PartnerRequestWriter(String domain) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    JsonText.ascii("{\"asi\":\"", json);
    JsonText.escape(domain, json);
    JsonText.ascii("\",\"sid\":\"", json);
    node = json.toByteArray();
  }

  /** Takes a request that was read without failure. */
  public void load(BidRequest request) {
    bodyLength = request.length();
    int needed = JsonScanner.capacityFor(bodyLength);
    if (body.length < needed) {
      body = new byte[Integer.highestOneBit(needed - 1) << 1];
    }
    System.arraycopy(request.bytes(), 0, body, 0, bodyLength);
    json.begin(body, bodyLength);
    outline.read(json);
  }

  /**
   * Writes what a partner is asked about the request loaded last.
   *
   * @return its length in {@link #bytes()}
   */
  public int write(PartnerForm ofPartner, PartnerQuestion asked) {
    form = ofPartner;
    question = asked;
    at = 0;
    int longest = 2 * bodyLength + OVERHEAD + BidRequest.MAX_IMPS * IMP_OVERHEAD;
    for (int i = 0; i < form.seatCount(); i++) {
      longest += form.seatText(i).length + 3;
    }
    if (out.length < longest) {
      out = new byte[Integer.highestOneBit(longest - 1) << 1];
    }
    json.begin(body, bodyLength);
    object(form.root());
    return at;
  }

  /** Holds what was written last from its start. */
  public byte[] bytes() {
    return out;
  }

  private void object(RequestEdit edits) {
    json.enterObject();
    out[at++] = '{';
    long key;
    while ((key = json.nextKey()) != Span.NONE) {
      member(edits, key);
    }
    add(edits.scope);
    out[at++] = '}';
  }

  private void member(RequestEdit edits, long key) {
    RequestEdit edit = edits.find(body, key);
    if (edit == null || isFree(edit) && !edit.hasChildren()) {
      boolean told = !isFloor(edits, key);
      json.skip();
      if (told) {
        separate();
        put(json.member());
      }
      return;
    }
    switch (isFree(edit) ? Action.ENTER : edit.action) {
      case OMIT, PERSONAL -> json.skip();
      case CHAIN -> chain(edits.scope);
      default -> {
        separate();
        put(json.member());
        value(edit);
      }
    }
  }

  /** Whether a personal field may be told. */
  private boolean isFree(RequestEdit edit) {
    return edit.personal != null && !edit.personal.in(question.redactions);
  }

  private boolean isFloor(RequestEdit edits, long key) {
    return edits.scope == Scope.IMP
        && question.otherFloors
        && (is(key, "bidfloor") || is(key, "bidfloorcur"));
  }

  private boolean is(long key, String name) {
    if (Span.length(key) != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (body[Span.offset(key) + i] != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void value(RequestEdit edit) {
    int c = json.next();
    switch (edit.action) {
      case IMPS -> imps(edit);
      case ADDRESS -> address(c);
      case COORDINATE -> coordinate(c);
      default -> {
        if (c == '{') {
          object(edit);
        } else if (c == '[') {
          array(edit);
        } else {
          copy();
        }
      }
    }
  }

  private void array(RequestEdit edit) {
    json.enterArray();
    out[at++] = '[';
    while (json.nextElement()) {
      separate();
      value(edit);
    }
    out[at++] = ']';
  }

  private void imps(RequestEdit edit) {
    json.enterArray();
    out[at++] = '[';
    for (int position = 0; json.nextElement(); position++) {
      if (position < BidRequest.MAX_IMPS && (question.imps >>> position & 1) != 0) {
        separate();
        impPosition = position;
        object(edit);
      } else {
        json.skip();
      }
    }
    out[at++] = ']';
  }

  private void chain(Scope scope) {
    json.skip();
    boolean inner = scope == Scope.SOURCE_EXT;
    long chain = inner ? outline.extChain : outline.chain;
    if (chain != Span.NONE) {
      putChain(chain, inner ? outline.extNodes : outline.nodes);
    }
  }

  /** A chain with our node behind the others. */
  private void putChain(long chain, long nodes) {
    separate();
    put(CHAIN);
    int end = Span.end(nodes) - 1;
    put(Span.of(Span.offset(chain), end - Span.offset(chain)));
    if (!isEmpty(nodes)) {
      out[at++] = ',';
    }
    putNode();
    put(Span.of(end, Span.end(chain) - end));
  }

  private boolean isEmpty(long array) {
    for (int i = Span.offset(array) + 1; i < Span.end(array) - 1; i++) {
      if (body[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  private void putNode() {
    put(node);
    at = Decimal.writeWhole(question.sellerId, out, at);
    put("\",\"hp\":1}");
  }

  /** Puts the chain into an object that has none that could be read. */
  private void addChain(boolean intoExtended) {
    if (intoExtended ? outline.extChain != Span.NONE : outline.chain != Span.NONE) {
      return;
    }
    long other = intoExtended ? outline.chain : outline.extChain;
    if (other != Span.NONE) {
      putChain(other, intoExtended ? outline.nodes : outline.extNodes);
      return;
    }
    separate();
    put(CHAIN);
    put(NEW_CHAIN);
    putNode();
    put("]}");
  }

  private void add(Scope scope) {
    switch (scope) {
      case REQUEST -> addToRequest();
      case IMP -> addToImp();
      case SOURCE -> addToSource();
      case SOURCE_EXT -> {
        if (form.extended()) {
          addChain(true);
        }
      }
      case REGS -> addMoved(RequestOutline.GDPR, RequestOutline.GPP_SID, outline.hasRegsExt);
      case USER -> addMoved(RequestOutline.CONSENT, RequestOutline.EIDS, outline.hasUserExt);
      case REGS_EXT -> addExtended(RequestOutline.GDPR, RequestOutline.GPP_SID);
      case USER_EXT -> addExtended(RequestOutline.CONSENT, RequestOutline.EIDS);
      case NONE -> {
        // Nothing is added.
      }
    }
  }

  private void addToRequest() {
    separate();
    put("\"tmax\":");
    at = Decimal.writeWhole(question.tmaxMillis, out, at);
    put(",\"cur\":[\"");
    put(CurrencyCode.letters(question.currency));
    put("\"]");
    if (form.seatCount() > 0) {
      put(",\"wseat\":[");
      for (int i = 0; i < form.seatCount(); i++) {
        if ((question.seats >>> i & 1) != 0) {
          separate();
          out[at++] = '"';
          put(form.seatText(i));
          out[at++] = '"';
        }
      }
      out[at++] = ']';
    }
    if (!outline.hasSource && form.root().find(SOURCE_NAME, SOURCE_SPAN).action == Action.ENTER) {
      out[at++] = ',';
      put(SOURCE);
      addToSource();
      out[at++] = '}';
    }
  }

  private static final byte[] SOURCE_NAME = ascii("source");
  private static final long SOURCE_SPAN = Span.of(0, SOURCE_NAME.length);

  private void addToImp() {
    separate();
    put("\"secure\":");
    out[at++] = (byte) ('0' + (question.secureImps >>> impPosition & 1));
    if (question.otherFloors && question.floors[impPosition] > 0) {
      put(",\"bidfloor\":");
      at = Decimal.write(question.floors[impPosition], out, at);
      put(",\"bidfloorcur\":\"");
      put(CurrencyCode.letters(question.currency));
      out[at++] = '"';
    }
  }

  private void addToSource() {
    separate();
    put(FINAL_DECISION);
    if (!outline.hasTid) {
      put(",\"tid\":\"");
      AuctionId.write(question.auctionHi, question.auctionLo, out, at);
      at += AuctionId.TEXT_LENGTH;
      out[at++] = '"';
    }
    if (!form.extended()) {
      addChain(false);
    } else if (!outline.hasSourceExt) {
      separate();
      put(EXT);
      addChain(true);
      out[at++] = '}';
    }
  }

  /** Adds to {@code regs} or {@code user} what the partner looks for there. */
  private void addMoved(int from, int to, boolean hasExt) {
    if (!form.extended()) {
      for (int i = from; i <= to; i++) {
        addMoved(i, outline.plain[i], outline.extended[i]);
      }
    } else if (!hasExt) {
      int start = at;
      separate();
      put(EXT);
      int opened = at;
      addExtended(from, to);
      if (at == opened) {
        at = start;
      } else {
        out[at++] = '}';
      }
    }
  }

  private void addExtended(int from, int to) {
    if (form.extended()) {
      for (int i = from; i <= to; i++) {
        addMoved(i, outline.extended[i], outline.plain[i]);
      }
    }
  }

  private void addMoved(int moved, long here, long there) {
    boolean told =
        !form.withholds(moved)
            && (moved != RequestOutline.EIDS
                || !PersonalField.EXTENDED_IDS.in(question.redactions));
    if (here == Span.NONE && there != Span.NONE && told) {
      separate();
      put(MOVED[moved]);
      put(there);
    }
  }

  private void address(int c) {
    if (c != '"') {
      json.skip();
      put("\"\"");
      return;
    }
    json.readText();
    long raw = json.rawText();
    int kept = PersonalText.networkEnd(body, Span.offset(raw), Span.end(raw));
    out[at++] = '"';
    put(Span.of(Span.offset(raw), kept - Span.offset(raw)));
    if (kept > Span.offset(raw)) {
      out[at++] = (byte) (body[kept - 1] == '.' ? '0' : ':');
    }
    out[at++] = '"';
  }

  private void coordinate(int c) {
    int start = json.valueStart();
    json.skip();
    int end = Span.end(json.since(start));
    if (c != '-' && !JsonScanner.isDigit(c)) {
      put("null");
      return;
    }
    int kept = PersonalText.roughEnd(body, start, end);
    if (kept < 0) {
      out[at++] = '0';
    } else {
      put(Span.of(start, kept - start));
    }
  }

  private void copy() {
    int start = json.valueStart();
    json.skip();
    put(json.since(start));
  }

  private void separate() {
    byte last = out[at - 1];
    if (last != '{' && last != '[') {
      out[at++] = ',';
    }
  }

  private void put(long span) {
    System.arraycopy(body, Span.offset(span), out, at, Span.length(span));
    at += Span.length(span);
  }

  private void put(byte[] piece) {
    System.arraycopy(piece, 0, out, at, piece.length);
    at += piece.length;
  }

  private void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      out[at++] = (byte) ascii.charAt(i);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
