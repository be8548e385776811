package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Accounts: made and changed by operators; everyone sees its own. */
public final class AccountKind implements EntityKind<Account> {
  private static final EntityTerms TERMS =
      EntityTerms.of("account", "/accounts", "account", List.of(Role.values()), List.of());

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public Account read(ResultSet row) throws SQLException {
    return new Account(row.getLong("id"), row.getString("name"));
  }

  @Override
  public JsonObject toJson(Account account) {
    return new JsonObject().put("id", Long.toString(account.id())).put("name", account.name());
  }

  @Override
  public Identity identity(Account account) {
    return new Identity(account.id(), account.id(), 0, 0);
  }

  @Override
  public Account parse(JsonObject body, Identity identity, FieldErrors errors) {
    return new Account(identity.id(), Names.read(body, errors));
  }

  @Override
  public void insert(Handle handle, Account account) {
    handle
        .createUpdate("INSERT INTO account (id, name) VALUES (:id, :name)")
        .bindMethods(account)
        .execute();
  }

  @Override
  public void update(Handle handle, Account account) {
    handle
        .createUpdate("UPDATE account SET name = :name WHERE id = :id")
        .bindMethods(account)
        .execute();
  }

  @Override
  public List<String> usedBy(Handle handle, Account account) {
    List<String> uses = new ArrayList<>();
    Rows.count(handle, uses, "advertiser", "advertiser", "account_id", account.id());
    Rows.count(handle, uses, "supply partner", "supply_partner", "account_id", account.id());
    Rows.count(handle, uses, "demand partner", "demand_partner", "account_id", account.id());
    Rows.count(handle, uses, "rate table", "rate_table", "account_id", account.id());
    Rows.count(handle, uses, "API key", "api_key", "account_id", account.id());
    return uses;
  }

  @Override
  public CatalogueEntity catalogued(Account account) {
    return null;
  }
}
