package io.adplatform.wire.partner;

import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.json.JsonText;
import io.adplatform.wire.json.Span;
import io.adplatform.wire.money.CurrencyCode;
import io.adplatform.wire.openrtb.BidRequest;
import io.adplatform.wire.partner.RequestEdit.Action;
import io.adplatform.wire.partner.RequestEdit.Scope;
import io.adplatform.wire.privacy.PersonalField;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How a partner's requests are written: made once per version of the partner, read by all lanes.
 * Immutable; any thread.
 */
public final class PartnerForm {
  /** Seats that a request can name one by one: more are as good as any. */
  public static final int MAX_SEATS = Long.SIZE;

  private final boolean extended;
  private final int currency;
  private final byte[][] seats;
  private final byte[][] seatTexts;
  private final RequestEdit root;
  private int withheld;

  private PartnerForm(DemandPartner partner) {
    extended = partner.endpoint().protocol() == DemandPartner.Protocol.OPENRTB_2_5;
    currency = CurrencyCode.numeric(partner.terms().currency());
    List<String> named =
        partner.terms().seats().size() > MAX_SEATS ? List.of() : partner.terms().seats();
    seats = named.stream().map(PartnerForm::bytes).toArray(byte[][]::new);
    seatTexts = named.stream().map(PartnerForm::text).toArray(byte[][]::new);
    root = edits(seats.length > 0);
    partner.sent().redactedFields().forEach(this::redact);
  }

  /** The form of a partner. */
  public static PartnerForm of(DemandPartner partner) {
    return new PartnerForm(partner);
  }

  /** ISO 4217 number of the currency it bids in. */
  public int currency() {
    return currency;
  }

  /** Whether consent, ids and supply chain stand in {@code ext}, as OpenRTB 2.5 has them. */
  boolean extended() {
    return extended;
  }

  RequestEdit root() {
    return root;
  }

  /** A seat as the inside of a JSON text. */
  byte[] seatText(int seat) {
    return seatTexts[seat];
  }

  /** How many seats alone may bid; 0 is any. */
  public int seatCount() {
    return seats.length;
  }

  /**
   * The seats of the partner that {@code wseat} and {@code bseat} let bid, as bits; where it has
   * none of its own -1, unless a list of allowed seats leaves nobody.
   */
  public long seats(BidRequest request) {
    if (seats.length == 0) {
      return -1;
    }
    long allowed = 0;
    for (int i = 0; i < seats.length; i++) {
      if (isAllowed(request, seats[i], 0, seats[i].length)) {
        allowed |= 1L << i;
      }
    }
    return allowed;
  }

  /** Whether the partner may bid under a seat. */
  public boolean hasSeat(byte[] text, int offset, int length) {
    for (byte[] seat : seats) {
      if (seat.length == length && Arrays.equals(seat, 0, length, text, offset, offset + length)) {
        return true;
      }
    }
    return seats.length == 0;
  }

  /** Whether a request takes bids of a seat: where both lists come, both hold. */
  public static boolean isAllowed(BidRequest request, byte[] seat, int offset, int length) {
    boolean named = request.allowedSeats.size() == 0;
    for (int i = 0; i < request.allowedSeats.size(); i++) {
      named |= same(request, request.allowedSeats.get(i), seat, offset, length);
    }
    for (int i = 0; i < request.blockedSeats.size(); i++) {
      named &= !same(request, request.blockedSeats.get(i), seat, offset, length);
    }
    return named;
  }

  private static boolean same(BidRequest request, long span, byte[] seat, int offset, int length) {
    return Arrays.equals(
        request.bytes(), Span.offset(span), Span.end(span), seat, offset, offset + length);
  }

  private void redact(String path) {
    RequestEdit edit = root;
    String[] names = path.split("\\.");
    for (String name : names) {
      if (edit.action == Action.OMIT) {
        return;
      }
      edit = edit.child(name);
    }
    edit.omit();
    for (int moved = 0; moved < RequestOutline.MOVED; moved++) {
      String owner = moved < RequestOutline.CONSENT ? "regs" : "user";
      String name = RequestOutline.NAMES[moved];
      if (path.equals(owner + "." + name) || path.equals(owner + ".ext." + name)) {
        // Redacted in one place is redacted in both.
        withheld |= 1 << moved;
        root.child(owner).child(name).omit();
        root.child(owner).child("ext").child(name).omit();
      }
    }
  }

  /** Whether a moved member is redacted. */
  boolean withholds(int moved) {
    return (withheld >>> moved & 1) != 0;
  }

  private static RequestEdit edits(boolean ownSeats) {
    RequestEdit request = new RequestEdit(Action.ENTER);
    request.scope = Scope.REQUEST;
    request.act("tmax", Action.OMIT);
    request.act("cur", Action.OMIT);
    if (ownSeats) {
      request.act("wseat", Action.OMIT);
      request.act("bseat", Action.OMIT);
    }
    RequestEdit imps = request.child("imp");
    imps.action = Action.IMPS;
    imps.scope = Scope.IMP;
    imps.act("secure", Action.OMIT);
    // Of what banners alone are taken for, nothing else is asked; nor on deals, which are refused.
    for (String unasked : List.of("video", "audio", "native", "pmp")) {
      imps.act(unasked, Action.OMIT);
    }
    RequestEdit source = request.enter("source", Scope.SOURCE);
    source.act("fd", Action.OMIT);
    source.act("schain", Action.CHAIN);
    source.enter("ext", Scope.SOURCE_EXT).act("schain", Action.CHAIN);
    request.enter("regs", Scope.REGS).enter("ext", Scope.REGS_EXT);
    user(request.enter("user", Scope.USER));
    device(request.enter("device", Scope.NONE));
    return request;
  }

  private static void user(RequestEdit user) {
    // The SSP's is our own id of the user: no partner's.
    user.act("buyeruid", Action.OMIT);
    user.personal(PersonalField.USER_ID, Action.PERSONAL, "id");
    user.personal(PersonalField.EXTENDED_IDS, Action.PERSONAL, "eids");
    user.personal(
        PersonalField.USER_DATA, Action.PERSONAL, "data", "keywords", "kwarray", "customdata");
    user.personal(PersonalField.DEMOGRAPHICS, Action.PERSONAL, "yob", "gender");
    user.personal(PersonalField.USER_GEO, Action.PERSONAL, "geo");
    RequestEdit ext = user.enter("ext", Scope.USER_EXT);
    ext.personal(PersonalField.EXTENDED_IDS, Action.PERSONAL, "eids");
    ext.personal(PersonalField.USER_DATA, Action.PERSONAL, "data");
  }

  private static void device(RequestEdit device) {
    device.personal(
        PersonalField.DEVICE_IDS,
        Action.PERSONAL,
        "ifa",
        "didsha1",
        "didmd5",
        "dpidsha1",
        "dpidmd5",
        "macsha1",
        "macmd5");
    device.personal(PersonalField.ADDRESS, Action.ADDRESS, "ip", "ipv6");
    RequestEdit geo = device.enter("geo", Scope.NONE);
    geo.personal(PersonalField.PRECISE_GEO, Action.COORDINATE, "lat", "lon");
    geo.personal(PersonalField.PRECISE_GEO, Action.PERSONAL, "zip", "accuracy");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] text(String seat) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    JsonText.escape(seat, json);
    return json.toByteArray();
  }
}
