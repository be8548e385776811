package io.adplatform.campaign.check;

import io.vertx.core.json.JsonObject;

/** JSON merge patch (RFC 7396) on objects. */
public final class MergePatch {
  private MergePatch() {}

  /**
   * The target with the patch applied: null takes a field away, an object is merged, all else
   * replaces. Neither argument is changed.
   */
  public static JsonObject apply(JsonObject target, JsonObject patch) {
    JsonObject result = target.copy();
    for (String field : patch.fieldNames()) {
      Object value = patch.getValue(field);
      if (value == null) {
        result.remove(field);
      } else if (value instanceof JsonObject object) {
        JsonObject old = result.getValue(field) instanceof JsonObject o ? o : new JsonObject();
        result.put(field, apply(old, object));
      } else {
        result.put(field, value);
      }
    }
    return result;
  }
}
