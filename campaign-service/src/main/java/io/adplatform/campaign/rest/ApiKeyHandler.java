package io.adplatform.campaign.rest;

import io.adplatform.campaign.entity.ApiKey;
import io.adplatform.campaign.entity.ApiKeyKind;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.adplatform.runtime.api.Problem;
import io.adplatform.storage.postgres.PostgresApiKeyStore;
import io.vertx.core.json.JsonObject;

/**
 * Makes and revokes API keys. The key stands in the first answer alone: what is stored for a
 * repeated request does not hold it. Thread-safe.
 */
public final class ApiKeyHandler {
  private final EntityHandler<ApiKey> keys;

  /** Works on the handler of the kind. */
  public ApiKeyHandler(EntityHandler<ApiKey> keys) {
    this.keys = keys;
  }

  /** Makes a key for the account in the path. */
  public ApiResponse create(ApiRequest request) throws Exception {
    String key = PostgresApiKeyStore.generate();
    return keys.create(
        request,
        Parents::accountInPath,
        apiKey -> ApiKeyKind.withKey(apiKey, key, PostgresApiKeyStore.hash(key)),
        response ->
            new ApiResponse(
                response.status(),
                response.headers(),
                new JsonObject(response.body()).put("key", key).toBuffer()));
  }

  /** Revokes a key; the one that asks cannot revoke itself, lest nobody be left inside. */
  public ApiResponse delete(ApiRequest request) throws Exception {
    if (request.pathId("id") == request.caller().keyId()) {
      throw Problem.conflict("A key cannot revoke itself; use another.");
    }
    return keys.delete(request);
  }
}
