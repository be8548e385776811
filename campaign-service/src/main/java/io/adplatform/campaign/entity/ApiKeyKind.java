package io.adplatform.campaign.entity;

import io.adplatform.campaign.check.FieldErrors;
import io.adplatform.campaign.check.Names;
import io.adplatform.runtime.api.Role;
import io.adplatform.wire.catalogue.CatalogueEntity;
import io.vertx.core.json.JsonObject;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * API keys: made, renamed and revoked by operators; everyone sees those of its own account. The key
 * itself is made beside it and put in by {@link #withKey}.
 */
public final class ApiKeyKind implements EntityKind<ApiKey> {
  private static final EntityTerms TERMS =
      EntityTerms.of("API key", "/api-keys", "api_key", List.of(Role.values()), List.of());

  /** Enough of a key to tell it from others, too little to guess the rest. */
  private static final int PREFIX_LENGTH = 8;

  @Override
  public EntityTerms terms() {
    return TERMS;
  }

  @Override
  public ApiKey read(ResultSet row) throws SQLException {
    return new ApiKey(
        row.getLong("id"),
        row.getLong("account_id"),
        Role.of(row.getString("role")),
        row.getString("name"),
        row.getString("prefix"),
        null);
  }

  @Override
  public JsonObject toJson(ApiKey key) {
    return new JsonObject()
        .put("id", Long.toString(key.id()))
        .put("accountId", Long.toString(key.accountId()))
        .put("role", key.role().text())
        .put("name", key.name())
        .put("prefix", key.prefix());
  }

  @Override
  public Identity identity(ApiKey key) {
    return new Identity(key.id(), key.accountId(), 0, 0);
  }

  @Override
  public ApiKey parse(JsonObject body, Identity identity, FieldErrors errors) {
    return new ApiKey(
        identity.id(),
        identity.accountId(),
        Role.of(body.getString("role")),
        Names.read(body, errors),
        body.getString("prefix"),
        null);
  }

  /** The same for a key that has just been made. */
  public static ApiKey withKey(ApiKey apiKey, String key, byte[] hash) {
    return new ApiKey(
        apiKey.id(),
        apiKey.accountId(),
        apiKey.role(),
        apiKey.name(),
        key.substring(0, PREFIX_LENGTH),
        hash);
  }

  @Override
  public void insert(Handle handle, ApiKey key) {
    handle
        .createUpdate(
            """
            INSERT INTO api_key (id, account_id, role, name, prefix, hash)
            VALUES (:id, :accountId, :role, :name, :prefix, :hash)\
            """)
        .bind("id", key.id())
        .bind("accountId", key.accountId())
        .bind("role", key.role().text())
        .bind("name", key.name())
        .bind("prefix", key.prefix())
        .bind("hash", key.hash())
        .execute();
  }

  @Override
  public void update(Handle handle, ApiKey key) {
    handle
        .createUpdate("UPDATE api_key SET name = :name WHERE id = :id")
        .bind("id", key.id())
        .bind("name", key.name())
        .execute();
  }

  @Override
  public CatalogueEntity catalogued(ApiKey key) {
    return null;
  }
}
