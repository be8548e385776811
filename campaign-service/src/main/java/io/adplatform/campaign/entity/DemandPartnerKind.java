package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.Amounts;
import io.adplatform.campaign.check.AuthHeaderForm;
import io.adplatform.campaign.check.EndpointForm;
import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.campaign.check.PartnerTerms;
import io.adplatform.campaign.check.TargetingForm;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.adplatform.wire.catalogue.DemandPartner;
import io.adplatform.wire.catalogue.DemandPartner.Endpoint;
import io.adplatform.wire.catalogue.DemandPartner.PriceEncoding;
import io.adplatform.wire.catalogue.DemandPartner.Protocol;
import io.adplatform.wire.catalogue.DemandPartner.Sent;
import io.adplatform.wire.catalogue.DemandPartner.Terms;
import io.adplatform.wire.catalogue.Format;
import io.adplatform.wire.catalogue.Status;
import io.adplatform.wire.privacy.RedactablePath;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/**
 * Demand partners. Operators alone change them; a partner sees its own. What could not work is
 * refused, so that an auction need not ask why.
 */
public final class DemandPartnerKind implements EntityKind<DemandPartner> {
  private static final EntityTerms TERMS =
      EntityTerms.of(
          "demand partner", "/demand-partners", "demand_partner", List.of(Role.PARTNER), List.of());

  private static final int DEFAULT_TIMEOUT_MILLIS = 150;
  private static final int DEFAULT_QUERIES_PER_SECOND = 1_000;

  private final PartnerTerms partnerTerms;

  /** Of an installation. */
  public DemandPartnerKind(PartnerTerms partnerTerms) {
    this.partnerTerms = partnerTerms;
  }

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public DemandPartner read(ResultSet row) throws SQLException {
    Map<String, String> urls = new TreeMap<>();
    new JsonObject(row.getString("endpoints"))
        .forEach(entry -> urls.put(entry.getKey(), (String) entry.getValue()));
    urls.put(DemandPartner.ANY_REGION, row.getString("endpoint"));
    return new DemandPartner(
        row.getLong("id"),
        row.getLong("account_id"),
        row.getString("name"),
        Status.valueOf(row.getString("status")),
        new Endpoint(
            urls,
            Protocol.valueOf(row.getString("protocol")),
            row.getInt("timeout_millis"),
            row.getInt("queries_per_second"),
            row.getBoolean("gzip"),
            row.getString("auth_header"),
            row.getString("auth_value")),
        new Terms(
            row.getString("currency"),
            Rows.array(row, "seats", String.class),
            row.getInt("margin_basis_points"),
            PriceEncoding.valueOf(row.getString("price_encoding"))),
        new Sent(
            Rows.array(row, "formats", String.class).stream().map(Format::valueOf).toList(),
            TargetingForm.read(
                new JsonObject().put("targeting", new JsonObject(row.getString("targeting"))),
                new FieldErrors()),
            Rows.array(row, "redacted_fields", String.class)));
  }

  @Override
  public JsonObject toJson(DemandPartner partner) {
    Endpoint endpoint = partner.endpoint();
    JsonObject json =
        new JsonObject()
            .put("id", Long.toString(partner.id()))
            .put("accountId", Long.toString(partner.accountId()))
            .put("name", partner.name())
            .put("status", partner.status().name());
    EndpointForm.write(endpoint.urls(), json);
    List<String> formats =
        partner.sent().formats().stream().map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
    return json.put("protocol", endpoint.protocol().name())
        .put("timeoutMillis", endpoint.timeoutMillis())
        .put("queriesPerSecond", endpoint.queriesPerSecond())
        .put("gzip", endpoint.gzip())
        .put("authHeader", AuthHeaderForm.toJson(endpoint.authHeader()))
        .put("currency", partner.terms().currency())
        .put("seats", new JsonArray(partner.terms().seats()))
        .put("marginPercent", Amounts.percent(partner.terms().marginBasisPoints()))
        .put("priceEncoding", partner.terms().priceEncoding().name())
        .put("formats", new JsonArray(formats))
        .put("targeting", TargetingForm.toJson(partner.sent().targeting()))
        .put("redactedFields", new JsonArray(partner.sent().redactedFields()));
  }

  @Override
  public Identity identity(DemandPartner partner) {
    return new Identity(partner.id(), partner.accountId(), 0, 0);
  }

  @Override
  public DemandPartner parse(JsonObject body, Identity identity, FieldErrors errors) {
    String currency = body.getString("currency", "USD");
    Amounts.checkCurrency(currency, errors);
    return new DemandPartner(
        identity.id(),
        identity.accountId(),
        Names.read(body, errors),
        Status.valueOf(body.getString("status", Status.ACTIVE.name())),
        endpoint(body, identity, errors),
        new Terms(
            currency,
            seats(body, errors),
            Amounts.basisPoints(body.getNumber("marginPercent", 0), "/marginPercent", errors),
            PriceEncoding.valueOf(body.getString("priceEncoding", PriceEncoding.PLAIN.name()))),
        new Sent(formats(body, errors), TargetingForm.read(body, errors), redacted(body, errors)));
  }

  private Endpoint endpoint(JsonObject body, Identity identity, FieldErrors errors) {
    AuthHeaderForm auth = AuthHeaderForm.read(body, identity.id(), partnerTerms.seal(), errors);
    return new Endpoint(
        EndpointForm.read(body, partnerTerms, errors),
        Protocol.valueOf(body.getString("protocol", Protocol.OPENRTB_2_6.name())),
        body.getInteger("timeoutMillis", DEFAULT_TIMEOUT_MILLIS),
        body.getInteger("queriesPerSecond", DEFAULT_QUERIES_PER_SECOND),
        body.getBoolean("gzip", false),
        auth.name(),
        auth.sealed());
  }

  private static List<String> seats(JsonObject body, FieldErrors errors) {
    List<String> seats = Rows.texts(body, "seats");
    for (int i = 0; i < seats.size(); i++) {
      errors.require(
          seats.get(i).chars().allMatch(c -> c > ' ' && c < 0x7f),
          "/seats/" + i,
          "must be visible ASCII characters");
    }
    return seats;
  }

  private static List<Format> formats(JsonObject body, FieldErrors errors) {
    List<Format> formats = new ArrayList<>();
    List<String> given = Rows.texts(body, "formats");
    for (int i = 0; i < given.size(); i++) {
      String name = given.get(i);
      Format format =
          Arrays.stream(Format.values())
              .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(name))
              .findFirst()
              .orElse(null);
      if (format == null) {
        errors.add("/formats/" + i, "is no format that is auctioned");
      } else if (!formats.contains(format)) {
        formats.add(format);
      }
    }
    return given.isEmpty() ? List.of(Format.values()) : List.copyOf(formats);
  }

  private static List<String> redacted(JsonObject body, FieldErrors errors) {
    List<String> paths = Rows.texts(body, "redactedFields");
    for (int i = 0; i < paths.size(); i++) {
      String fault = RedactablePath.fault(paths.get(i));
      if (fault != null) {
        errors.add("/redactedFields/" + i, fault);
      }
    }
    return paths.stream().distinct().toList();
  }

  /** A header that is named without a value goes on with the one that is stored. */
  @Override
  public DemandPartner kept(DemandPartner parsed, DemandPartner before) {
    Endpoint now = parsed.endpoint();
    if (now.authHeader() == null || now.authValue() != null) {
      return parsed;
    }
    Endpoint kept =
        new Endpoint(
            now.urls(),
            now.protocol(),
            now.timeoutMillis(),
            now.queriesPerSecond(),
            now.gzip(),
            now.authHeader(),
            before.endpoint().authValue());
    return new DemandPartner(
        parsed.id(),
        parsed.accountId(),
        parsed.name(),
        parsed.status(),
        kept,
        parsed.terms(),
        parsed.sent());
  }

  /** A secret that is stored goes nowhere it was not given for. */
  @Override
  public void check(
      Handle handle, DemandPartner partner, DemandPartner before, FieldErrors errors) {
    Endpoint now = partner.endpoint();
    if (now.authHeader() == null) {
      return;
    }
    errors.require(now.authValue() != null, "/authHeader/value", "is missing");
    boolean same =
        before != null
            && now.authValue() != null
            && now.authValue().equals(before.endpoint().authValue());
    errors.require(
        !same
            || EndpointForm.origins(before.endpoint().urls())
                .containsAll(EndpointForm.origins(now.urls())),
        "/authHeader/value",
        "must be given again: the partner is to be asked at another host");
  }

  @Override
  public void insert(Handle handle, DemandPartner partner) {
    bind(
            handle.createUpdate(
                """
                INSERT INTO demand_partner (id, account_id, name, status, endpoint, endpoints,
                  protocol, timeout_millis, queries_per_second, gzip, auth_header, auth_value,
                  currency, seats, margin_basis_points, price_encoding, formats, targeting,
                  redacted_fields)
                VALUES (:id, :accountId, :name, :status, :endpoint, :endpoints::jsonb,
                  :protocol, :timeoutMillis, :queriesPerSecond, :gzip, :authHeader, :authValue,
                  :currency, :seats, :marginBasisPoints, :priceEncoding, :formats,
                  :targeting::jsonb, :redactedFields)\
                """),
            partner)
        .bind("accountId", partner.accountId())
        .execute();
  }

  @Override
  public void update(Handle handle, DemandPartner partner) {
    bind(
            handle.createUpdate(
                """
                UPDATE demand_partner SET name = :name, status = :status, endpoint = :endpoint,
                  endpoints = :endpoints::jsonb, protocol = :protocol,
                  timeout_millis = :timeoutMillis, queries_per_second = :queriesPerSecond,
                  gzip = :gzip, auth_header = :authHeader, auth_value = :authValue,
                  currency = :currency, seats = :seats,
                  margin_basis_points = :marginBasisPoints, price_encoding = :priceEncoding,
                  formats = :formats, targeting = :targeting::jsonb,
                  redacted_fields = :redactedFields
                WHERE id = :id\
                """),
            partner)
        .execute();
  }

  private static Update bind(Update update, DemandPartner partner) {
    Endpoint endpoint = partner.endpoint();
    Terms terms = partner.terms();
    Sent sent = partner.sent();
    return update
        .bind("id", partner.id())
        .bind("name", partner.name())
        .bind("status", partner.status().name())
        .bind("endpoint", endpoint.urls().get(DemandPartner.ANY_REGION))
        .bind("endpoints", EndpointForm.regional(endpoint.urls()).encode())
        .bind("protocol", endpoint.protocol().name())
        .bind("timeoutMillis", endpoint.timeoutMillis())
        .bind("queriesPerSecond", endpoint.queriesPerSecond())
        .bind("gzip", endpoint.gzip())
        .bind("authHeader", endpoint.authHeader())
        .bind("authValue", endpoint.authValue())
        .bind("currency", terms.currency())
        .bindArray("seats", String.class, terms.seats())
        .bind("marginBasisPoints", terms.marginBasisPoints())
        .bind("priceEncoding", terms.priceEncoding().name())
        .bindArray("formats", String.class, sent.formats().stream().map(Format::name).toList())
        .bind("targeting", TargetingForm.toJson(sent.targeting()).encode())
        .bindArray("redactedFields", String.class, sent.redactedFields());
  }

  @Override
  public Status status(DemandPartner partner) {
    return partner.status();
  }

  @Override
  public CatalogueEntity catalogued(DemandPartner partner) {
    return partner;
  }
}
