package io.adplatform.billing.reconcile;

import io.adplatform.runtime.api.Caller;
import io.vertx.core.json.JsonObject;

/** Whose key something was done with. */
record Author(long keyId, long accountId) {
  static Author of(Caller caller) {
    return new Author(caller.keyId(), caller.accountId());
  }

  JsonObject document() {
    return new JsonObject()
        .put("apiKeyId", Long.toString(keyId))
        .put("accountId", Long.toString(accountId));
  }
}
